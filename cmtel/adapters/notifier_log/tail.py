"""Reading CmTelNotifier.log: its last lines, and what is added.

The file is never held open between two looks, so that it can be renamed on Windows. Which file
is which is known by its first bytes beside its number on the disk: numbers are used again.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cmtel.errors import CmtelError
from cmtel.services.notifier_log import LogFilter, LogLine, parsed
from cmtel.services.ports import Clock

#: How much is read at once, going backwards; a line is far shorter.
_BLOCK_BYTES = 64 << 10
#: The first line has the time of the start in it; so many bytes tell two files apart.
_HEAD_BYTES = 256
#: How often a followed file is looked at.
LOOK_EVERY_SECS = 0.5


def last_lines(path: Path, count: int, wanted: LogFilter) -> list[LogLine]:
    """Return the last ``count`` wanted lines, oldest first, reading no more than is needed.

    Raises:
        CmtelError: The file cannot be read.
    """
    found: list[LogLine] = []
    try:
        for text in _backwards(path):
            line = parsed(text)
            if len(found) >= count or wanted.is_before(line):
                break
            if wanted.wants(line):
                found.append(line)
    except OSError as exc:
        raise CmtelError(
            f"The log {path} cannot be read ({exc}).",
            hint="The service makes it at its start; cmtel notifier status says if it runs.",
        ) from exc
    return found[::-1]


def _backwards(path: Path) -> Iterator[str]:
    """Yield the lines from the last to the first; memory stays flat."""
    with path.open("rb") as file:
        at = file.seek(0, os.SEEK_END)
        rest = b""
        end = at
        while at > 0:
            start = max(0, at - _BLOCK_BYTES)
            file.seek(start)
            lines = (file.read(at - start) + rest).split(b"\n")
            if at == end and lines[-1] == b"":
                lines.pop()  # the end of the last line, no line of its own
            rest = lines[0]
            yield from (_text(line) for line in reversed(lines[1:]))
            at = start
        if rest:
            yield _text(rest)


def _text(line: bytes) -> str:
    return line.rstrip(b"\r").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Place:
    """How far one file was read. ``head``: its first bytes when it was last looked at."""

    inode: int
    head: bytes
    offset_bytes: int

    def is_in(self, path: Path) -> bool:
        """Tell whether this is that file, with nothing cut off."""
        try:
            status = path.stat()
            if status.st_ino != self.inode or status.st_size < self.offset_bytes:
                return False
            return _head(path).startswith(self.head)
        except OSError:
            return False


class Tail:
    """Follows a log through re-creation, rotation and truncation; no line twice, none left out.

    It begins behind the last complete line that is there now.
    """

    def __init__(self, path: Path, wanted: LogFilter) -> None:
        self._path = path
        self._wanted = wanted
        self._place = self._end()

    def follow(self, clock: Clock) -> Iterator[LogLine]:
        """Yield lines as they are written, until the clock is stopping."""
        while not clock.wait(LOOK_EVERY_SECS):
            yield from self.look()

    def look(self) -> list[LogLine]:
        """Return the wanted lines that were written since the last look."""
        texts: list[str] = []
        for path, offset_bytes in self._unread():
            texts += self._read(path, offset_bytes)
        return [line for line in map(parsed, texts) if self._wanted.wants(line)]

    def _unread(self) -> list[tuple[Path, int]]:
        """Return the files to read on, oldest first, and from where."""
        place = self._place
        if place is None:
            return [(self._path, 0)]
        if place.is_in(self._path):
            return [(self._path, place.offset_bytes)]
        newer = [(self._path, 0)]
        number = 1
        while (older := self._path.with_name(f"{self._path.name}.{number}")).exists():
            if place.is_in(older):
                return [(older, place.offset_bytes), *newer]
            newer.insert(0, (older, 0))
            number += 1
        # It was cut, or is gone: what is in the file now is all that is known to be new.
        return [(self._path, 0)]

    def _read(self, path: Path, offset_bytes: int) -> list[str]:
        """Read complete lines from an offset on, and remember the place behind them."""
        try:
            with path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                head = file.read(_HEAD_BYTES)
                file.seek(offset_bytes)
                data = file.read()
        except OSError:
            return []  # between two files: the next look finds the new one
        complete = data[: data.rfind(b"\n") + 1]
        self._place = _Place(inode, head, offset_bytes + len(complete))
        return [_text(line) for line in complete.split(b"\n")[:-1]]

    def _end(self) -> _Place | None:
        """Return the place behind the last complete line; None if there is no file yet."""
        try:
            with self._path.open("rb") as file:
                inode = os.fstat(file.fileno()).st_ino
                head = file.read(_HEAD_BYTES)
                at = file.seek(0, os.SEEK_END)
                while at > 0:
                    start = max(0, at - _BLOCK_BYTES)
                    file.seek(start)
                    found = file.read(at - start).rfind(b"\n")
                    if found >= 0:
                        return _Place(inode, head, start + found + 1)
                    at = start
        except OSError:
            return None
        return _Place(inode, head, 0)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD_BYTES)
