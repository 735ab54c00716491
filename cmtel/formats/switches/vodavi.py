"""Vodavi Infinite: SMDR of 80 columns on one line, or of 29 columns on three (formats.md 9.5).

Source: Vodavi, Infinite 4096 installation manual, "SMDR": printouts of 80 and of 29 columns.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Direction, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs
from cmtel.formats.columns import columns
from cmtel.formats.dates import DAY_FIRST
from cmtel.formats.days import slashed_day
from cmtel.formats.durations import clock_secs, minutes_secs
from cmtel.formats.framers import LineFramer
from cmtel.formats.held_lines import HeldLine, HoldingDecoder
from cmtel.formats.numbers import caller_number
from cmtel.formats.options import flag, refuse_unknown
from cmtel.formats.outcomes import empty_outcome, refusal
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.text import ENCODING, RecordTexts, is_separator, raw_text

NAME = "vodavi"
OPTIONS = (ENCODING, DAY_FIRST)

_WIDE = columns((1, 3), (5, 6), (8, 15), (17, 21), (23, 30))
_NARROW = columns((1, 3), (5, 6), (8, 12), (14, 18), (20, 27))
#: Where type letter, digits and account begin in the 80 columns.
_DIALLED_AT = 31
_NARROW_FIRST = re.compile(
    "...[ ].. [0-9]{2}:[0-9]{2} [0-9]{2}:[0-9]{2} [0-9]{2}/[0-9]{2}/[0-9]{2} *"
)
_TYPE_DIGITS_ACCOUNT = re.compile("([A-Za-z]?) *([^ ]*) *([^ ]*) *")
_NARROW_SECOND = re.compile("(?=.*[^ ]) *[A-Za-z]? *[0-9*#]* *")
_NARROW_THIRD = re.compile("[ \t]*[0-9*#]*[ \t]*")
_HEADING = re.compile(r"\s*STA\s+CO\b")
_DIRECTIONS: dict[str, Direction] = {"I": "in", "O": "out"}
_LINES_OF_NARROW = 3
_REMEMBERED = 65_536


class _Dialled(NamedTuple):
    direction: Direction | None
    number: str | None
    account_code: str | None


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._is_day_first = flag(options.values, DAY_FIRST.name)
        self._spans = CallSpans(options)
        self._dialled = lru_cache(_REMEMBERED)(_dialled)

    def wide(self, text: str, raw: str) -> CallRecord:
        """Return the call of a line of 80 columns."""
        station, line, duration, start, date = _WIDE(text)
        secs, dialled = (
            clock_secs(duration) if duration else None,
            self._dialled(text[_DIALLED_AT:]),
        )
        return self._call((station, line, start, date), secs, dialled, raw)

    def narrow(self, first: str, second: str, third: str, raw: str) -> CallRecord:
        """Return the call of the three lines of a record of 29 columns."""
        station, line, duration, start, date = _NARROW(first)
        dialled = self._dialled(second.strip())._replace(account_code=third.strip() or None)
        # Hours and minutes, as others write minutes and seconds.
        return self._call((station, line, start, date), 60 * minutes_secs(duration), dialled, raw)

    def _call(
        self,
        fields: tuple[str, str, str, str],
        connected_secs: int | None,
        dialled: _Dialled,
        raw: str,
    ) -> CallRecord:
        station, line, start, date = fields
        day = slashed_day(date, is_day_first=self._is_day_first)
        started_at, ended_at = self._spans.from_start(day, day_secs(start), connected_secs or None)
        return tuple.__new__(
            CallRecord,
            (
                dialled.direction,
                "CONN" if connected_secs else "RING",
                started_at,
                ended_at,
                dialled.number,
                station or None,
                None,
                None,
                None,
                connected_secs,
                None,
                None,
                None,
                line or None,
                dialled.account_code,
                None,
                None,
                raw,
            ),
        )


def _dialled(text: str) -> _Dialled:
    found = _TYPE_DIGITS_ACCOUNT.fullmatch(text)
    if not found:
        raise LineRejected
    direction = _DIRECTIONS.get(found[1])
    number = caller_number(found[2]) if direction == "in" else found[2] or None
    return _Dialled(direction, number, found[3] or None)


class _VodaviDecoder(HoldingDecoder):
    """The first line of a record of 29 columns waits for the other two."""

    def __init__(self, options: DecodeOptions) -> None:
        super().__init__(RecordTexts(options.values))
        self._reader = _LineReader(options)

    def take(self, line: HeldLine, at: int) -> None:
        """Emit what a line is, or hold it as part of a record of 29 columns."""
        if self.held:
            self._join(line, at)
        elif not line.text or line.text.isspace():
            self.emit(empty_outcome(line.text, line.raw), at, line)
        elif _NARROW_FIRST.fullmatch(line.text):
            self.held.append(line)
        else:
            self.emit(self._single(line.text, line.raw), at, line)

    def give_up(self, at: int) -> None:
        """Reject the first line alone; the lines after it are read afresh."""
        first, *others = self.held
        self.held = []
        self.emit(Rejected("truncated", first.raw), at, first)
        for line in others:
            self.take_or_reject(line, at)

    def _single(self, text: str, raw: str) -> Outcome:
        if _HEADING.match(text):
            return Skipped("header", raw)
        if is_separator(text):
            return Skipped("separator", raw)
        return self._reader.wide(text, raw)

    def _join(self, line: HeldLine, at: int) -> None:
        self.held.append(line)
        pattern = _NARROW_SECOND if len(self.held) < _LINES_OF_NARROW else _NARROW_THIRD
        if line.text is None or not pattern.fullmatch(line.text):
            self.give_up(at)
        elif len(self.held) == _LINES_OF_NARROW:
            self._close(at)

    def _close(self, at: int) -> None:
        lines, self.held = self.held, []
        first, second, third = (line.text or "" for line in lines)
        raw = raw_text(b"".join(line.record for line in lines))
        try:
            outcome: Outcome = self._reader.narrow(first, second, third, raw)
        except LineRejected as error:  # an impossible value: the three lines are one bad record
            outcome = refusal(error, raw)
        self.emit(outcome, at, *lines)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _VodaviDecoder(options)


FORMAT = Format(
    name=NAME,
    switch="Vodavi Infinite: SMDR of 80 or of 29 columns",
    transport="serial line, or a terminal server's TCP port",
    default_port=None,
    layout="""\
80 columns: 1-3 station, 5-6 line, 8-15 duration HH:MM:SS, 17-21 start HH:MM, 23-30 date NN/NN/NN,
  32 type (I in, O out), then digits, account
29 columns, three lines: station line HH:MM (duration) HH:MM (start) date; type and digits;
  account, may be blank""",
    example="116 08 00:02:10 14:13 05/11/90 O5550123456 1234",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
)
