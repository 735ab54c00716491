"""Reading CmTelNotifier.log on from a place: what is there, and what is added.

The file is never held open between two looks, so that it can be renamed on Windows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import IO

from cmtel.adapters.notifier_log.last import start_of_last
from cmtel.adapters.notifier_log.place import Place, line_text, older, place_in
from cmtel.adapters.shared_files import open_shared
from cmtel.errors import CmtelError
from cmtel.services.notifier_log import LogFilter, LogLine, parsed
from cmtel.services.ports import Clock

#: How much is read at once.
_BLOCK_BYTES = 256 << 10
#: A line without an end is taken as it is when it gets longer than this; the writer's are not.
_MAX_LINE_BYTES = 1 << 20
#: How often a followed file is looked at.
LOOK_EVERY_SECS = 0.5


class Tail:
    """Reads a log through re-creation, rotation and truncation; no line twice, none left out."""

    def __init__(
        self, path: Path, wanted: LogFilter, count: int | None = 0, *, may_come: bool = True
    ) -> None:
        """Begin with the last ``count`` wanted lines; None: with all of them.

        Args:
            may_come: There may be no file yet: it is read from its beginning when it comes.

        Raises:
            CmtelError: The file cannot be read.
        """
        self._path = path
        self._wanted = wanted
        try:
            with BufferedReader(open_shared(path)) as file:
                end = place_in(file, _end_of_lines(file))
            self._place: Place | None = start_of_last(path, count, wanted) or end
        except FileNotFoundError as exc:
            if not may_come:
                hint = "The notifier makes it when it starts."
                raise CmtelError(f"There is no log {path} yet.", hint=hint) from exc
            self._place = None
        except OSError as exc:
            raise CmtelError(f"The log {path} cannot be read ({exc}).") from exc

    def follow(self, clock: Clock) -> Iterator[Iterator[LogLine]]:
        """Yield what each look finds, until the clock is stopping."""
        while not clock.wait(LOOK_EVERY_SECS):
            yield self.look()

    def look(self, *, is_last: bool = False) -> Iterator[LogLine]:
        """Yield the wanted lines that were written since the last look, oldest first.

        With ``is_last`` also a line that has no end yet; nothing can be read after that.
        """
        marks = self._wanted.marks
        for path, offset_bytes in self._unread():
            for text in self._read(path, offset_bytes, is_last=is_last):
                if marks and not any(mark in text for mark in marks):
                    continue
                line = parsed(text)
                if self._wanted.wants(line):
                    yield line

    def _unread(self) -> list[tuple[Path, int]]:
        """Return the files to read on, oldest first, and from where."""
        place = self._place
        if place is None:
            return [(self._path, 0)]
        if place.is_in(self._path):
            return [(self._path, place.offset_bytes)]
        newer = [(self._path, 0)]
        number = 1
        while (aside := older(self._path, number)).exists():
            if place.is_in(aside):
                return [(aside, place.offset_bytes), *newer]
            newer.insert(0, (aside, 0))
            number += 1
        # It was cut, or is gone: what is in the file now is all that is known to be new.
        return [(self._path, 0)]

    def _read(self, path: Path, offset_bytes: int, *, is_last: bool) -> Iterator[str]:
        """Yield complete lines from an offset on, and remember the place behind them."""
        try:
            with BufferedReader(open_shared(path)) as file:
                self._place = place_in(file, offset_bytes)
                while lines := _next_lines(file, is_last=is_last):
                    offset_bytes += len(lines)
                    self._place = place_in(file, offset_bytes)
                    yield from map(line_text, lines.removesuffix(b"\n").split(b"\n"))
        except OSError:
            return  # between two files: the next look finds the new one


def _next_lines(file: IO[bytes], *, is_last: bool) -> bytes:
    """Return a block of complete lines; empty at the end."""
    block = file.read(_BLOCK_BYTES)
    if block and b"\n" not in block:
        block += file.readline(_MAX_LINE_BYTES)
    end = block.rfind(b"\n") + 1
    if end == 0 and (is_last or len(block) >= _MAX_LINE_BYTES):
        return block
    return block[:end]


def _end_of_lines(file: IO[bytes]) -> int:
    """Return where the last complete line ends."""
    at = end = file.seek(0, os.SEEK_END)
    while at > max(0, end - _MAX_LINE_BYTES):
        start = max(0, at - _BLOCK_BYTES)
        file.seek(start)
        found = file.read(at - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        at = start
    return end if at > 0 else 0
