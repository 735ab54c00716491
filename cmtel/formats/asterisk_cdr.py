"""The call that an Asterisk CDR describes, whichever way it comes: file, manager event, API.

Source: Asterisk, main/cdr.c (dispositions, billsec) and main/channel.c (uniqueid: the epoch
second of the channel's creation, a point, a counter); formats.md 2.1.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Direction, State
from cmtel.errors import LineRejected
from cmtel.formats.direction import NumberPlan, parties
from cmtel.formats.legs import LegCounter
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.state import state_of
from cmtel.formats.times import SwitchClock, iso, iso_time, ms_between

_NOT_ANSWERED = frozenset({"NO ANSWER", "FAILED", "CONGESTION", "CANCEL"})
_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_EPOCH = re.compile(r"(?:^|.*[^0-9])([0-9]{1,11})\.[0-9]+")
#: The last quote that closes the name; the caller id may be cut off anywhere.
_QUOTED_NAME = re.compile(r'"(.*)"[ \t]*(?:<.*)?', re.DOTALL)
#: The start may be logged a moment before the channel's creation, rounding included.
_START_BEFORE_CREATION = timedelta(seconds=2)
_REMEMBERED = 65_536


class Cdr(NamedTuple):
    """The fields that are used, as sent; times have the layout ``YYYY-MM-DD HH:MM:SS`` or are ""."""

    account_code: str
    src: str
    dst: str
    context: str
    caller_id: str
    channel: str
    dst_channel: str
    start: str
    answer: str
    end: str
    duration_secs: int
    billed_secs: int
    disposition: str
    unique_id: str
    linked_id: str


class _Times(NamedTuple):
    started_at: str
    ended_at: str
    answered_after_ms: int | None


class AsteriskCdrReader:
    """Makes calls of the CDRs of one input; counts their legs."""

    def __init__(self, options: DecodeOptions) -> None:
        """Read the options of numbers and contexts.

        Raises:
            UsageError: A bad value.
        """
        self._plan = NumberPlan(options.values)
        self._clock = SwitchClock(options.timezone)
        self._legs = LegCounter()
        self._caller = lru_cache(_REMEMBERED)(caller_number)
        self._name = lru_cache(_REMEMBERED)(_caller_name)

    def call(self, cdr: Cdr, raw: str) -> CallRecord:
        """Return the call, with the direction that its numbers tell.

        Raises:
            LineRejected: A value is impossible, or the disposition is empty.
        """
        caller, called = self._caller(cdr.src), number(cdr.dst)
        return self.call_in(cdr, self._plan.direction(caller, called, cdr.context), raw)

    def call_in(self, cdr: Cdr, direction: Direction | None, raw: str) -> CallRecord:
        """Return the call, with a direction that the source has sent.

        Raises:
            LineRejected: A value is impossible, or the disposition is empty.
        """
        state = _state(cdr)
        times = self._times(cdr)
        caller, called = self._caller(cdr.src), number(cdr.dst)
        remote, local = parties(direction, caller, called)
        call_id = cdr.linked_id or cdr.unique_id or None
        return CallRecord(
            direction,
            state,
            times.started_at,
            times.ended_at,
            remote,
            local,
            None,
            self._name(cdr.caller_id, caller) if direction == "in" else None,
            times.answered_after_ms if state == "CONN" else cdr.duration_secs * 1000,
            cdr.billed_secs,
            None,
            None,
            None,
            _line(cdr, direction),
            cdr.account_code or None,
            call_id,
            self._legs.next_leg(call_id),
            raw,
        )

    def _times(self, cdr: Cdr) -> _Times:
        start = iso_time(cdr.start)
        answer = iso_time(cdr.answer) if cdr.answer else None
        end = iso_time(cdr.end) if cdr.end else None
        offset = self._common_offset(cdr)
        if end is None or offset is None:
            return self._exact_times(cdr, start, answer, end)
        return _Times(
            f"{cdr.start[:10]}T{cdr.start[11:]}{offset}",
            f"{cdr.end[:10]}T{cdr.end[11:]}{offset}",
            ms_between(start, answer),
        )

    def _common_offset(self, cdr: Cdr) -> str | None:
        """The offset of all three times, None if they are not as simple as that."""
        offset = self._clock.offset_of_hour(cdr.start[:13])
        if not offset:
            return offset
        for text in (cdr.answer, cdr.end):
            if text and self._clock.offset_of_hour(text[:13]) != offset:
                return None
        return offset

    def _exact_times(
        self, cdr: Cdr, start: datetime, answer: datetime | None, end: datetime | None
    ) -> _Times:
        clock, epoch = self._clock, _creation(cdr.unique_id)
        begun = self._start(start, epoch)
        expected_end = clock.plus(begun, cdr.duration_secs)
        ended = expected_end if end is None else clock.at(end, after=begun)
        if end is not None and epoch:
            ended = clock.nearest(end, expected_end)
        answered = None if answer is None else clock.at(answer, after=begun)
        if answer is not None and epoch:
            answered = clock.nearest(answer, clock.plus(ended, -cdr.billed_secs))
        return _Times(iso(begun), iso(ended), ms_between(begun, answered))

    def _start(self, start: datetime, epoch: datetime | None) -> datetime:
        """Of a time that comes twice, the uniqueid knows which one it is."""
        first = self._clock.at(start)
        if epoch is None or first.tzinfo is None:
            return first
        _, second = self._clock.readings(start)
        return first if first >= epoch - _START_BEFORE_CREATION else second


def is_time_or_empty(text: str) -> bool:
    """Tell if ``text`` has the layout of a CDR's time, or is unset."""
    return not text or _TIME.fullmatch(text) is not None


def displayed_name(caller_id: str) -> str:
    """Return the display name in a caller id: ``"Name" <number>``, ``Name <number>`` or text."""
    text = caller_id.strip(" \t")
    if not text.startswith('"'):
        return text.partition("<")[0]
    found = _QUOTED_NAME.fullmatch(text)
    return found[1] if found else text[1:]


def _caller_name(caller_id: str, caller: str | None) -> str | None:
    return party_name(displayed_name(caller_id), caller)


def _state(cdr: Cdr) -> State:
    if not cdr.disposition:
        raise LineRejected
    if cdr.billed_secs > 0 or cdr.disposition == "ANSWERED":
        return "CONN"
    if cdr.disposition in _NOT_ANSWERED:
        return "RING"
    is_busy = cdr.disposition == "BUSY"
    return state_of(0, is_answered=bool(cdr.answer) and not is_busy, is_busy=is_busy)


def _line(cdr: Cdr, direction: Direction | None) -> str | None:
    if direction not in ("in", "out"):
        return None
    channel = cdr.channel if direction == "in" else cdr.dst_channel
    before, dash, _ = channel.rpartition("-")
    return (before if dash else channel) or None


def _creation(unique_id: str) -> datetime | None:
    found = _EPOCH.fullmatch(unique_id)
    if not found:
        return None
    try:
        return datetime.fromtimestamp(int(found[1]), UTC)
    except (OverflowError, ValueError, OSError):
        return None
