"""The disks below folders: how much is free, and whether they are this machine's own.

Source:
    proc_pid_mountinfo(5); statvfs(3); Microsoft, GetDriveType (DRIVE_REMOTE); SQLite, "Use Of
    SQLite On A Network" (why it matters).
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import sys
from pathlib import Path

#: File systems whose disk is another machine's, as mountinfo has them.
_REMOTE = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb2", "smb3", "smbfs", "ncpfs", "9p", "afs", "ceph", "glusterfs",
        "lustre", "davfs", "fuse.sshfs", "fuse.s3fs", "fuse.glusterfs", "fuse.davfs2",
        "fuse.rclone",
    }
)  # fmt: skip
#: Of Win32 GetDriveType.
_DRIVE_REMOTE = 4
#: The table of mounts (Linux).
MOUNTS = Path("/proc/self/mountinfo")


def free_bytes(folder: Path) -> int:
    """Return what is free for this user on the disk of a folder that is there."""
    return shutil.disk_usage(folder).free


def has_free_inodes(folder: Path) -> bool:
    """Return whether files can be made; some file systems do not count them."""
    if sys.platform == "win32":
        return True
    found = os.statvfs(folder)
    return found.f_files == 0 or found.f_favail > 0


def network_kind(folder: Path, mounts: Path = MOUNTS) -> str:
    """Return what kind of network drive a folder is on; empty: none, or nobody can tell.

    Args:
        mounts: The table of mounts (Linux).
    """
    if sys.platform == "win32":
        return _windows_kind(folder)
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return ""
    where = os.path.realpath(folder)
    best, kind = "", ""
    for line in lines:
        left, _, right = line.partition(" - ")
        point = _unescaped(left.split(" ")[4])
        if len(point) >= len(best) and _is_below(where, point):
            best, kind = point, right.split(" ")[0]
    return kind if kind in _REMOTE else ""


def _is_below(path: str, point: str) -> bool:
    return path == point or path.startswith(point.rstrip("/") + "/")


def _unescaped(text: str) -> str:
    """Blanks and the like are written as octal numbers."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _windows_kind(folder: Path) -> str:
    if str(folder).startswith("\\\\"):
        return "UNC path"
    library = importlib.import_module("win32file")
    is_remote = library.GetDriveType(folder.absolute().anchor) == _DRIVE_REMOTE
    return "network drive" if is_remote else ""
