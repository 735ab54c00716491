"""ESI IVX: SMDR as CSV or as fixed positions (formats.md 9.4).

Each line tells by its first character which of the two it is; a record ends with LF CR.

Source: ESI, IVX Administrator's Manual, "SMDR output": comma-delimited and tabular format.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs
from cmtel.formats.columns import columns
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.days import YearlessDays, day_text
from cmtel.formats.durations import clock_secs
from cmtel.formats.framers import LfCrFramer
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts, is_separator

NAME = "esi-ivx"
OPTIONS = (ENCODING,)

_CSV = StrictCsv()
_CSV_FIELDS = 8
_TABULAR = columns(
    *((1, 1), (3, 7), (9, 16), (18, 25), (27, 29), (31, 58), (60, 69), (77, 78)),
)
_DIRECTIONS: dict[str, Direction | None] = {"I": "in", "O": "out", "T": None}
_DAY = re.compile("([0-9]{2})([0-9]{2})([0-9]{4})")
_SIX_DIGITS = re.compile("([0-9]{2})([0-9]{2})([0-9]{2})")
#: In the tabular format these stand for keys.
_KEYS = str.maketrans("><", "*#")
_REMEMBERED = 65_536


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self.days = YearlessDays(options, is_order_guessed=False)
        self._spans = CallSpans(options)
        self._name = lru_cache(_REMEMBERED)(party_name)

    def read(self, text: str, raw: str) -> Outcome:
        if text[0] == '"' or text.lstrip(" \t")[0] == '"':
            return self._comma_delimited(text, raw)
        if is_separator(text):
            return Skipped("separator", raw)
        return self._tabular(text, raw)

    def _comma_delimited(self, text: str, raw: str) -> CallRecord:
        fields = text[1:-1].split('","')
        # As the switch writes them: all fields in quotes, no quotes inside.
        if (
            text.count('"') != 2 * _CSV_FIELDS
            or text[0] + text[-1] != '""'
            or len(fields) != _CSV_FIELDS
        ):
            fields = _CSV.split(text)
        if len(fields) != _CSV_FIELDS:
            raise LineRejected
        kind, date, time, duration, extension, party, name, line = map(str.strip, fields)
        lengths = _with_colons(time), _with_colons(duration) if duration else ""
        return self._call((kind, _day(date), *lengths, extension, party, name, line, ""), raw)

    def _tabular(self, text: str, raw: str) -> CallRecord:
        kind, date, time, duration, extension, party, account, line = _TABULAR(text)
        day, dialled = self.days.day(date), party.translate(_KEYS)
        return self._call((kind, day, time, duration, extension, dialled, "", line, account), raw)

    def _call(self, fields: Iterable[str], raw: str) -> CallRecord:
        kind, day, time, duration, extension, party, name, line, account = fields
        if kind not in _DIRECTIONS:
            raise LineRejected
        direction = _DIRECTIONS[kind]
        connected_secs = clock_secs(duration) if duration else None
        started_at, ended_at = self._spans.from_start(day, day_secs(time), connected_secs or None)
        is_in = direction == "in"
        remote = caller_number(party) if is_in else number(party)
        return tuple.__new__(
            CallRecord,
            (
                direction,
                "CONN" if connected_secs else "RING",
                started_at,
                ended_at,
                remote,
                extension or None,
                None,
                self._name(name, remote) if is_in and name else None,
                None,
                connected_secs,
                None,
                None,
                None,
                line or None,
                account or None,
                None,
                None,
                raw,
            ),
        )


@lru_cache(_REMEMBERED)
def _day(text: str) -> str:
    """Return the day of ``MMDDYYYY``."""
    found = _DAY.fullmatch(text)
    if not found:
        raise LineRejected
    return day_text(int(found[3]), int(found[1]), int(found[2]))


@lru_cache(_REMEMBERED)
def _with_colons(text: str) -> str:
    """Return ``HHMMSS`` as ``HH:MM:SS``."""
    found = _SIX_DIGITS.fullmatch(text)
    if not found:
        raise LineRejected
    return ":".join(found.groups())


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return CsvDecoder(RecordTexts(options.values), reader.read, received=reader.days.receive)


FORMAT = Format(
    name=NAME,
    switch="ESI IVX: SMDR, comma-delimited or tabular",
    transport="serial line, or TCP; a record ends with LF CR",
    default_port=None,
    layout="""\
CSV, all fields quoted: type I/O/T, MMDDYYYY, start HHMMSS, duration HHMMSS, extension, number,
  name, line
tabular: 1 type, 3-7 MM/DD, 9-16 start, 18-25 duration, 27-29 extension, 31-58 number (> is *,
  < is #), 60-69 account, 77-78 line""",
    example='"I","07042002","000852","000059","101","9725550170","ESTECH SYS INC. ","54"',
    options=OPTIONS,
    make_framer=LfCrFramer,
    make_decoder=make_decoder,
)
