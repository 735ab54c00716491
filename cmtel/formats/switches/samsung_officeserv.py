"""Samsung OfficeServ and DCS: SMDR as a printed report, or as records over LAN (formats.md 9.2).

The columns of the report are where its heading says; the records over LAN have fixed positions.

Source: Samsung, DCS / OfficeServ programming manual, MMC 725 and 829, "SMDR report" with caller
id; "SMDR over LAN": records of 122 and of 154 bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.charges import charge, currency_of
from cmtel.formats.columns import CutColumns, columns
from cmtel.formats.dates import DAY_FIRST
from cmtel.formats.days import YearlessDays
from cmtel.formats.durations import clock_secs
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.officeserv_framer import OfficeServFramer, is_head
from cmtel.formats.options import refuse_unknown
from cmtel.formats.outcomes import empty_outcome
from cmtel.formats.seam import Decoded, DecodeOptions, Decoder, Format
from cmtel.formats.text import ENCODING, RecordTexts, is_oversize, is_separator, raw_text

NAME = "samsung-officeserv"
OPTIONS = (ENCODING, DAY_FIRST)

#: Positions of the report before a heading is seen; the last column has no end.
_REPORT_BEGINS = (1, 6, 11, 15, 21, 30, 39, 42, 61, 74, 91)
_HEADINGS = ("EXT", "AUTH", "TRK", "(?:MM/DD|DD/MM)", r"STT\.TIME", "DURATION", "FG")
#: Systems without caller id, or without account codes, do not print these.
_MAYBE_HEADINGS = ("DIALED DIGIT", "ACCOUNT CODE", "CID NUMBER", "CID NAME")
_HEADING_LINE = re.compile(
    r"\s*"
    + r"\s*".join(f"({words})" for words in _HEADINGS)
    + "".join(rf"\s*({words})?" for words in _MAYBE_HEADINGS)
    + r"\s*"
)
_HEADER = re.compile(r"\s*(?:SMDR REPORT|EXT\s+AUTH)")
_LINE_END = 65_536
#: Without the first two bytes of the record: call id, extension, date, time, duration, flag,
#: dialled, account, cost, caller id; name and ring of the longer record.
_RECORD = columns(
    *((1, 6), (8, 13), (25, 29), (31, 38), (40, 47), (49, 50), (52, 69), (71, 87), (89, 98)),
    *((100, 115), (117, 134), (142, 149)),
)
_IGNORED_BYTES = 2
_RECORD_BYTES = (122, 154)
_DIRECTIONS: dict[str, Direction] = {
    **dict.fromkeys(("I", "IT", "A", "FI", "DI", "DE"), "in"),
    **dict.fromkeys(("O", "OT", "FO", "DO"), "out"),
}
_TRANSFERRED = ("T", "TT")
_ABANDONED = "A"
_REMEMBERED = 65_536


class _RecordReader:
    def __init__(self, options: DecodeOptions) -> None:
        self.days = YearlessDays(options, is_order_guessed=False)
        self._spans = CallSpans(options)
        self._legs = LegCounter()
        self._cut = _report_columns(_REPORT_BEGINS)
        self._charge = lru_cache(_REMEMBERED)(lambda text: charge(text, currency_of(text)))
        self._name = lru_cache(_REMEMBERED)(party_name)

    def line(self, text: str, raw: str) -> Outcome:
        """Read a line of the report; a heading moves the columns of the lines after it."""
        try:
            extension, _, line, date, time, duration, flag, *others = self._cut(text)
            dialled, account, caller_id, name = others
            fields = (date, time, duration, flag, dialled, account, "", caller_id, name, "")
            return self._call("", extension, line, fields, raw)
        except LineRejected:
            return self._no_call(text, raw)

    def _no_call(self, text: str, raw: str) -> Outcome:
        if _HEADER.match(text):
            if found := _HEADING_LINE.fullmatch(text):
                self._cut = _report_columns([begin + 1 for begin, _ in found.regs[1:]])
            return Skipped("header", raw)
        if is_separator(text):
            return Skipped("separator", raw)
        raise LineRejected

    def record(self, text: str, raw: str) -> CallRecord:
        """Read a record of the NUL form, without its first two bytes and its NUL."""
        call_id, extension, *fields = _RECORD(text)
        return self._call(call_id, extension, "", fields, raw)

    def _call(
        self, call_id: str, extension: str, line: str, fields: Iterable[str], raw: str
    ) -> CallRecord:
        date, time, duration, flag, dialled, account, price, caller_id, name, ring = fields
        direction = _DIRECTIONS.get(flag) or _transferred(flag, caller_id, dialled)
        day, secs = self.days.day(date), day_secs(time)
        connected_secs = clock_secs(duration) if duration else None
        ring_secs = clock_secs(ring) if ring else None
        if flag == _ABANDONED:
            ring_secs, connected_secs = connected_secs if ring_secs is None else ring_secs, 0
        length = known_length(ring_secs, connected_secs)
        started_at, ended_at = self._spans.from_start(day, secs, length)
        is_in = direction == "in"
        remote = caller_number(caller_id) if is_in else number(dialled)
        cost = self._charge(price) if price else None
        call_key = call_id or None
        return tuple.__new__(
            CallRecord,
            (
                direction,
                "CONN" if connected_secs else "RING",
                started_at,
                ended_at,
                remote,
                number(extension),
                None,
                self._name(name, remote) if is_in and name else None,
                None if ring_secs is None else ring_secs * 1000,
                connected_secs,
                cost and cost.text,
                cost and cost.cents,
                cost and currency_of(price),
                line or None,
                account or None,
                call_key,
                self._legs.next_leg(call_key),
                raw,
            ),
        )


def _transferred(flag: str, caller_id: str, dialled: str) -> Direction | None:
    if flag not in _TRANSFERRED:
        raise LineRejected
    if caller_id:
        return "in"
    return "out" if dialled else None


def _report_columns(begins: Sequence[int]) -> CutColumns:
    """Return what cuts a line; a column that is not there begins at 0 and is always empty."""
    places, last = [], _LINE_END
    for begin in reversed(begins):
        places.append((begin, last) if begin else (1, 0))
        last = begin - 1 if begin else last
    return columns(*reversed(places))


class _SamsungDecoder(LineDecoder):
    """Lines until the first record of the NUL form; from then on such records."""

    def __init__(self, options: DecodeOptions) -> None:
        reader = _RecordReader(options)
        super().__init__(
            RecordTexts(options.values),
            reader.line,
            memory_records=LEG_MEMORY_RECORDS,
            received=reader.days.receive,
        )
        self._record_texts = RecordTexts(options.values)
        self._read_record = reader.record
        self._has_nul = False

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return one outcome a record."""
        lines = 0 if self._has_nul else _lines_before_nul(records)
        found = super().decode(records[:lines], first_sequence, received_utc)
        if lines == len(records):
            return found
        self._has_nul = True
        outcomes = [*found.outcomes, *self._decode_records(records[lines:])]
        end = first_sequence + len(outcomes)
        return Decoded(outcomes, range(first_sequence, end), [1] * len(outcomes), records)

    def _decode_records(self, records: Sequence[bytes]) -> list[Outcome]:
        bodies = [record.removesuffix(b"\0")[_IGNORED_BYTES:] for record in records]
        texts, _ = self._record_texts.read(bodies)
        return [self._outcome(*pair) for pair in zip(records, texts, strict=True)]

    def _outcome(self, record: bytes, text: str | None) -> Outcome:
        raw = raw_text(record)
        if is_oversize(record):
            return Rejected("oversize", raw)
        if is_head(record):
            return Skipped("header", raw)
        if not text or text.isspace():
            return empty_outcome(text, raw)
        if not record.endswith(b"\0"):
            return Rejected("truncated", raw)
        if len(record) not in _RECORD_BYTES:
            return Rejected("unparsed", raw)
        try:
            return self._read_record(text, raw)
        except LineRejected as error:
            return Rejected(error.reason, raw)


def _lines_before_nul(records: Sequence[bytes]) -> int:
    for how_many, record in enumerate(records):
        if record.endswith(b"\0") or is_head(record):
            return how_many
    return len(records)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _SamsungDecoder(options)


FORMAT = Format(
    name=NAME,
    switch="Samsung OfficeServ, DCS: SMDR report, or SMDR over LAN",
    transport="TCP: cmtel dials the SMDR port, which can be set; or a printer feed",
    default_port=None,
    layout="""\
lines: columns begin where the heading says (EXT AUTH TRK MM/DD STT.TIME DURATION FG
  DIALED DIGIT, ACCOUNT CODE, CID NUMBER, CID NAME),
  without one at 1, 6, 11, 15, 21, 30, 39, 42, 61, 74, 91
records that end with NUL, 122 or 154 bytes: 3-8 call id, 10-15 extension, 17-25 auth,
  27-31 MM/DD, 33-40 time, 42-49 duration, 51-52 flag, 54-71 dialled, 73-89 account, 91-100 cost,
  102-117 caller id; 119-136 name, 138-143 group, 144-151 ring""",
    example=(
        "205       701 01/02 17:15:41 00:00:02 T                                  "
        "13055554100      SAMSUNG TELECOM"
    ),
    options=OPTIONS,
    make_framer=OfficeServFramer,
    make_decoder=make_decoder,
)
