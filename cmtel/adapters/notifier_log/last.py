"""Where the last lines of a log begin, found from its end: whatever its size, memory stays flat."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BufferedReader
from itertools import count as count_from
from itertools import islice
from pathlib import Path
from typing import IO

from cmtel.adapters.notifier_log.place import Place, line_text, older, place_in
from cmtel.adapters.shared_files import open_shared
from cmtel.services.notifier_log import LogFilter, parsed

#: How much is read at once, going backwards; a line is far shorter.
_BLOCK_BYTES = 64 << 10
#: A longer stretch without a line end is none of ours (a hole that a crash of the machine left).
_MAX_LINE_BYTES = 1 << 20


def start_of_last(path: Path, count: int | None, wanted: LogFilter) -> Place | None:
    """Return where to begin to read so that the last ``count`` wanted lines come; None: all.

    It goes on into the files that were put aside (``.1``, ``.2`` ...), and no further back than
    is needed. None is returned where no line is wanted.

    Raises:
        OSError: A file cannot be read.
    """
    start = None
    for start in islice(_wanted(path, wanted), count):  # noqa: B007 - the last one counts
        pass
    return start


def _wanted(path: Path, wanted: LogFilter) -> Iterator[Place]:
    """Yield where the wanted lines begin, the newest first."""
    marks = [mark.encode("ascii") for mark in wanted.marks]
    for number in count_from():
        file_path = older(path, number) if number else path
        if number and not file_path.exists():
            return
        with BufferedReader(open_shared(file_path)) as file:
            whole = place_in(file, 0)
            for offset_bytes, data in _backwards(file, marks):
                if wanted.is_choosy:
                    line = parsed(line_text(data))
                    if wanted.is_before(line):
                        return
                    if not wanted.wants(line):
                        continue
                yield replace(whole, offset_bytes=offset_bytes)
            if file.tell() > _BLOCK_BYTES:  # it stopped at a hole, not at the beginning
                return


def _backwards(file: IO[bytes], marks: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield the lines and where they begin, from the last to the first, or to a hole.

    With ``marks``, blocks in which none of them is are passed over.
    """
    at = end = file.seek(0, os.SEEK_END)
    rest = b""
    while at > 0 and len(rest) <= _MAX_LINE_BYTES:
        start = max(0, at - _BLOCK_BYTES)
        file.seek(start)
        block = file.read(at - start) + rest
        if marks and not any(mark in block for mark in marks):
            rest, at = block.partition(b"\n")[0], start
            continue
        rest, *lines = block.split(b"\n")
        begins_at = at = start
        offsets = []
        for line in [rest, *lines]:
            offsets.append(begins_at)
            begins_at += len(line) + 1
        yield from (
            (offset, line)
            for offset, line in zip(reversed(offsets[1:]), reversed(lines), strict=True)
            if offset < end  # behind the last line end there is no line
        )
    if at == 0 and end > 0:
        yield 0, rest
