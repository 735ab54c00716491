"""One process at a time works on a folder; the operating system frees the lock after a crash.

Used by the spool and by the notifier's state. Others may read what is there meanwhile, and ask
who works on it.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from cmtel.errors import SpoolError

#: The lock is a byte far behind the text, so that others can read who holds it (Windows locks
#: are mandatory).
_LOCKED_BYTE = 1 << 20
#: How often a lock that is taken is tried again, and after how long, in seconds.
_TRIES = 10
_PAUSE_SECS = 0.05


class InstanceLock:
    """Holds a lock file until closed."""

    def __init__(self, path: Path, *, thing: str, hint: str) -> None:
        """Take the lock, and write into the file who has it.

        Args:
            path: The lock file; made if it is not there, never deleted.
            thing: What is worked on, as an error calls it: "The spool /var/lib/cmtel/spool".
            hint: What to do if another process has it.

        Raises:
            SpoolError: Another process has it, or the file cannot be written.
        """
        try:
            self._file: IO[str] = path.open("a+", encoding="ascii")
        except OSError as exc:
            raise SpoolError(f"{thing} cannot be written ({exc}).") from exc
        try:
            _lock_patiently(self._file.fileno())
        except OSError as exc:
            holder = _written_holder(self._file)
            self._file.close()
            process = f" (process {holder})" if holder else ""
            raise SpoolError(f"{thing} is in use by another cmtel{process}.", hint=hint) from exc
        try:
            self._file.truncate(0)
            self._file.write(f"{os.getpid()}\n")
            self._file.flush()
        except OSError as exc:
            self._abandon()
            raise SpoolError(f"{thing} cannot be written ({exc}).") from exc

    def close(self) -> None:
        """Give the lock back; closing the file does."""
        self._file.close()

    def _abandon(self) -> None:
        """Give the lock back; what could not be written is still tried, and fails again."""
        with suppress(OSError):
            self._file.close()


def process_holding(path: Path) -> int | None:
    """Return the process that holds the lock file now, or None; makes and changes nothing.

    Raises:
        SpoolError: This user may not read the file.
    """
    try:
        file = path.open("r+" if sys.platform == "win32" else "r", encoding="ascii")
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise SpoolError(f"The lock {path} cannot be read ({exc}).") from exc
    with file:
        try:
            _lock(file.fileno(), is_probe=True)
        except OSError:
            return _written_holder(file)
    return None


def _written_holder(file: IO[str]) -> int | None:
    file.seek(0)
    text = file.read(20).strip()
    return int(text) if text.isdigit() else None


def _lock_patiently(handle: int) -> None:
    """A probe of ``cmtel status`` holds the lock for an instant: that is nobody at work."""
    for _ in range(_TRIES - 1):
        try:
            return _lock(handle)
        except OSError:
            threading.Event().wait(_PAUSE_SECS)
    return _lock(handle)


def _lock(handle: int, *, is_probe: bool = False) -> None:
    """Lock without waiting. Probes do not disturb each other, but on Windows."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(handle, (fcntl.LOCK_SH if is_probe else fcntl.LOCK_EX) | fcntl.LOCK_NB)
