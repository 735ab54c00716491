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
from cmtel.formats.direction import NumberPlan
from cmtel.formats.legs import LegCounter
from cmtel.formats.numbers import caller_number, number, proper_name
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.state import state_of
from cmtel.formats.times import SwitchClock, iso, ms_between

_NOT_ANSWERED = frozenset({"NO ANSWER", "FAILED", "CONGESTION", "CANCEL"})
_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_EPOCH = re.compile(r"(?:^|.*[^0-9])([0-9]{1,11})\.[0-9]+")
#: The last quote that closes the name; the caller id may be cut off anywhere.
_QUOTED_NAME = re.compile(r'"(.*)"[ \t]*(?:<.*)?', re.DOTALL)
#: The start may be logged a moment before the channel's creation, rounding included.
_START_BEFORE_CREATION = timedelta(seconds=2)
_REMEMBERED_NAMES = 16_384
_parse = datetime.fromisoformat
_new_tuple = tuple.__new__


class Cdr(NamedTuple):
    """The fields that are used, as sent.

    The display name is in ``caller_name`` if it was cut out of the caller id already; then
    ``caller_id`` does not count. Times have the layout ``YYYY-MM-DD HH:MM:SS`` or, but for the
    start, are empty; ``duration`` and ``billsec`` are up to ten digits. Who makes a Cdr has
    checked that.
    """

    account_code: str
    src: str
    dst: str
    context: str
    caller_name: str
    caller_id: str
    channel: str
    dst_channel: str
    start: str
    answer: str
    end: str
    duration: str
    billsec: str
    disposition: str
    unique_id: str
    linked_id: str


class AsteriskCdrReader:
    """Makes calls of the CDRs of one input; counts their legs."""

    def __init__(self, options: DecodeOptions) -> None:
        """Read the options of numbers and contexts.

        Raises:
            UsageError: A bad value.
        """
        self._plan = NumberPlan(options.values)
        self._clock = SwitchClock(options.timezone)
        self._has_zone = options.timezone is not None
        self._legs = LegCounter()
        self._name = lru_cache(_REMEMBERED_NAMES)(proper_name)

    def call(
        self,
        cdr: tuple[str, ...],
        raw: str,
        *,
        sent_direction: Direction | None = None,
    ) -> CallRecord:
        """Return the call. In one piece: a call of a function more is a percent less speed.

        Args:
            cdr: The fields of a :class:`Cdr`, in its order.
            raw: All bytes of the record as text.
            sent_direction: Where the source knows it; otherwise it is found by numbers.

        Raises:
            LineRejected: A value is impossible, or the disposition is empty.
        """
        (
            account_code, src, dst, context, caller_name, caller_id, channel, dst_channel,
            start, answer, end, duration, billsec, disposition, unique_id, linked_id,
        ) = cdr  # fmt: skip
        caller, called = caller_number(src), number(dst)
        is_internal = self._plan.is_internal
        duration_secs, billed_secs = int(duration), int(billsec)
        if sent_direction:
            direction: Direction | None = sent_direction
        elif caller and is_internal(caller):
            direction = "internal" if not called or is_internal(called) else "out"
        elif not called or is_internal(called):
            direction = "in"
        else:
            direction = self._plan.by_context(context)
        name = line = None
        if direction == "in":
            name, line = self._name(caller_name or displayed_name(caller_id)), channel
            if name == caller:
                name = None
        elif direction == "out":
            line = dst_channel
        started_at, ended_at, answered_after_ms = self._times(start, answer, end, cdr)
        state = "CONN" if billed_secs else _state(disposition, is_answered=bool(answer))
        call_id = linked_id or unique_id or None
        # A tuple of itself: CallRecord(...) would unpack and pack the values once more.
        return _new_tuple(
            CallRecord,
            (
                direction, state, started_at, ended_at,
                caller if direction == "in" else called,
                called if direction == "in" else caller,
                None, name,
                answered_after_ms if state == "CONN" else duration_secs * 1000,
                billed_secs, None, None, None,
                (line[: line.rfind("-")] if "-" in line else line) or None if line else None,
                account_code or None, call_id, self._legs.next_leg(call_id), raw,
            ),
        )  # fmt: skip

    def _times(
        self, start_text: str, answer_text: str, end_text: str, cdr: tuple[str, ...]
    ) -> tuple[str, str, int | None]:
        """Return start, end, and after how many milliseconds the call was answered."""
        try:
            start = _parse(start_text)
            answer = _parse(answer_text) if answer_text else None
            end = _parse(end_text) if end_text else None
        except ValueError as exc:
            raise LineRejected from exc
        offset = self._common_offset(start_text, answer_text, end_text) if self._has_zone else ""
        if end is None or offset is None:
            return self._exact_times(start, answer, end, Cdr._make(cdr))
        return (
            start_text.replace(" ", "T") + offset,
            end_text.replace(" ", "T") + offset,
            ms_between(start, answer) if answer else None,
        )

    def _common_offset(self, start: str, answer: str, end: str) -> str | None:
        """Return the offset of all three times, None if they are not as simple as that."""
        hour, offset = start[:13], self._clock.offset_around(start)
        for text in (answer, end):
            if text and text[:13] != hour and self._clock.offset_around(text) != offset:
                return None
        return offset

    def _exact_times(
        self, start: datetime, answer: datetime | None, end: datetime | None, cdr: Cdr
    ) -> tuple[str, str, int | None]:
        """The same where an hour comes twice, or a time is missing."""
        clock, epoch = self._clock, _creation(cdr.unique_id)
        begun = self._start(start, epoch)
        expected_end = clock.plus(begun, int(cdr.duration))
        if end is None:
            ended = expected_end
        else:
            ended = clock.nearest(end, expected_end) if epoch else clock.at(end, after=begun)
        if answer is None:
            return iso(begun), iso(ended), None
        expected_answer = clock.plus(ended, -int(cdr.billsec))
        answered = (
            clock.nearest(answer, expected_answer) if epoch else clock.at(answer, after=begun)
        )
        return iso(begun), iso(ended), ms_between(begun, answered)

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


def _state(disposition: str, *, is_answered: bool) -> State:
    """The state of a call without connected time."""
    if not disposition:
        raise LineRejected
    if disposition == "ANSWERED":
        return "CONN"
    if disposition in _NOT_ANSWERED:
        return "RING"
    is_busy = disposition == "BUSY"
    return state_of(0, is_answered=is_answered and not is_busy, is_busy=is_busy)


def _creation(unique_id: str) -> datetime | None:
    found = _EPOCH.fullmatch(unique_id)
    if not found:
        return None
    try:
        return datetime.fromtimestamp(int(found[1]), UTC)
    except (OverflowError, ValueError, OSError):
        return None
