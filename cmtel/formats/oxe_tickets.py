"""Tickets ED5.2 of an OmniPCX Enterprise: 525 characters, each field at its place (formats.md 8.3).

Source: Alcatel-Lucent, OmniPCX Enterprise, "Detailed call records", table of the fields of a
ticket ED5.2: names, order and lengths.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.charges import Charge, charge, currency_of, pulses, unit_price
from cmtel.formats.columns import columns
from cmtel.formats.days import day_text
from cmtel.formats.durations import whole
from cmtel.formats.legs import LegCounter
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.seam import DecodeOptions, EncodedRecord
from cmtel.formats.simulated import CallTimes
from cmtel.formats.text import is_separator

#: CalledNumber, ChargedNumber, CallingNumber, CallType, EndDateTime, ChargeUnits, CostInfo,
#: Duration, TrunkGroupIdentity, AccessCode, CallReference, InitialDialledNumber, WaitingDuration,
#: EffectiveCallDuration, StartDateTime.
_PLACES = (
    *((6, 35), (36, 65), (137, 166), (167, 168), (170, 186), (187, 191), (192, 201), (202, 211)),
    *((217, 221), (228, 243), (349, 358), (396, 425), (426, 430), (431, 440), (442, 458)),
)
_TICKET = columns(*_PLACES)
#: The end of StartDateTime; what follows is not used, and may be missing in a file.
_LEAST_CHARACTERS = 458
_ALL_CHARACTERS = 525
_DIRECTIONS: dict[int, Direction | None] = {
    **dict.fromkeys((0, 1, 7, 8, 11), "out"),
    **dict.fromkeys((4, 5, 9, 10, 12, 13), "in"),
    **dict.fromkeys((2, 3, 14), "internal"),
    **dict.fromkeys((6, 15)),
}
_DIRECTION_OF_TEXT = {
    f"{kind:{fill}}": way for kind, way in _DIRECTIONS.items() for fill in ("", "02")
}
_CALL_TYPES = {"out": "0", "in": "4", "internal": "2", None: "6"}
_TIME = re.compile("([0-9]{4})([0-9]{2})([0-9]{2}) ([0-9]{2}:[0-9]{2}:[0-9]{2})")
_REMEMBERED = 65_536


class TicketReader:
    """Makes calls of the tickets of one input; counts their legs."""

    def __init__(self, options: DecodeOptions) -> None:
        """Read the option ``unit-price``.

        Raises:
            UsageError: It is no decimal.
        """
        self._price = unit_price(options.values)
        self._spans = CallSpans(options)
        self._legs = LegCounter()
        self._charge = lru_cache(_REMEMBERED)(self._find_charge)

    def read(self, text: str, raw: str) -> Outcome:
        """Return the call of a ticket's text.

        Raises:
            LineRejected: It is too short, or a value is impossible.
        """
        if len(text) >= _LEAST_CHARACTERS:
            return self._call(text, raw)
        if is_separator(text):
            return Skipped("separator", raw)
        raise LineRejected

    def _call(self, text: str, raw: str) -> CallRecord:
        (
            called, charged, calling, kind, end, units, cost_info, duration,
            line, access_code, reference, initial, waiting, effective, start,
        ) = _TICKET(text)  # fmt: skip
        if kind not in _DIRECTION_OF_TEXT:
            raise LineRejected
        direction = _DIRECTION_OF_TEXT[kind]
        talk = effective or duration
        connected_secs = whole(talk) if talk else None
        ring_secs = whole(waiting) if waiting else None
        started_at, ended_at = self._times(start, end, ring_secs, connected_secs)
        forwarded_via = None
        if direction == "in":
            remote, local = caller_number(calling), number(charged or called)
            via = number(initial)
            forwarded_via = via if via != local else None
        else:
            remote, local = number(called), caller_number(charged or calling)
        cost = self._charge(units, cost_info) if units or cost_info else None
        call_id = reference or None
        return tuple.__new__(
            CallRecord,
            (
                direction,
                "CONN" if connected_secs else "RING",
                started_at,
                ended_at,
                remote,
                local,
                forwarded_via,
                None,
                None if ring_secs is None else ring_secs * 1000,
                connected_secs,
                cost and cost.text,
                cost and cost.cents,
                cost and currency_of(cost_info),
                line or None,
                access_code or None,
                call_id,
                self._legs.next_leg(call_id),
                raw,
            ),
        )

    def _times(
        self, start: str, end: str, ring_secs: int | None, connected_secs: int | None
    ) -> tuple[str, str | None]:
        if start and end:
            return self._spans.between("T".join(_day_and_time(start)), "T".join(_day_and_time(end)))
        day, clock = _day_and_time(start or end)
        length = known_length(ring_secs, connected_secs)
        if start:
            return self._spans.from_start(day, day_secs(clock), length)
        return self._spans.from_end(day, day_secs(clock), length or 0)

    def _find_charge(self, units: str, cost_info: str) -> Charge | None:
        if "." in cost_info or "," in cost_info:
            return charge(cost_info, currency_of(cost_info))
        return pulses(units, self._price) if units else None


@lru_cache(_REMEMBERED)
def _day_and_time(text: str) -> tuple[str, str]:
    """Return day and time of ``yyyymmdd hh:mm:ss``, both valid."""
    found = _TIME.fullmatch(text)
    if not found:
        raise LineRejected
    day_secs(found[4])
    return day_text(int(found[1]), int(found[2]), int(found[3])), found[4]


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the ticket as a line of text; of a longer call id its last ten characters."""
    times = CallTimes(call)
    is_in = call.direction == "in"
    fields = (
        *(call.local_number if is_in else call.remote_number, call.local_number),
        *(call.remote_number if is_in else call.local_number, _CALL_TYPES[call.direction]),
        *(f"{times.end:%Y%m%d %H:%M:%S}", None, call.charge, f"{times.talk_secs}"),
        *(call.line, call.account_code, (call.call_id or "")[-10:], call.forwarded_via),
        *(None if call.ring_ms is None else f"{times.ring_secs}", f"{times.talk_secs}"),
        f"{times.start:%Y%m%d %H:%M:%S}",
    )
    line = "ED5.2".ljust(_ALL_CHARACTERS)
    for (first, last), field in zip(_PLACES, fields, strict=True):
        width = last - first + 1
        line = f"{line[: first - 1]}{(field or '')[:width]:{width}}{line[last:]}"
    return [EncodedRecord(times.total_secs, line.encode() + b"\r\n")]
