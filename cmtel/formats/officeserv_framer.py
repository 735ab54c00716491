"""Records of Samsung's SMDR: lines, or texts that end with NUL (formats.md 9.2).

Which of the two an input is, is told by a NUL among its first bytes. In the NUL form the printed
heading may stand in front of a record; it is a record of its own.

Source: Samsung, OfficeServ, "SMDR over LAN": layout of the record of 122 and 154 bytes.
"""

from __future__ import annotations

import re

from cmtel.formats.framers import LineFramer
from cmtel.formats.seam import MAX_RECORD_BYTES

#: A NUL that comes later is padding of a printer feed.
_DECIDING_BYTES = 4096
_HEAD = re.compile(rb"\f.*={4}(?:\r\n|\r|\n)?", re.DOTALL)
_HEAD_WITH_LINES = re.compile(rb"\f.*[\r\n].*={4}[\r\n]*", re.DOTALL)
_KEPT_BYTES = MAX_RECORD_BYTES + 1


def is_head(record: bytes) -> bool:
    """Tell if a record is the heading in front of a record of the NUL form."""
    return record[:1] == b"\f" and _HEAD_WITH_LINES.fullmatch(record) is not None


class OfficeServFramer:
    """Cuts lines, or records that end with NUL."""

    def __init__(self) -> None:
        self._lines = LineFramer()
        self._rest = b""
        self._dropped_bytes = 0
        self._undecided_bytes = _DECIDING_BYTES
        self._has_nul = False

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that no record has yet, dropped ones of an oversize record included."""
        return self._lines.pending_bytes + len(self._rest) + self._dropped_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order."""
        if not self._has_nul and self._undecided_bytes <= 0:
            return self._lines.feed(data)
        self._rest += data
        if not self._has_nul:
            self._has_nul = b"\0" in self._rest[: self._undecided_bytes]
        if self._has_nul:
            return self._ended_by_nul()
        return self._release() if len(self._rest) >= self._undecided_bytes else []

    def idle(self) -> list[bytes]:
        """Nothing came for a moment: whole lines need not wait for the decision."""
        if self._has_nul:
            return []
        released = self._release() if self._rest.endswith((b"\r", b"\n")) else []
        return released + self._lines.idle()

    def finish(self) -> list[bytes]:
        """The input has ended: return what is left."""
        if not self._has_nul:
            return self._release() + self._lines.finish()
        rest, self._rest, self._dropped_bytes = self._rest, b"", 0
        return _parted(rest) if rest else []

    def _release(self) -> list[bytes]:
        rest, self._rest = self._rest, b""
        self._undecided_bytes -= len(rest)
        return self._lines.feed(rest)

    def _ended_by_nul(self) -> list[bytes]:
        *texts, rest = self._rest.split(b"\0")
        records: list[bytes] = []
        for text in texts:
            records += _parted(text[:_KEPT_BYTES] + b"\0")
            self._dropped_bytes = 0
        self._rest = rest[:_KEPT_BYTES]
        self._dropped_bytes += len(rest) - len(self._rest)
        return records


def _parted(record: bytes) -> list[bytes]:
    """Return the heading in front, if there is one, and the record."""
    found = _HEAD.match(record) if record[:1] == b"\f" else None
    if not found:
        return [record]
    return [part for part in (found[0], record[found.end() :]) if part]
