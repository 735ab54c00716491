"""Framers: bytes of one connection or file to records, line ends included.

What is held is the unfinished end of the input, never more than ``MAX_RECORD_BYTES`` and a bit.
"""

from __future__ import annotations

import re

from cmtel.formats.seam import MAX_RECORD_BYTES

#: One byte more than allowed: enough for the decoder to see that the record was too long.
_KEPT_BYTES = MAX_RECORD_BYTES + 1


_LF_CR_LINE = re.compile(rb"[^\r\n]*+(?:\r\n|\n\r|\r|\n)|[^\r\n]+")


class LineFramer:
    """Records end at CR LF, LF or a lone CR, in any mixture.

    A CR at the end of what was fed may be half of a CR LF: it waits for the next byte, for
    :meth:`idle` or for :meth:`finish`.
    """

    def __init__(self) -> None:
        self._rest = b""
        self._dropped_bytes = 0

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that no record has yet, dropped ones of an oversize record included."""
        return len(self._rest) + self._dropped_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order."""
        lines = self._split(self._rest + data if self._rest else data)
        rest = lines.pop() if lines and not self._is_whole(lines[-1]) else b""
        if lines:
            self._dropped_bytes = 0  # they belonged to the line that is complete now
            if max(map(len, lines)) > MAX_RECORD_BYTES:
                lines = [_cut(line) for line in lines]
        self._rest = _cut(rest)
        self._dropped_bytes += len(rest) - len(self._rest)
        return lines

    def idle(self) -> list[bytes]:
        """Nothing came for a moment: a lone CR was the line end."""
        return self.finish() if self._rest.endswith((b"\r", b"\n")) else []

    def finish(self) -> list[bytes]:
        """The input has ended: return the unfinished last line, if there is one."""
        rest, self._rest, self._dropped_bytes = self._rest, b"", 0
        return [rest] if rest else []

    def _split(self, data: bytes) -> list[bytes]:
        return data.splitlines(keepends=True)

    def _is_whole(self, last: bytes) -> bool:
        """Tell if nothing that comes can belong to the last line."""
        return last.endswith(b"\n")


class LfCrFramer(LineFramer):
    """Records end at LF CR, and at the other line ends too; LF waits as CR does."""

    def _split(self, data: bytes) -> list[bytes]:
        return _LF_CR_LINE.findall(data)

    def _is_whole(self, last: bytes) -> bool:
        return last.endswith((b"\r\n", b"\n\r"))


def _cut(line: bytes) -> bytes:
    """Return ``line`` with at most ``_KEPT_BYTES`` before its line end."""
    if len(line) <= MAX_RECORD_BYTES:
        return line
    body = line.rstrip(b"\r\n")
    return line if len(body) <= _KEPT_BYTES else body[:_KEPT_BYTES] + line[len(body) :]
