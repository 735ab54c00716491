"""Framers for records that are more than a line: their end is searched, not a line end.

What is held is the unfinished end of the input, never more than ``MAX_RECORD_BYTES`` and a bit.
An unfinished record is searched from its begin with every piece of input: it is short, and so
nothing has to be remembered from piece to piece.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from cmtel.formats.seam import MAX_RECORD_BYTES

#: Kept of an oversize record's end while more is searched: longer than what a record ends with.
_WINDOW_BYTES = 256
#: The decoder tells by the bytes without line ends at the end that a record was too long.
_KEPT = re.compile(rb".{%d}[\r\n]{0,64}." % MAX_RECORD_BYTES, re.DOTALL)


class SearchFramer(ABC):
    """Records whose end a subclass finds."""

    def __init__(self) -> None:
        self._rest = b""
        #: The begin of an oversize record whose end is being searched; empty: there is none.
        self._head = b""
        self._dropped_bytes = 0

    @abstractmethod
    def end_of_record(self, data: bytes, begin: int, *, is_settled: bool) -> int | None:
        """Return where the record that begins at ``begin`` ends; None while that is not known.

        Args:
            data: All bytes that are there.
            begin: Where the record's first byte is in ``data``.
            is_settled: No byte follows soon: what only waited for the next one is complete.
        """

    @abstractmethod
    def end_of_oversize(self, data: bytes) -> int | None:
        """Return where in ``data`` a record ends whose begin is not kept; None: not in there."""

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that no record has yet, dropped ones of an oversize record included."""
        return len(self._head) + self._dropped_bytes + len(self._rest)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order."""
        self._rest = self._rest + data if self._rest else data
        return self._completed(is_settled=False)

    def idle(self) -> list[bytes]:
        """Nothing came for a moment: return the records that waited for a next byte."""
        return self._completed(is_settled=True)

    def finish(self) -> list[bytes]:
        """The input has ended: return what is left as the last records."""
        records = self._completed(is_settled=True)
        rest = self._head or _cut(self._rest)
        self._rest, self._head, self._dropped_bytes = b"", b"", 0
        return [*records, rest] if rest else records

    def _completed(self, *, is_settled: bool) -> list[bytes]:
        records: list[bytes] = []
        data, begin = self._rest, 0
        if self._head:
            end = self.end_of_oversize(data)
            if end is None:
                self._forget()
                return records
            records.append(self._head)
            self._head, self._dropped_bytes, begin = b"", 0, end
        while begin < len(data):
            end = self.end_of_record(data, begin, is_settled=is_settled)
            if end is None:
                break
            records.append(_cut(data[begin:end]))
            begin = end
        self._rest = data[begin:]
        self._forget()
        return records

    def _forget(self) -> None:
        """Keep the begin of an oversize record, and of the rest no more than a window."""
        if not self._head and len(self._rest) > MAX_RECORD_BYTES + _WINDOW_BYTES:
            self._head = _cut(self._rest)
            self._rest = self._rest[len(self._head) :]
        if self._head and len(self._rest) > _WINDOW_BYTES:
            self._dropped_bytes += len(self._rest) - _WINDOW_BYTES
            self._rest = self._rest[-_WINDOW_BYTES:]


def _cut(record: bytes) -> bytes:
    found = _KEPT.match(record) if len(record) > MAX_RECORD_BYTES else None
    return found[0] if found else record
