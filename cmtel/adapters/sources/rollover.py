"""The lines of day.log that move to journal.log: what was read, and where it turns up again.

Bytes in, answers out; no file is opened here. Lines are compared without their line ends and
blank lines do not count, so a server that writes CR LF here and LF there is understood.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple


class Line(NamedTuple):
    """One line that is not blank: its text without line end, and where it lies."""

    text: bytes
    start: int
    end: int


class Block(NamedTuple):
    """Lines that were read, in short: how many, and the hashes of the first and of all."""

    line_count: int
    first: str
    digest: str


class BlockHash:
    """The block of all lines added so far."""

    def __init__(self) -> None:
        self._count = 0
        self._first = ""
        self._hash = hashlib.sha256()

    def add(self, data: bytes) -> None:
        """Add whole lines."""
        for line in lines_of(data):
            if not self._count:
                self._first = line_hash(line.text)
            self._count += 1
            self._hash.update(line.text + b"\n")

    @property
    def block(self) -> Block:
        """What was added."""
        return Block(self._count, self._first, self._hash.hexdigest())


def line_hash(text: bytes) -> str:
    """Return the SHA-256 of a line without its end."""
    return hashlib.sha256(text).hexdigest()


def lines_of(data: bytes) -> Iterator[Line]:
    """Yield the lines that are not blank; a line ends at CR LF, LF or a lone CR."""
    start = 0
    for raw in data.splitlines(keepends=True):
        text = raw.rstrip(b"\r\n")
        if text.strip():
            yield Line(text, start, start + len(raw))
        start += len(raw)


def whole_lines_bytes(data: bytes) -> int:
    """Return how many bytes of ``data`` are whole lines; a last CR may be half a line end."""
    return max(data.rfind(b"\n"), data.rfind(b"\r", 0, max(len(data) - 1, 0))) + 1


def find_blocks(
    lines: Sequence[Line], blocks: Sequence[Block]
) -> tuple[list[tuple[int, int]], list[Block]]:
    """Return where the blocks stand in ``lines`` (first line, line after) and which do not.

    Each is looked for behind the one before it.
    """
    found: list[tuple[int, int]] = []
    missing: list[Block] = []
    hashes = [line_hash(line.text) for line in lines]
    at = 0
    for block in blocks:
        start = _find_block(lines, hashes, block, at)
        if start < 0:
            missing.append(block)
        else:
            at = start + block.line_count
            found.append((start, at))
    return found, missing


def _find_block(lines: Sequence[Line], hashes: Sequence[str], block: Block, at: int) -> int:
    for start in range(at, len(lines) - block.line_count + 1):
        if hashes[start] == block.first:
            text = b"".join(line.text + b"\n" for line in lines[start : start + block.line_count])
            if hashlib.sha256(text).hexdigest() == block.digest:
                return start
    return -1


def overlap_start(appended: Sequence[Line], day: Sequence[Line]) -> int:
    """Return the first line of ``appended`` from which on all of it is the beginning of ``day``.

    That is a roll-over half done: the lines are in journal.log and not yet gone from day.log.
    Without one it is the number of lines.
    """
    if day:
        for start in range(max(len(appended) - len(day), 0), len(appended)):
            tail = appended[start:]
            if tail[0].text == day[0].text and all(
                one.text == other.text for one, other in zip(tail, day, strict=False)
            ):
                return start
    return len(appended)
