"""Hotel tickets "bilhete 001 Tarifação" of CM / TOTVS Sisinterface (formats.md 10.1).

Where the fields stand is said in :mod:`cmtel.formats.ticket_layout`.

Source: CM / TOTVS Sisinterface, ticket 001 "Tarifação", published layouts A and B.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs
from cmtel.formats.dates import full_year
from cmtel.formats.days import day_text
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.numbers import number
from cmtel.formats.options import choice, refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format, FormatOption
from cmtel.formats.text import ENCODING, RecordTexts
from cmtel.formats.ticket_layout import (
    ADD_SECS,
    DURATION_UNIT,
    IDENT,
    LAYOUT,
    duration_reader,
    ticket_reader,
)

NAME = "cm-ticket"
TIME_IS = FormatOption("time-is", "start or end: which moment the ticket tells", default="start")
OPTIONS = (ENCODING, LAYOUT, IDENT, DURATION_UNIT, ADD_SECS, TIME_IS)

#: A ticket of another kind: room status, wake-up and so on.
_OTHER_TICKET = re.compile("[A-Z]{3}[ \t]+[0-9]")
_NUMBER = re.compile("[0-9*#+]+")
_REMEMBERED = 4096


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        values = options.values
        self._ident = values.get(IDENT.name, IDENT.default)
        self._ticket = ticket_reader(values)
        self._duration_secs = duration_reader(values)
        self._is_end = choice(values, TIME_IS.name, ("start", "end"), "start") == "end"
        self._spans = CallSpans(options)

    def read(self, text: str, raw: str) -> Outcome:
        if not text.startswith(self._ident):
            if _OTHER_TICKET.match(text):
                return Skipped("not-a-call", raw)
            raise LineRejected
        (
            extension, day_number, month, year, hour, minute, second,
            hours, minutes, rest, remote,
        ) = self._ticket(text)  # fmt: skip
        local = number(extension)
        if not local or not _NUMBER.fullmatch(remote):
            raise LineRejected
        day = _day(year, month, day_number)
        clock = day_secs(f"{hour}:{minute}:{second}" if second else f"{hour}:{minute}")
        connected_secs = self._duration_secs(hours, minutes, rest)
        started_at, ended_at = self._span(day, clock, connected_secs)
        return tuple.__new__(
            CallRecord,
            (
                "out", "CONN" if connected_secs else "RING", started_at, ended_at, remote, local,
                None, None, None, connected_secs,
                None, None, None, None, None, None, None, raw,
            ),
        )  # fmt: skip

    def _span(self, day: str, secs: int, connected_secs: int | None) -> tuple[str, str | None]:
        if self._is_end:
            return self._spans.from_end(day, secs, connected_secs or 0)
        return self._spans.from_start(day, secs, connected_secs or None)


@lru_cache(_REMEMBERED)
def _day(year: str, month: str, day: str) -> str:
    """Return a day; the year has two or four digits."""
    digits = year + month + day
    if not digits.isdecimal() or not digits.isascii() or len(year) not in (2, 4):
        raise LineRejected
    whole_year = full_year(int(year)) if len(year) == 2 else int(year)
    return day_text(whole_year, int(month), int(day))


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return LineDecoder(RecordTexts(options.values), _LineReader(options).read)


FORMAT = Format(
    name=NAME,
    switch="CM / TOTVS Sisinterface, ticket 001 Tarifação",
    transport="TCP (Sisinterface), serial line or file, as the site has it",
    default_port=None,
    layout="""\
TAR extension DD/MM/YYYY HH:MM[:SS] HHMMSS number, blanks between; or by positions:
A: extension 5-8, date 10-19, time 21-25, duration 27-32, number 34-53
B: extension 5-8, date 9-18, time 20-27, duration 29-34, number 36-55
or the option layout with the vendor's codes: 010 extension, 040 day, 041 month, 042 year,
050 hour, 051 minute, 052 second, 062 061 060 duration, 080 number; local time""",
    example="TAR 5105 01/08/2017 10:54 012311 99999999999",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
)
