"""Framer for blocks of ``Name: value`` lines ended by an empty line (Asterisk manager)."""

from __future__ import annotations

import re

from cmtel.formats.search_framer import SearchFramer

#: What opens a session: a line that is a record of its own.
GREETING = "Asterisk Call Manager/"

_FIRST_LINE_END = re.compile(rb"\r\n|\n|\r")
#: Atomic: the LF of a CR LF is no line end of its own.
_LINE_END = re.compile(rb"(?>\r\n|\n|\r)")
_EMPTY_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")
_CRLF = re.compile(rb"\r\n")
_EMPTY_CRLF_LINE = re.compile(rb"\r\n\r\n")


class BlockFramer(SearchFramer):
    """A block and the empty line after it are a record; so are a greeting and a lone empty line.

    If the first line of the input ends with CR LF, nothing else ends a line; otherwise a line
    ends at CR LF, LF or a lone CR.
    """

    def __init__(self) -> None:
        super().__init__()
        self._is_crlf: bool | None = None

    def end_of_record(self, data: bytes, begin: int, *, is_settled: bool) -> int | None:
        """Return the end of the block, greeting or empty line at ``begin``."""
        if self._is_crlf is None:
            first = _FIRST_LINE_END.search(data, begin)
            if first is None or _may_go_on(first, is_settled=is_settled):
                return None
            self._is_crlf = first[0] == b"\r\n"
        line = (_CRLF if self._is_crlf else _LINE_END).search(data, begin)
        if line is None:
            return None
        is_line = line.start() == begin or data.startswith(GREETING.encode(), begin)
        found = line if is_line else self._empty_line().search(data, line.start())
        return None if found is None or _may_go_on(found, is_settled=is_settled) else found.end()

    def end_of_oversize(self, data: bytes) -> int | None:
        """Return the end of the first empty line."""
        found = self._empty_line().search(data)
        return None if found is None or _may_go_on(found, is_settled=False) else found.end()

    def _empty_line(self) -> re.Pattern[bytes]:
        return _EMPTY_CRLF_LINE if self._is_crlf else _EMPTY_LINE


def _may_go_on(line_end: re.Match[bytes], *, is_settled: bool) -> bool:
    """A CR at the end of what is there may be half of a CR LF."""
    is_at_end = line_end.end() == line_end.endpos
    return is_at_end and not is_settled and line_end[0].endswith(b"\r")
