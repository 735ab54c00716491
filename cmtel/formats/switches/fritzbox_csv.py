"""FRITZ!Box, call list exported as CSV (formats.md 7.2).

Source: AVM, FRITZ!Box user interface, "Calls", "Save" (the columns; the box rounds up to minutes).
"""

from __future__ import annotations

import re
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs
from cmtel.formats.days import dotted_day
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "fritzbox-csv"
OPTIONS = (ENCODING,)

#: Answered, missed, outgoing (two generations of boxes), refused.
_DIRECTIONS: dict[str, Direction] = {"1": "in", "2": "in", "3": "out", "4": "out", "10": "in"}
_ANSWERED = "1"
_HEADINGS = ("sep=;", "Typ;", "Type;")
_DURATION = re.compile("([0-9]{1,5}):([0-5][0-9])")
_LINE = re.compile(r"(\w+): +(.*)", re.DOTALL)
_REMEMBERED = 4096


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._from_start = CallSpans(options).from_start

    def read(self, text: str, raw: str) -> Outcome:
        fields = text.split(";")
        if len(fields) == 8:
            del fields[4]  # the name of the area
        direction = _DIRECTIONS.get(fields[0])
        if len(fields) != 7 or direction is None:
            if text.startswith(_HEADINGS):
                return Skipped("header", raw)
            raise LineRejected
        kind, moment, name, number_text, _, own, duration = fields
        day, _, clock = moment.partition(" ")
        connected_secs = _secs(duration)
        started_at, ended_at = self._from_start(
            dotted_day(day), _minutes(clock), connected_secs or None
        )
        remote = caller_number(number_text) if direction == "in" else number(number_text)
        local, line = _own_number(own)
        return tuple.__new__(
            CallRecord,
            (
                direction, "CONN" if kind == _ANSWERED or connected_secs else "RING",
                started_at, ended_at, remote, local, None,
                party_name(name, remote) if name else None, None, connected_secs,
                None, None, None, line, None, None, None, raw,
            ),
        )  # fmt: skip


def _minutes(clock: str) -> int:
    """Return the seconds since midnight of ``HH:MM``."""
    if len(clock) != 5:
        raise LineRejected
    return day_secs(clock)


@lru_cache(_REMEMBERED)
def _secs(duration: str) -> int:
    """Return the seconds of ``H:MM``."""
    found = _DURATION.fullmatch(duration)
    if not found:
        raise LineRejected
    return (int(found[1]) * 60 + int(found[2])) * 60


@lru_cache(_REMEMBERED)
def _own_number(text: str) -> tuple[str | None, str | None]:
    """Return own number and line of ``Internet: 23125001``, or of the number alone."""
    found = _LINE.fullmatch(text)
    return (number(found[2]), found[1]) if found else (number(text), None)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _LineReader(options).read)


FORMAT = Format(
    name=NAME,
    switch="AVM FRITZ!Box, call list saved as CSV",
    transport="file",
    default_port=None,
    layout="""\
first 'sep=;', then a heading; fields parted by ';', no quoting:
type;DD.MM.YY HH:MM;name;number[;area];device;own number;duration H:MM
type 1 answered, 2 missed, 10 refused, 3 and 4 outgoing; local time; minutes are rounded up""",
    example="1;18.08.23 10:07;Acme GmbH;03023125010;FON S0;Internet: 23125000;0:01",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
)
