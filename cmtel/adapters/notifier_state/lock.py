"""One notifier at a time works on a state; the operating system frees the lock after a crash."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

from cmtel.errors import SpoolError

#: The lock is a byte far behind the text, so that others can read who holds it (Windows locks
#: are mandatory).
_LOCKED_BYTE = 1 << 20


class InstanceLock:
    """Holds ``FOLDER/notifier.lock`` until closed."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            SpoolError: Another process has it, or the folder cannot be written.
        """
        path = folder / "notifier.lock"
        try:
            self._file: IO[str] = path.open("a+", encoding="ascii")
        except OSError as exc:
            raise SpoolError(f"The state folder {folder} cannot be written ({exc}).") from exc
        try:
            _lock(self._file.fileno())
        except OSError as exc:
            holder = self._holder()
            self._file.close()
            raise SpoolError(
                f"Another notifier{holder} works on {folder}.",
                hint="Stop that one first: cmtel notifier stop",
            ) from exc
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


def _lock(handle: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
