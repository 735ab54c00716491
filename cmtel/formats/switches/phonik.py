"""Phonik SMDR (formats.md 9.6).

Source: lines captured at a Phonik system; of the types only ``EC`` (extension call) is documented.
"""

from __future__ import annotations

import re

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs
from cmtel.formats.dates import DAY_FIRST
from cmtel.formats.days import slashed_day
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.options import flag, refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format, FormatOption
from cmtel.formats.text import ENCODING, RecordTexts, is_separator

NAME = "phonik"
OPTIONS = (ENCODING, FormatOption(DAY_FIRST.name, DAY_FIRST.meaning, default="true"))

_LINE = re.compile(
    r"[ \t]*(?:==SMDX[0-9]+=)?([0-9]{2}/[0-9]{2}/[0-9]{2})[ \t]+([0-9]{2}:[0-9]{2})[ \t]+"
    r"([^ \t]+)[ \t]+(e\.)?([^ \t]+)[ \t]+([A-Za-z]+)[ \t]+([0-9]{1,4}):([0-5][0-9])'([0-5][0-9])"
    r"(?:[ \t]+[0-9.,]+)?(?:[ \t]+#[0-9]+)?[ \t]*"
)
#: By the first letter of the type (cmtel decision).
_DIRECTIONS: dict[str, Direction] = {"I": "in", "O": "out"}


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._from_start = CallSpans(options).from_start
        self._is_day_first = flag(options.values, DAY_FIRST.name, default=True)

    def read(self, text: str, raw: str) -> Outcome:
        found = _LINE.fullmatch(text)
        if not found:
            if is_separator(text):
                return Skipped("separator", raw)
            raise LineRejected
        date, clock, local, is_inside, remote, kind, hours, minutes, secs = found.groups()
        direction = "internal" if is_inside else _DIRECTIONS.get(kind[0])
        connected_secs = (int(hours) * 60 + int(minutes)) * 60 + int(secs)
        day = slashed_day(date, is_day_first=self._is_day_first)
        started_at, ended_at = self._from_start(day, day_secs(clock), connected_secs or None)
        return tuple.__new__(
            CallRecord,
            (
                direction, "CONN" if connected_secs else "RING", started_at, ended_at,
                caller_number(remote) if direction == "in" else number(remote), number(local),
                None, None, None, connected_secs,
                None, None, None, None, None, None, None, raw,
            ),
        )  # fmt: skip


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _LineReader(options).read)


FORMAT = Format(
    name=NAME,
    switch="Phonik, SMDR",
    transport="TCP or serial line, as the site has it",
    default_port=None,
    layout="""\
[==SMDXnnnn=]DD/MM/YY HH:MM extension number TYPE H:MM'SS [cost] [#n]
number e.nnn is an extension; a type that begins with I is in, with O out; local time""",
    example="==SMDX2005=03/08/26 18:59 401 e.400 EC 0:00'09 0 #1",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
)
