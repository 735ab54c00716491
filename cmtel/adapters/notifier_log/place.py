"""How far a log file was read, and which file that was.

Which file is which is known by its first bytes beside its number on the disk: numbers are used
again, and a name is given to a new file at each start.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO

#: The first line has the time of the start in it; so many bytes tell two files apart.
_HEAD_BYTES = 256


@dataclass(frozen=True, slots=True)
class Place:
    """How far one file was read. ``head``: its first bytes when it was last looked at."""

    inode: int
    head: bytes
    offset_bytes: int

    def is_in(self, path: Path) -> bool:
        """Tell whether this is that file, with nothing cut off."""
        try:
            with path.open("rb") as file:
                status = os.fstat(file.fileno())
                if status.st_ino != self.inode or status.st_size < self.offset_bytes:
                    return False
                return file.read(_HEAD_BYTES).startswith(self.head)
        except OSError:
            return False


def place_in(file: IO[bytes], offset_bytes: int) -> Place:
    """Return the place at an offset of an open file, which then stands there."""
    file.seek(0)
    place = Place(os.fstat(file.fileno()).st_ino, file.read(_HEAD_BYTES), offset_bytes)
    file.seek(offset_bytes)
    return place


def older(path: Path, number: int) -> Path:
    """Return where the file lies that was put aside ``number`` times."""
    return path.with_name(f"{path.name}.{number}")


def line_text(line: bytes) -> str:
    """Return a line without its end as text; bytes that are no UTF-8 are replaced."""
    return line.rstrip(b"\r\n").decode("utf-8", "replace")
