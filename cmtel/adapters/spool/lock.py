"""One process at a time works on a spool; the operating system frees the lock after a crash."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import IO

from cmtel.errors import SpoolError

#: The lock is a byte range far behind the text, so that others can read who holds it (Windows
#: locks are mandatory).
_LOCKED_BYTE = 1 << 20
#: How often a lock that is taken is tried again, and after how long, in seconds.
_TRIES = 10
_PAUSE_SECS = 0.05


class SpoolLock:
    """Holds ``FOLDER/lock`` until closed. Other processes may read the spool meanwhile."""

    def __init__(self, folder: Path, *, is_probe: bool = False) -> None:
        """Take the lock; with ``is_probe`` without saying so in the file.

        Raises:
            SpoolError: Another process has it, or the folder cannot be written.
        """
        self._path = folder / "lock"
        try:
            self._file: IO[str] = self._path.open("a+", encoding="ascii")
        except OSError as exc:
            raise SpoolError(f"The spool folder {folder} cannot be written ({exc}).") from exc
        try:
            _lock_patiently(self._file.fileno(), 1 if is_probe else _TRIES)
        except OSError as exc:
            holder = self._holder()
            self._file.close()
            raise SpoolError(
                f"The spool {folder} is in use by another cmtel{holder}.",
                hint="Stop that one first, or name another folder with --spool.",
            ) from exc
        if not is_probe:
            self._write_holder()

    def close(self) -> None:
        """Give the lock back; closing the file does."""
        self._file.close()

    def _holder(self) -> str:
        self._file.seek(0)
        process_id = self._file.read(20).strip()
        return f" (process {process_id})" if process_id else ""

    def _write_holder(self) -> None:
        self._file.truncate(0)
        self._file.write(f"{os.getpid()}\n")
        self._file.flush()


def process_holding(folder: Path) -> int | None:
    """Return the process that works on the spool now, or None; takes nothing."""
    try:
        lock = SpoolLock(folder, is_probe=True)
    except SpoolError:
        return _written_holder(folder)
    lock.close()
    return None


def _written_holder(folder: Path) -> int | None:
    text = (folder / "lock").read_text("ascii").strip()
    return int(text) if text.isdigit() else None


def _lock_patiently(handle: int, tries: int) -> None:
    """A probe of ``cmtel status`` holds the lock for an instant: that is nobody at work."""
    for _ in range(tries - 1):
        try:
            return _lock(handle)
        except OSError:
            threading.Event().wait(_PAUSE_SECS)
    return _lock(handle)


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
