"""NEC SL1000, SL1100, SL2100: SMDR (formats.md 9.1).

Fixed positions; a line ``NEXT`` gives the caller's name of the record directly before it.

Source: NEC, SL1100 Features and Specifications Manual, "Station Message Detail Recording": table
of the columns, classes of calls, example with page head and summary; PRG 10-20-05 (LAN port).
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs
from cmtel.formats.columns import columns
from cmtel.formats.dates import DAY_FIRST, UndatedTimes
from cmtel.formats.days import YearlessDays, day_text
from cmtel.formats.durations import clock_secs
from cmtel.formats.framers import LineFramer
from cmtel.formats.held_lines import HeldLine, HoldingDecoder
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.outcomes import empty_outcome
from cmtel.formats.seam import MAX_RECORD_BYTES, DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.sessions.nec_requests import SESSION
from cmtel.formats.simulated import CallTimes, clock_text
from cmtel.formats.text import ENCODING, RecordTexts, is_separator, raw_text

NAME = "nec-sl"
OPTIONS = (ENCODING, DAY_FIRST)

_COLUMNS = columns(
    *((1, 5), (7, 11), (13, 17), (13, 22), (19, 22), (24, 31), (33, 42), (44, 63), (65, 80))
)
_NEXT = "NEXT"
_DIRECTIONS: dict[str, Direction | None] = {
    **dict.fromkeys(("PIN", "IVIN", "IDIN"), "in"),
    **dict.fromkeys(("POT", "POTA", "POTP", "POTW", "IVOT", "IVOTP", "IDOT"), "out"),
    **dict.fromkeys(("ICM", "SDTA"), "internal"),
    **dict.fromkeys(("PTRS", "ITRS")),
}
_NO_CALLS = frozenset({"ALB", "BRD", "BFL", "SAD", "WAD"})
_SUMMARY = ("OUTGOING CALL", "FOR DAY OF", "TOTAL NO.", "NO. OF", "COST:")
_PAGE_HEAD = re.compile(r"\s*([0-9]{2})/([0-9]{2})/([0-9]{4})\s+PAGE\s+[0-9]+\s*")
_DATE = re.compile("[0-9]{2}/[0-9]{2}")
_NOT_ANSWERED = "NO ANSWER"
#: A page has some 60 lines; records without date need the head of theirs, or the time before.
_MEMORY_RECORDS = 2_000
_REMEMBERED = 65_536


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self.days = YearlessDays(options)
        self._spans = CallSpans(options)
        self._undated = UndatedTimes(self.days.hint)
        self._page_day: str | None = None
        #: Day and second of the call before.
        self._before: tuple[str, int] | None = None
        self._account = lru_cache(_REMEMBERED)(_name_and_account_code)

    def read(self, text: str, raw: str) -> Outcome:
        kind = text[:5].rstrip()
        if kind in _DIRECTIONS:
            return self._call(_DIRECTIONS[kind], text, raw)
        if kind in _NO_CALLS:
            return Skipped("not-a-call", raw)
        if text.lstrip().startswith("CLASS") or self._is_page_head(text):
            return Skipped("header", raw)
        if any(words in text for words in _SUMMARY):
            return Skipped("not-a-call", raw)
        if is_separator(text):
            return Skipped("separator", raw)
        raise LineRejected

    def _is_page_head(self, text: str) -> bool:
        found = _PAGE_HEAD.fullmatch(text)
        if not found:
            return False
        day, month = self.days.day_and_month(int(found[1]), int(found[2]))
        self._page_day = day_text(int(found[3]), month, day)
        return True

    def _call(self, direction: Direction | None, text: str, raw: str) -> CallRecord:
        _, clock, date, long_line, line, duration, station, party, account = _COLUMNS(text)
        secs = day_secs(clock)
        is_dated = _DATE.fullmatch(date) is not None
        connected_secs = clock_secs(duration) if duration else None
        if account == _NOT_ANSWERED:
            connected_secs, account = 0, ""
        is_in = direction == "in"
        remote = caller_number(party) if is_in else number(party)
        name, account_code = self._account(account, remote, is_in) if account else (None, None)
        day = self.days.day(date) if is_dated else self._page_day or self._undated_day(secs)
        started_at, ended_at = self._spans.from_start(day, secs, connected_secs or None)
        self._before = day, secs
        return tuple.__new__(
            CallRecord,
            (
                direction,
                "CONN" if connected_secs else "RING",
                started_at,
                ended_at,
                remote,
                number(station),
                None,
                name,
                None,
                connected_secs,
                None,
                None,
                None,
                (line if is_dated else long_line) or None,
                account_code,
                None,
                None,
                raw,
            ),
        )

    def _undated_day(self, secs: int) -> str:
        if self._before:
            day, before_secs = self._before
            self._undated.keep(datetime.fromisoformat(day) + timedelta(seconds=before_secs))
        clock = time(secs // 3600, secs // 60 % 60, secs % 60)
        return self._undated.place(clock).date().isoformat()


def _name_and_account_code(
    account: str, remote: str | None, is_in: bool
) -> tuple[str | None, str | None]:
    """A letter in the account of an incoming call: it is the caller's name."""
    if is_in and any(map(str.isalpha, account)):
        return party_name(account, remote), None
    return None, account


class _NecDecoder(HoldingDecoder):
    """A call waits for its ``NEXT`` line; any other line ends it."""

    def __init__(self, options: DecodeOptions) -> None:
        reader = _LineReader(options)
        super().__init__(
            RecordTexts(options.values),
            memory_records=_MEMORY_RECORDS,
            received=reader.days.receive,
        )
        self._read = reader.read
        self._call: CallRecord | None = None

    def take(self, line: HeldLine, at: int) -> None:
        """Hold a call, join a ``NEXT`` line to it, or emit what the line is."""
        text = line.text
        if text and text[:5].rstrip() == _NEXT:
            self._join(line)
            return
        if self.held:
            self.give_up(at)
        if not text or text.isspace():
            self.emit(empty_outcome(text, line.raw), at, line)
            return
        outcome = self._read(text, line.raw)
        if isinstance(outcome, CallRecord):
            self._call = outcome
            self.held.append(line)
        else:
            self.emit(outcome, at, line)

    def give_up(self, at: int) -> None:
        """Emit the call as far as it is known."""
        call, lines = self._call, self.held
        if call is not None:
            self.emit(call if len(lines) == 1 else _with_name(call, lines), at, *lines)
        self._call, self.held = None, []

    def _join(self, line: HeldLine) -> None:
        length = sum(len(held.record) for held in self.held) + len(line.record)
        if not self.held or length > MAX_RECORD_BYTES:
            raise LineRejected("orphan")
        self.held.append(line)


def _with_name(call: CallRecord, lines: list[HeldLine]) -> CallRecord:
    text = (lines[-1].text or "")[len(_NEXT) :]
    raw = raw_text(b"".join(line.record for line in lines))
    return call._replace(name=party_name(text, call.remote_number), raw=raw)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _NecDecoder(options)


def _account(call: CallRecord) -> str:
    """Return what stands in the last column: text in an incoming record is the caller's name."""
    code = call.account_code or ""
    if call.direction != "in":
        return code
    return call.name or ("" if any(map(str.isalpha, code)) else code)


_CLASSES = {"in": "PIN", "internal": "ICM"}


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line that the system sends when the call has ended.

    Year, seconds of the start, ring time, charges and call ids are not sent; a name stands where
    the account code would be.
    """
    times = CallTimes(call)
    kind = _CLASSES.get(call.direction or "", "POT")
    account = _account(call) if times.talk_secs else _NOT_ANSWERED
    line = (
        f"{kind:5} {times.start:%H:%M %m/%d} {(call.line or '')[-4:]:4} "
        f"{clock_text(min(times.talk_secs, 359_999))} {(call.local_number or '')[:10]:10} "
        f"{(call.remote_number or '')[:20]:20} {account[:16]:16}"
    )
    return [EncodedRecord(times.total_secs, line.rstrip().encode() + b"\r\n")]


FORMAT = Format(
    name=NAME,
    switch="NEC SL1000, SL1100, SL2100: SMDR",
    transport="TCP: cmtel dials the LAN port of PRG 10-20-05, 60010 in the guides",
    default_port=60010,
    layout="""\
1-5 class, 7-11 time HH:MM, 13-17 date NN/NN and 19-22 line (or 13-22 line), 24-31 duration
HH:MM:SS, 33-42 station, 44-63 dialled number or caller, 65-80 account or caller's name
NEXT and a name: the caller's name of the record before""",
    example="PIN   10:52 12/09 001  00:00:20 2017       2145550102           NECinfrontia",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    session=SESSION,
)
