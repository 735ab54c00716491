"""Which process has a port or a device open, as far as this user may see (Linux).

Source: proc_pid_net(5) (/proc/net/tcp: local address, state 0A is LISTEN, inode), proc_pid_fd(5).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

_PROC = Path("/proc")
_LISTEN = "0A"
#: The state of a UDP socket that is bound, in /proc/net/udp.
_UNCONNECTED = "07"
_TABLES = {"tcp": _LISTEN, "udp": _UNCONNECTED}


def port_holder(protocol: str, port: int) -> int | None:
    """Return a process that listens on a port; None: none, or another user's.

    Args:
        protocol: ``tcp`` or ``udp``.
    """
    sockets = {f"socket:[{inode}]" for inode in _inodes(protocol, port)}
    return _process_with(lambda entry: os.readlink(entry) in sockets) if sockets else None  # noqa: PTH115  # no path


def device_holder(device: Path) -> int | None:
    """Return a process that has a device open; None: none, or another user's."""
    name, wanted = os.path.realpath(device), device.stat()

    def is_it(entry: Path) -> bool:
        """Another container's device may have the same name."""
        return os.readlink(entry) == name and os.path.samestat(entry.stat(), wanted)  # noqa: PTH115  # as above

    return _process_with(is_it)


def _inodes(protocol: str, port: int) -> list[str]:
    found = []
    for name in (protocol, f"{protocol}6"):
        for line in _lines(_PROC / "net" / name)[1:]:
            fields = line.split()
            if fields[3] == _TABLES[protocol] and int(fields[1].rpartition(":")[2], 16) == port:
                found.append(fields[9])
    return found


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii").splitlines()
    except OSError:  # not Linux, or hidden by the administrator
        return []


def _process_with(is_wanted: Callable[[Path], bool]) -> int | None:
    if sys.platform != "linux":
        return None
    for process in _PROC.glob("[0-9]*"):
        try:
            entries = list((process / "fd").iterdir())
        except OSError:  # another user's, or it has just ended
            continue
        if any(_holds(entry, is_wanted) for entry in entries):
            return int(process.name)
    return None


def _holds(entry: Path, is_wanted: Callable[[Path], bool]) -> bool:
    try:
        return is_wanted(entry)
    except OSError:  # closed meanwhile
        return False
