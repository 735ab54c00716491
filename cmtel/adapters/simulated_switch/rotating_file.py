"""A simulated switch that writes a text file, and turns it over as such files are turned over.

* ``rename``: PATH becomes PATH.1, PATH.1 becomes PATH.2 and so on; PATH is made anew.
* ``copytruncate``: the same names, but PATH.1 is a copy and PATH is cut to nothing in place.
  Source: logrotate(8), ``create`` and ``copytruncate``.
* ``day-log``: the lines move to the end of journal.log beside PATH, and PATH is cut to nothing;
  at the start (as at a server's start) and when the day changes. Source: DESIGN.md 1.2.

Only whole records are ever written, so a file begins and ends between two of them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from cmtel.adapters.simulated_switch.file_errors import translated

#: The file that a day-log's lines move to.
JOURNAL_NAME = "journal.log"
_ROOM_BYTES = 1 << 20


class Rotation(StrEnum):
    """How a file that is long enough is turned over."""

    RENAME = "rename"
    COPYTRUNCATE = "copytruncate"
    DAY_LOG = "day-log"


class RotatingFile:
    """Appends to a file; turns it over when it has ``rotate_bytes``, a day-log also by day."""

    links = 1

    def __init__(
        self,
        path: Path,
        tell: Callable[[str], None],
        *,
        rotation: Rotation | None = None,
        rotate_bytes: int | None = None,
    ) -> None:
        """Open the file, made if missing, kept if there.

        Raises:
            AccessDenied, SourceError: It cannot be written.
        """
        self._path = path
        self._tell = tell
        self._rotation = rotation
        self._rotate_bytes = rotate_bytes
        with translated(path):
            self._file = _opened(path)
            self._size_bytes = path.stat().st_size
        tell(f"writing to {path}")
        self.turn_day()

    @property
    def room_bytes(self) -> int:
        if self._rotate_bytes is None:
            return _ROOM_BYTES
        return min(max(self._rotate_bytes - self._size_bytes, 1), _ROOM_BYTES)

    def tend(self) -> None:
        """A file needs no care."""

    def ready(self) -> bool:
        return True

    def send(self, data: bytes) -> int:
        with translated(self._path):
            rest = memoryview(data)
            while rest:
                rest = rest[self._file.write(rest) :]
            self._size_bytes += len(data)
            if self._rotate_bytes is not None and self._size_bytes >= self._rotate_bytes:
                self._turn_over()
        return len(data)

    def turn_day(self) -> None:
        if self._rotation is Rotation.DAY_LOG and self._size_bytes:
            with translated(self._path):
                self._turn_over()

    def close(self) -> None:
        self._file.close()

    def _turn_over(self) -> None:
        if self._rotation is Rotation.DAY_LOG:
            self._move_to_journal()
        elif self._rotation is Rotation.COPYTRUNCATE:
            _shift(self._path)
            shutil.copyfile(self._path, _numbered(self._path, 1))
            self._file.truncate(0)
        else:
            self._file.close()  # Windows renames no open file
            _shift(self._path)
            self._path.rename(_numbered(self._path, 1))
            self._file = _opened(self._path)
        self._size_bytes = 0
        self._tell(f"turned over {self._path}")

    def _move_to_journal(self) -> None:
        """The copy is on disk before the original is cut: a crash may repeat, never lose."""
        with self._path.open("rb") as day, _opened(self._path.with_name(JOURNAL_NAME)) as journal:
            shutil.copyfileobj(day, journal)
            os.fsync(journal.fileno())
        self._file.truncate(0)


def _opened(path: Path) -> BinaryIO:
    """Unbuffered: what was written is with the operating system."""
    return path.open("ab", buffering=0)


def _numbered(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _shift(path: Path) -> None:
    """Make room for PATH.1: the highest number moves first."""
    highest = 1
    while _numbered(path, highest).exists():
        highest += 1
    for number in range(highest, 1, -1):
        _numbered(path, number - 1).rename(_numbered(path, number))
