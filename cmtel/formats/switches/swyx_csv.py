"""SwyxWare CDR text file (formats.md 10.2).

Source: Enreach (Swyx), SwyxWare administration help, appendix "Call Detail Records" (names of
the columns; the script's connect is not an answer).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_stamps import CallStamps, CallTimes
from cmtel.formats.charges import charge
from cmtel.formats.direction import INTERNAL, NumberPlan, parties
from cmtel.formats.framers import LineFramer
from cmtel.formats.headed_csv import HEADER, HeadedCsvDecoder
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.state import state_of
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "swyx-csv"
OPTIONS = (ENCODING, INTERNAL)

_CSV = StrictCsv()
_FIRST = "CallID"
_WANTED = (
    *(_FIRST, "OriginationNumber", "OriginationName", "CalledNumber", "CalledName"),
    *("DestinationNumber", "DestinationName", "StartDate", "StartTime", "ConnectDate"),
    *("ConnectTime", "EndDate", "EndTime", "Currency", "Costs", "ProjectNumber"),
    *("OriginationDevice", "DestinationDevice", "DisconnectReason"),
)
_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_TIME = re.compile("[0-9]{2}:[0-9]{2}:[0-9]{2}")
_REMEMBERED = 4096


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._plan = NumberPlan(options.values)
        self._stamps = CallStamps(options)
        self._legs = LegCounter()
        self._places: list[int] | None = None
        self._how_many = 0

    def read(self, text: str, raw: str) -> Outcome:
        cells = _CSV.split(text)
        if cells[0] == _FIRST:
            self._set_columns(cells)
            return Skipped(HEADER, raw)
        if self._places is None or len(cells) != self._how_many:
            raise LineRejected
        cells.append("")
        return self._call([cells[place] for place in self._places], raw)

    def _set_columns(self, names: list[str]) -> None:
        places = {name.strip(): place for place, name in reversed([*enumerate(names)])}
        # A column that is not there is empty: the cell after the last one.
        self._places = [places.get(name, len(names)) for name in _WANTED]
        self._how_many = len(names)

    def _call(self, cells: Sequence[str], raw: str) -> CallRecord:
        (
            call_id, caller_text, caller_name, called_text, called_name,
            reached_text, reached_name, start_date, start_time, connect_date,
            connect_time, end_date, end_time, currency, costs, account_code,
            caller_device, reached_device, reason,
        ) = cells  # fmt: skip
        caller, called, reached = (
            caller_number(caller_text), number(called_text), number(reached_text),
        )  # fmt: skip
        direction = self._direction(caller, called, reached)
        is_in = direction == "in"
        remote, local = parties(direction, caller, (reached or called) if is_in else called)
        start = _stamp(start_date, start_time)
        if not start:
            raise LineRejected
        answer = _stamp(connect_date, connect_time)
        times = self._stamps.read(start, answer, _stamp(end_date, end_time))
        connected_secs = _whole_secs(times.talk_ms) if answer else 0
        cost = charge(costs, currency)
        name = party_name(caller_name, caller) if is_in else None
        if not is_in:
            name = party_name(reached_name, remote) or party_name(called_name, remote)
        line = {"in": caller_device, "out": reached_device}.get(direction or "")
        is_busy = "busy" in reason.lower()
        return CallRecord(
            direction=direction,
            state=state_of(connected_secs, is_answered=bool(answer), is_busy=is_busy),
            started_at=times.started_at,
            ended_at=times.ended_at,
            remote_number=remote,
            local_number=local,
            forwarded_via=called if is_in and reached and called != reached else None,
            name=name,
            ring_ms=_ring_ms(times, is_answered=bool(answer)),
            connected_secs=connected_secs,
            charge=cost.text if cost else None,
            charge_cents=cost.cents if cost else None,
            currency=currency.strip(" \t") or None,
            line=line or None,
            account_code=account_code or None,
            call_id=call_id or None,
            leg=self._legs.next_leg(call_id or None),
            raw=raw,
        )

    def _direction(
        self, caller: str | None, called: str | None, reached: str | None
    ) -> Direction | None:
        """The called side is internal if what was called or what was reached is."""
        if called and reached and self._plan.is_internal(reached):
            return self._plan.direction(caller, reached)
        return self._plan.direction(caller, called or reached)


def _ring_ms(times: CallTimes, *, is_answered: bool) -> int | None:
    return times.answered_after_ms if is_answered else times.total_ms


def _whole_secs(ms: int | None) -> int | None:
    return None if ms is None else ms // 1000


def _stamp(date: str, time: str) -> str:
    """Return a moment as ``YYYY-MM-DD HH:MM:SS``, empty if it is not set."""
    if not date and not time:
        return ""
    if not _TIME.fullmatch(time):
        raise LineRejected
    return f"{_day(date)} {time}"


@lru_cache(_REMEMBERED)
def _day(date: str) -> str:
    found = _DATE.fullmatch(date)
    if not found:
        raise LineRejected
    return f"{found[3]}-{found[2]}-{found[1]}"


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    read = _LineReader(options).read
    return HeadedCsvDecoder(RecordTexts(options.values), read, memory_records=LEG_MEMORY_RECORDS)


FORMAT = Format(
    name=NAME,
    switch="SwyxWare, CDR text file",
    transport="file, tailed",
    default_port=None,
    layout="""\
strict CSV, comma; the heading (first cell CallID) names the columns:
CallID,OriginationNumber,OriginationName,CalledNumber,CalledName,DestinationNumber,
DestinationName,StartDate,StartTime,ScriptConnectDate,ScriptConnectTime,DeliveredDate,
DeliveredTime,ConnectDate,ConnectTime,EndDate,EndTime,Currency,Costs,State,PublicAccessPrefix,
LCRProvider,ProjectNumber,AOC,OriginationDevice,DestinationDevice,...,DisconnectReason
dates dd.mm.yyyy, times hh:mm:ss, local""",
    example="""\
"CallID","OriginationNumber","CalledNumber","StartDate","StartTime","ConnectDate","ConnectTime",\
"EndDate","EndTime","DisconnectReason"
"7","03023125010","201","02.05.2024","10:00:00","02.05.2024","10:00:05","02.05.2024","10:01:05",""\
""",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
)
