"""Avaya Communication Manager CDR, also IP Office in "CDR" mode (formats.md 3.2).

The administrator chooses the fields and their order on the switch; the option ``layout`` says the
same here. Layouts without a date rely on date records, which the switch sends when the link comes
up and at midnight.

Source: Avaya Aura Communication Manager Feature Description, "Call Detail Recording": customized
record, condition codes, date record.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.avaya_cm_layout import LAYOUT, Fields, record_layout
from cmtel.formats.call_spans import day_secs
from cmtel.formats.date_records import DATE_RECORD, DateRecordDecoder
from cmtel.formats.dates import DAY_FIRST, UndatedTimes, full_year
from cmtel.formats.days import YearlessDays, day_text
from cmtel.formats.durations import whole
from cmtel.formats.framers import LineFramer
from cmtel.formats.line_decoder import LineDecoder
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.options import refuse_unknown
from cmtel.formats.record_times import TIME_IS, RecordTimes
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "avaya-cm"
OPTIONS = (ENCODING, LAYOUT, DAY_FIRST, TIME_IS)

_DIRECTIONS: dict[str, Direction] = {
    "0": "internal",
    **dict.fromkeys("78ABM", "out"),
    **dict.fromkeys("9HIJK", "in"),
}
_RING_TIME, _ABANDONED, _BUSY = "G", "H", "I"
#: Calls that were not answered; abandoned and busy ones are among them.
_NOT_CONNECTED = frozenset("HI6EF")
_CONDITION_CODES = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
#: The duration of a call during which the clock of the switch was changed.
_CLOCK_CHANGED = "9999"
_DURATION = re.compile("([0-9])([0-5][0-9])([0-9])")
_SIX_DIGITS = re.compile("[0-9]{6}")
_FOUR_DIGITS = re.compile("[0-9]{4}")
_DATE_RECORD = re.compile(" *(?:([0-9]{2}:[0-9]{2}) )?([0-9]{2})[/ ]?([0-9]{2}) *")
_REMEMBERED = 65_536


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._layout = record_layout(options.values)
        self.has_date = "date" in self._layout.names
        self._has_code = "cond-code" in self._layout.names
        self._has_duration = "duration" in self._layout.names
        self.days = YearlessDays(options)
        self._undated = UndatedTimes(self.days.hint)
        self._times = RecordTimes(options)
        self._moment = lru_cache(_REMEMBERED)(self._look_up_moment)
        self._secs = lru_cache(_REMEMBERED)(self._look_up_secs)
        self._way = lru_cache(_REMEMBERED)(_way)

    def read(self, text: str, raw: str) -> Outcome:
        try:
            fields = self._layout.cut(text)
            if self.has_date:
                return self._outcome(fields, *self._moment(fields[0], fields[1]), raw)
            return self._undated_outcome(fields, raw)
        except LineRejected:
            found = _DATE_RECORD.fullmatch(text)
            if not found:
                raise
        self._set_date(*found.groups())
        return Skipped(DATE_RECORD, raw)

    def _undated_outcome(self, fields: Fields, raw: str) -> Outcome:
        clock_secs = _clock_secs(fields[1])
        local = self._undated.place(_time_of_day(clock_secs))
        outcome = self._outcome(fields, local.isoformat()[:10], clock_secs, raw)
        if isinstance(outcome, CallRecord):
            self._undated.keep(local)
        return outcome

    def _outcome(self, fields: Fields, day: str, clock_secs: int, raw: str) -> Outcome:
        (
            _, _, duration, sec_dur, code, used, dialled, calling,
            in_trunk, account, in_circuit, out_circuit,
        ) = fields  # fmt: skip
        connected_secs = self._secs(duration, sec_dur)
        if code not in _CONDITION_CODES and self._has_code:
            raise LineRejected
        if code == _RING_TIME:
            return Skipped("ringing", raw)
        caller, access = caller_number(calling), None
        if caller and caller[0] in "*#":
            access, caller = caller, None
        direction, line = self._way(code, access, used, in_trunk, in_circuit, out_circuit)
        ring_secs = None
        if code in _NOT_CONNECTED:
            ring_secs = connected_secs if code == _ABANDONED else None
            connected_secs = 0
        started_at, ended_at = self._times.span(day, clock_secs, ring_secs, connected_secs)
        called = number(dialled)
        is_in = direction == "in"
        return tuple.__new__(
            CallRecord,
            (
                direction, "CONN" if connected_secs else "BUSY" if code == _BUSY else "RING",
                started_at, ended_at, caller if is_in else called, called if is_in else caller,
                None, None, None if ring_secs is None else ring_secs * 1000, connected_secs,
                None, None, None, line, account.strip() or None, None, None, raw,
            ),
        )  # fmt: skip

    def _look_up_moment(self, day: str, clock: str) -> tuple[str, int]:
        return self._day_of_digits(day), _clock_secs(clock)

    def _day_of_digits(self, text: str) -> str:
        """Return the day of ``MMDDYY``, or ``DDMMYY`` where the switch writes it so."""
        if not _SIX_DIGITS.fullmatch(text):
            raise LineRejected
        day, month = self.days.day_and_month(int(text[:2]), int(text[2:4]))
        return day_text(full_year(int(text[4:])), month, day)

    def _look_up_secs(self, duration: str, sec_dur: str) -> int | None:
        """Return the length of a call; None if it is not known."""
        if self._has_duration and not _FOUR_DIGITS.fullmatch(duration):
            raise LineRejected
        if duration == _CLOCK_CHANGED:
            return None
        secs = sec_dur.strip()
        if secs:
            return whole(secs)
        return _tenths_secs(duration) if duration else None

    def _set_date(self, clock: str | None, first: str, second: str) -> None:
        """Take a date record: with a clock it is like a call then, else the next call's date."""
        day = self.days.day(f"{first}/{second}")
        if clock is None:
            self._undated.begin(date.fromisoformat(day))
        else:
            at = _time_of_day(day_secs(clock))
            self._undated.keep(datetime.combine(date.fromisoformat(day), at))


def _way(
    code: str, access: str | None, used: str, in_trunk: str, in_circuit: str, out_circuit: str
) -> tuple[Direction, str | None]:
    """Return direction and line; ``access`` is the code that stood for the calling number."""
    line_in = in_trunk.strip() or access or in_circuit.strip() or None
    line_out = used.strip() or out_circuit.strip() or None
    direction = _DIRECTIONS.get(code)
    if direction is None:
        direction = "in" if line_in else "out" if line_out else "internal"
    return direction, line_in if direction == "in" else line_out if direction == "out" else None


@lru_cache(_REMEMBERED)
def _clock_secs(text: str) -> int:
    """Return the seconds since midnight of ``HHMM``."""
    if not _FOUR_DIGITS.fullmatch(text):
        raise LineRejected
    return day_secs(f"{text[:2]}:{text[2:]}")


def _time_of_day(secs: int) -> time:
    return time(secs // 3600, secs // 60 % 60)


def _tenths_secs(text: str) -> int:
    """Return the seconds of an hour, two digits of minutes and a tenth of a minute."""
    found = _DURATION.fullmatch(text)
    if not found:
        raise LineRejected
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3]) * 6


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader, texts = _LineReader(options), RecordTexts(options.values)
    if reader.has_date:
        return LineDecoder(texts, reader.read)
    return DateRecordDecoder(texts, reader.read, reader.days.receive)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line of the layout ``custom-112`` that the switch sends when the call has ended.

    The time has no seconds; names, charges and call ids are not sent.
    """
    times = CallTimes(call)
    is_in, is_out = call.direction == "in", call.direction == "out"
    secs = times.talk_secs
    code = "9" if is_in else "7" if is_out else "0"
    if not secs:
        code = "E" if not is_in else _BUSY if call.state == "BUSY" else _ABANDONED
        secs = times.ring_secs if code == _ABANDONED else 0
    remote, local, line = call.remote_number or "", call.local_number or "", call.line or "1"
    called, caller = (local, remote) if is_in else (remote, local)
    duration = f"{secs // 3600 % 10}{secs // 60 % 60:02}{secs % 60 // 6}"
    text = (
        f"{times.end:%m%d%y %H%M} {duration} {secs % 100_000:05} {code} {'':4} "
        f"{line[-4:] if is_out else '':4} {called[:23]:>23} {caller[:15]:>15} {'':13} "
        f"{line[-3:] if is_in else '':3} {line[-3:] if is_out else '':3}"
    )
    return [EncodedRecord(times.total_secs, text.encode() + b"\r\n")]


FORMAT = Format(
    name=NAME,
    switch="Avaya Communication Manager, CDR (also IP Office in CDR mode)",
    transport='TCP: the system dials cmtel (any free port), "reliable protocol" switched off',
    default_port=9000,
    layout="""\
fixed positions, as set on the switch; option layout: custom-112, teleseer, printer or a list
custom-112: date 1-6 MMDDYY, time 8-11 HHMM, duration 13-16 (hours, minutes, tenths), seconds
18-22, condition code 24, dialled code 26-29, access code used 31-34, dialled number 36-58,
calling number or access code 60-74, authorisation code 76-88, incoming circuit 90-92,
outgoing circuit 94-96
layouts without date: date records MM/DD, MMDD or MM DD before; the time is the end; local""",
    example=(
        "081324 1610 0056 00338 9                             41101"
        "     03023125010               033"
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
)
