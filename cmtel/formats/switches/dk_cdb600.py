"""DK CDB-600: SMDR with ring time and units (formats.md 9.3).

Fixed positions; a text in the column of the number says what an incoming call was.

Source: DK CDB-600 installation manual, "SMDR print-out": example with RING and UNIT columns.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.charges import UNIT_PRICE, pulses, unit_price
from cmtel.formats.columns import columns
from cmtel.formats.dates import DAY_FIRST
from cmtel.formats.days import YearlessDays
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.numbers import caller_number
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.text import ENCODING, RecordTexts, is_separator

NAME = "dk-cdb600"
OPTIONS = (ENCODING, DAY_FIRST, UNIT_PRICE)

_COLUMNS = columns(
    *((1, 4), (5, 6), (8, 8), (10, 33), (35, 42), (44, 48), (50, 54), (56, 65), (67, 72), (74, 80))
)
_NO_CALL = "FAC or PSW error"
_DIALLED = re.compile("[0-9*#]+")
_INCOMING = re.compile("Incoming( no answer)?|DDI (?:Num|(NoAns)):.*|CLI (?:Num|(NoAns)):(.*)")
_DURATION = re.compile("([0-9]{1,3}):([0-5][0-9])'([0-5][0-9])\"")
_RING = re.compile("([0-9]{1,3})'([0-5][0-9])\"")
#: A call that was barred. ``#`` (put on hold) and ``*`` (taken up again) are calls like others.
_BARRED = "X"
_DISA_STATION = re.compile("D-([0-9]{2})")
_REMEMBERED = 65_536


class _Party(NamedTuple):
    direction: Direction
    number: str | None
    is_answered: bool


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        price = unit_price(options.values)
        self.days = YearlessDays(options)
        self._spans = CallSpans(options)
        self._party = lru_cache(_REMEMBERED)(_party)
        self._charge = lru_cache(_REMEMBERED)(lambda text: pulses(text, price))

    def read(self, text: str, raw: str) -> Outcome:
        try:
            return self._call(text, raw)
        except LineRejected:
            if text.startswith("ST. TK"):
                return Skipped("header", raw)
            if is_separator(text):
                return Skipped("separator", raw)
            raise

    def _call(self, text: str, raw: str) -> Outcome:
        station, trunk, status, party, account, date, time, duration, ring, units = _COLUMNS(text)
        if party == _NO_CALL:
            return Skipped("not-a-call", raw)
        direction, number, is_answered = self._party(party)
        day, secs = self.days.day(date), day_secs(time)
        connected_secs = _duration_secs(duration) if duration else None
        ring_secs = _ring_secs(ring) if ring else None
        if not is_answered or status == _BARRED:
            connected_secs = 0
        length = known_length(ring_secs, connected_secs)
        started_at, ended_at = self._spans.from_start(day, secs, length)
        if found := _DISA_STATION.fullmatch(station):
            station, trunk = "", found[1]
        cost = self._charge(units) if units else None
        return tuple.__new__(
            CallRecord,
            (
                direction,
                "CONN" if connected_secs else "RING",
                started_at,
                ended_at,
                number,
                None if station == "000" else station or None,
                None,
                None,
                None if ring_secs is None else ring_secs * 1000,
                connected_secs,
                cost and cost.text,
                cost and cost.cents,
                None,
                trunk or None,
                account or None,
                None,
                None,
                raw,
            ),
        )


def _party(text: str) -> _Party:
    """Return what the column of the number says.

    Raises:
        LineRejected: A text that no manual knows.
    """
    if _DIALLED.fullmatch(text):
        return _Party("out", text, is_answered=True)
    if "D I S A" in text:
        return _Party("in", None, is_answered=True)
    found = _INCOMING.fullmatch(text)
    if not found:
        raise LineRejected
    is_answered = not (found[1] or found[2] or found[3])
    return _Party("in", caller_number(found[4] or ""), is_answered)


@lru_cache(_REMEMBERED)
def _duration_secs(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if not found:
        raise LineRejected
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])


@lru_cache(_REMEMBERED)
def _ring_secs(text: str) -> int:
    found = _RING.fullmatch(text)
    if not found:
        raise LineRejected
    return int(found[1]) * 60 + int(found[2])


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return LineDecoder(RecordTexts(options.values), reader.read, received=reader.days.receive)


FORMAT = Format(
    name=NAME,
    switch="DK CDB-600: SMDR with ring time and units",
    transport="serial line, or a terminal server's TCP port",
    default_port=None,
    layout="""\
1-4 station, 5-6 trunk, 8 status (# held, * taken up again, X barred), 10-33 number or text,
35-42 account, 44-48 date NN/NN, 50-54 start HH:MM, 56-65 duration hh:mm'ss", 67-72 ring mm'ss",
74-80 units
texts: Incoming, DDI Num:n, CLI Num:n;
  not answered: Incoming no answer, DDI NoAns:n, CLI NoAns:n""",
    example="115 02   CLI Num:0255500188       87654321 10/02 08:45 00:10'20\"  00'10\"",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
)
