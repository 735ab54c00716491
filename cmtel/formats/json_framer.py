"""Framers for the objects in the arrays of a JSON document."""

from __future__ import annotations

import re

from cmtel.formats.document_framer import DocumentFramer
from cmtel.formats.framers import LineFramer

#: Where an object in an array starts.
_START = re.compile(rb"[\[,]\s*(\{)")
_START_IN_TEXT = re.compile(_START.pattern.decode())
#: An object without other objects in it, of whose braces and quotes there is no doubt.
_PLAIN = re.compile(rb'\{[^"{}]*+(?:"[^"\\\r\n{]*+(?:\\[^\r\n{][^"\\\r\n{]*+)*+"[^"{}]*+)*+\}')
_TOKEN = re.compile(rb'"(?:[^"\\\r\n]|\\.)*"|,\s*\{|[{}"]')
_LINE_END = re.compile(rb"[\r\n]")
#: A quote was lost if a text seems to end where the next object's first name begins.
_LOST_QUOTE = re.compile(rb'\}\s*,\s*\{\s*"$')
_OVERSIZE_END = re.compile(rb"\}(?=\s*,\s*\{)")


class JsonArrayFramer(DocumentFramer):
    """Records are the objects in the arrays of a JSON document.

    A lost quote or brace costs one object: it ends where the next one seems to begin.
    """

    def start_of_part(self, data: bytes, begin: int) -> int | None:
        """Return where the next object in an array starts."""
        found = _START.search(data, begin)
        return found.start(1) if found else None

    def end_of_part(self, data: bytes, start: int, *, is_settled: bool) -> int | None:
        """Return the end of the object, which is behind its brace."""
        plain = _PLAIN.match(data, start)
        if plain:
            return plain.end()
        depth = 0
        for token in _TOKEN.finditer(data, start):
            text = token[0]
            if text == b"{":
                depth += 1
            elif text == b"}":
                depth -= 1
                if depth == 0:
                    return token.end()
            elif text[:1] == b",":
                return token.start()
            elif text == b'"':
                # Half a text: the rest may come. A text does not go over the end of a line.
                if not is_settled and not _LINE_END.search(data, token.end()):
                    return None
            elif lost := _LOST_QUOTE.search(text):
                return token.start() + lost.start() + 1
        return None

    def end_of_oversize(self, data: bytes) -> int | None:
        """Return the end of what looks like an object followed by another."""
        found = _OVERSIZE_END.search(data)
        return found.end() if found else None


def start_of_object(text: str) -> int | None:
    """Return where the object in the text of a record starts; None if it has none."""
    found = _START_IN_TEXT.search(text)
    return found.start(1) if found else None


#: What may stand before the first character that tells what the input is.
_UNDECIDED = re.compile(rb"(?:\xef|\xef\xbb|\xef\xbb\xbf\s*|\s*)")
_MOST_UNDECIDED_BYTES = 1024


class LinesOrJsonFramer(JsonArrayFramer):
    """Lines, or the objects of a JSON document: the first character that is not blank tells."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: LineFramer | None = None
        self._is_json = False

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that no record has yet, dropped ones of an oversize record included."""
        return self._lines.pending_bytes if self._lines else super().pending_bytes

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order."""
        if self._lines:
            return self._lines.feed(data)
        if self._is_json:
            return super().feed(data)
        self._rest += data
        if _UNDECIDED.fullmatch(self._rest) and len(self._rest) < _MOST_UNDECIDED_BYTES:
            return []
        return self._feed_decided()

    def idle(self) -> list[bytes]:
        """Nothing came for a moment: return the records that waited for a next byte."""
        if self._lines:
            return self._lines.idle()
        return super().idle() if self._is_json else []

    def finish(self) -> list[bytes]:
        """The input has ended: return what is left as the last records."""
        if self._is_json:
            return super().finish()
        records = [] if self._lines else self._feed_decided()
        return records + (self._lines.finish() if self._lines else super().finish())

    def _feed_decided(self) -> list[bytes]:
        data, self._rest = self._rest, b""
        first = data.lstrip(b"\xef\xbb\xbf \t\r\n\f\v")[:1]
        self._is_json = first in (b"{", b"[")
        if not self._is_json:
            self._lines = LineFramer()
        return self.feed(data)
