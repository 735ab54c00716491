"""The silence rule: is it too quiet, and when will it be? A pure function of its arguments.

``E`` = the calls missed since the last arrival: the weekly profile integrated over the open time,
scaled by today's level; on a quiet day (quiet.py) the calls of the rest of that day count only in
part. OVERDUE once E reaches the calibrated limit and the floor has passed, or
once the ceiling has. ``alarm_at`` depends on the last arrival, never on ``now``, so it serves as
the wake-up time, and a verdict once OVERDUE stays OVERDUE until a call comes.

Closed time (holidays, outside open windows, machine suspended) counts for nothing in any mode,
and after it the floor starts afresh.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

from cmtel.domain.silence.calendar import QUARTER_SECS, QUARTERS_PER_WEEK, Calendar, Piece
from cmtel.domain.silence.level import NO_FILTER, Level

#: How far ahead an alarm is looked for; past it the rule would, for all practical ends, never fire.
HORIZON_SECS = 35 * 86_400
_DAY_SECS = 86_400.0
_NEVER = math.inf


class Mode(StrEnum):
    """What silence is measured by."""

    FIXED = "fixed"
    SCHEDULE = "schedule"
    EXPECTED = "expected"


class State(StrEnum):
    """The verdict's word."""

    NORMAL = "normal"
    LATE = "late"
    OVERDUE = "overdue"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Profile:
    """The usual week: calls expected in each of its 672 local quarter-hours, from Monday 00:00."""

    calls: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.calls) != QUARTERS_PER_WEEK or min(self.calls) < 0:
            raise ValueError("A profile has 672 quarter-hours, none of them negative.")


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """How silence is judged.

    Attributes:
        mode: What silence is measured by.
        limit: Mode expected: calls missed at which it is OVERDUE (from calibration).
        floor_secs: Mode expected: never OVERDUE before; in any mode the shortest silence after
            a closed time.
        ceiling_secs: OVERDUE in any case after so much time in which calls are expected;
            None: switched off.
        silence_secs: Modes fixed and schedule: OVERDUE after so much; and the fallback while
            there is no profile.
    """

    mode: Mode = Mode.EXPECTED
    limit: float | None = None
    floor_secs: float = 300.0
    ceiling_secs: float | None = _DAY_SECS
    silence_secs: float = _DAY_SECS


class Verdict(NamedTuple):
    """Whether it is too quiet, with the numbers behind it. Instants are UTC, whole seconds."""

    state: State
    silence_secs: float
    #: Calls missed so far (mode expected; counted up to the horizon), else None.
    expected: float | None
    #: The limit of ``expected``, or None where time alone decides.
    limit: float | None
    #: When it is OVERDUE if nothing comes; None: not within the horizon.
    alarm_at: datetime | None
    #: When it is LATE if nothing comes.
    late_at: datetime | None
    #: Mode expected without enough history: the fixed time stands in.
    is_learning: bool


def verdict(
    now: datetime,
    last_arrival: datetime,
    profile: Profile | None,
    level: Level,
    rule: SilenceRule,
    calendar: Calendar,
) -> Verdict:
    """Judge the silence since ``last_arrival``; both instants are aware.

    ``profile`` None, or a rule without limit, in mode expected: the fixed time stands in and
    ``is_learning`` is set. A ``now`` before ``last_arrival`` (clock set back) is a silence of 0.
    """
    start_secs, now_secs = last_arrival.timestamp(), now.timestamp()
    alarm, late = (_Gauge.of(profile, level, rule, part) for part in (1.0, 0.5))
    alarm_secs = alarm.reached_secs(calendar, start_secs)
    late_secs = late.reached_secs(calendar, start_secs)
    is_expected = alarm.profile is not None
    calls = alarm.calls_between(calendar, start_secs, now_secs) if is_expected else None
    return Verdict(
        _state(now_secs, alarm_secs, late_secs, calendar),
        max(0.0, now_secs - start_secs),
        None if calls is None else level.score(calls),
        rule.limit if is_expected else None,
        _instant(alarm_secs),
        _instant(late_secs),
        rule.mode is Mode.EXPECTED and not is_expected,
    )


class GapCalls(NamedTuple):
    """The profile's calls in a gap, for :meth:`Level.after_arrival`."""

    calls: float
    #: Those since the last midnight; None: no midnight lies in the gap.
    today: float | None


def gap_calls(
    previous: datetime, arrival: datetime, profile: Profile, calendar: Calendar
) -> GapCalls:
    """Return the calls that the profile expects between two arrivals, up to the horizon."""
    start_secs, end_secs = previous.timestamp(), arrival.timestamp()
    gauge = _Gauge.of(profile, Level(NO_FILTER), SilenceRule(limit=math.inf), 1.0)
    calls = gauge.calls_between(calendar, start_secs, end_secs)
    if calendar.midnight_after(start_secs) > end_secs:
        return GapCalls(calls, None)
    local = arrival.astimezone(calendar.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return GapCalls(calls, gauge.calls_between(calendar, midnight.timestamp(), end_secs))


@dataclass(frozen=True, slots=True)
class _Gauge:
    """The thresholds of a rule (or, for LATE, half of each), in units that add up with time."""

    #: None: time alone decides.
    profile: Profile | None
    #: Calls of the profile, today's level already in it.
    calls: float
    silence_secs: float
    #: True: a window with a limit of its own is judged by that.
    is_schedule: bool
    floor_secs: float
    ceiling_secs: float
    part: float
    #: The part of each call of the profile that counts in the day of the last arrival.
    quiet_part: float

    @classmethod
    def of(cls, profile: Profile | None, level: Level, rule: SilenceRule, part: float) -> _Gauge:
        calls, silence_secs = _NEVER, part * rule.silence_secs
        if rule.mode is not Mode.EXPECTED or rule.limit is None:
            profile = None
        if profile is not None and rule.limit is not None:
            calls, silence_secs = level.profile_calls(part * rule.limit), _NEVER
        ceiling_secs = _NEVER if rule.ceiling_secs is None else part * rule.ceiling_secs
        is_schedule = rule.mode is Mode.SCHEDULE
        floor_secs = part * rule.floor_secs
        return cls(
            profile, calls, silence_secs, is_schedule, floor_secs, ceiling_secs, part,
            level.quiet_part,
        )  # fmt: skip

    def reached_secs(self, calendar: Calendar, start_secs: float) -> float | None:
        """Return when a threshold is reached, a whole second; None: not within the horizon."""
        calls = counted_secs = traffic_secs = 0.0
        # Where time alone decides, the floor is only for what follows a closed time.
        fresh_secs = start_secs if self.profile else -_NEVER
        midnight_secs = calendar.midnight_after(start_secs)
        for piece in _until_horizon(calendar, start_secs):
            if not piece.is_counted:
                fresh_secs = piece.end_secs
                continue
            rate = self._calls_per_sec(piece, midnight_secs)
            has_traffic = 1.0 if rate > 0 or self.profile is None else 0.0
            due = min(
                _made_up(piece, self.calls - calls, rate),
                _made_up(piece, self._silence_limit_secs(piece) - counted_secs, 1.0),
            )
            due = max(due, fresh_secs + self.floor_secs)
            due = min(due, _made_up(piece, self.ceiling_secs - traffic_secs, has_traffic))
            if due < piece.end_secs:
                return float(math.ceil(due))
            length = piece.end_secs - piece.start_secs
            calls += rate * length
            counted_secs += length
            traffic_secs += has_traffic * length
        return None

    def calls_between(self, calendar: Calendar, start_secs: float, end_secs: float) -> float:
        """Return the profile's calls between two instants, counted up to the horizon."""
        calls = 0.0
        midnight_secs = calendar.midnight_after(start_secs)
        for piece in _until_horizon(calendar, start_secs):
            if piece.start_secs >= end_secs:
                break
            until = min(piece.end_secs, end_secs)
            calls += self._calls_per_sec(piece, midnight_secs) * (until - piece.start_secs)
        return calls

    def _calls_per_sec(self, piece: Piece, midnight_secs: float) -> float:
        if self.profile is None or not piece.is_counted:
            return 0.0
        part = self.quiet_part if piece.start_secs < midnight_secs else 1.0
        return part * self.profile.calls[piece.quarter] / QUARTER_SECS

    def _silence_limit_secs(self, piece: Piece) -> float:
        if self.is_schedule and piece.limit_secs is not None:
            return self.part * piece.limit_secs
        return self.silence_secs


def _made_up(piece: Piece, missing: float, per_sec: float) -> float:
    """Return when ``missing`` is made up for at ``per_sec``, from the start of the piece."""
    if missing <= 0:
        return piece.start_secs
    return piece.start_secs + missing / per_sec if per_sec > 0 else _NEVER


def _until_horizon(calendar: Calendar, start_secs: float) -> Iterator[Piece]:
    for piece in calendar.pieces(start_secs):
        if piece.start_secs - start_secs >= HORIZON_SECS:
            return
        yield piece


def _state(
    now_secs: float, alarm_secs: float | None, late_secs: float | None, calendar: Calendar
) -> State:
    if alarm_secs is not None and now_secs >= alarm_secs:
        return State.OVERDUE
    if not calendar.is_open_at(now_secs):
        return State.CLOSED
    is_late = late_secs is not None and now_secs >= late_secs
    return State.LATE if is_late else State.NORMAL


def _instant(epoch_secs: float | None) -> datetime | None:
    return None if epoch_secs is None else datetime.fromtimestamp(epoch_secs, UTC)
