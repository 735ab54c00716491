"""What the silence rule would have done on a history, and how soon it would have told.

The history is walked week by week as the notifier does it: each week is judged with what the
weeks before it teach. Times come in as epoch seconds and go out as local datetimes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from cmtel.domain.silence.calendar import QUARTER_SECS, Calendar
from cmtel.domain.silence.calibration import MONTH_SECS
from cmtel.domain.silence.fitting.arrivals import Arrivals
from cmtel.domain.silence.fitting.grid import Floats
from cmtel.domain.silence.fitting.learner import LEARNING_WEEKS, Fit, Learner
from cmtel.domain.silence.fitting.replay import alarm_secs
from cmtel.domain.silence.rule import verdict
from cmtel.errors import SourceError, UsageError

_DAY_HOURS = range(9, 17)
_NIGHT_HOURS = range(6)


@dataclass(frozen=True, slots=True)
class BacktestOrder:
    """What is to be tried.

    Attributes:
        calendar: Zone and closed dates.
        budget_per_month: False alarms that are put up with, a month; more than 0.
        train_until: Where training ends and the test begins; None: half of the history.
        working_days: Which days the report calls working days (0 is Monday).
        is_what_if: Also let the feed die at each quarter-hour of the test.
    """

    calendar: Calendar
    budget_per_month: float = 1.0
    train_until: datetime | None = None
    working_days: frozenset[int] = frozenset(range(5))
    is_what_if: bool = False


class Alarm(NamedTuple):
    """An alarm that would have been raised; calls came later, so it counts as a false one."""

    at: datetime
    last_arrival: datetime
    next_arrival: datetime
    #: Calls missed at that moment; None and no limit while learning.
    expected: float | None
    limit: float | None


class Delays(NamedTuple):
    """How long it takes until the alarm, in minutes; None: it would never come."""

    median_minutes: float | None
    p95_minutes: float | None
    #: How many quarter-hours these are.
    quarters: int


class WhatIf(NamedTuple):
    """The delays if the feed died at each quarter-hour of the test."""

    day: Delays
    night: Delays
    #: (died at, minutes until the alarm or None).
    delays: list[tuple[datetime, float | None]]


class Backtest(NamedTuple):
    """What came out. Datetimes are local, with offset."""

    #: The lowest limit that was in force in the test; None: never more than the fixed time.
    limit: float | None
    #: The limit of each week of the test, with its begin.
    limits: list[tuple[datetime, float | None]]
    test_from: datetime
    test_until: datetime
    test_months: float
    alarms: list[Alarm]
    #: What one should know before trusting the numbers.
    notes: list[str]
    what_if: WhatIf | None
    budget_per_month: float = 1.0

    @property
    def false_alarms_per_month(self) -> float:
        """Alarms a month of the test."""
        return len(self.alarms) / self.test_months


def backtest(stamps: Sequence[float], order: BacktestOrder) -> Backtest:
    """Replay a history of epoch seconds.

    Raises:
        SourceError: The history has no two arrivals.
        UsageError: The end of training does not lie inside the history, or the budget is not
            above 0.
    """
    if not order.budget_per_month > 0:
        raise UsageError("The budget of false alarms a month must be more than 0.")
    if len(stamps) < 2 or min(stamps) == max(stamps):
        raise SourceError(
            "The history holds no two arrivals at different times; there is nothing to test.",
            hint=f"Give at least {LEARNING_WEEKS + 1} weeks of arrivals; a few months are better.",
        )
    arrivals = Arrivals.of(stamps)
    return _Replay(arrivals, order, _train_until(arrivals, order)).result()


class _Replay:
    """One walk through the history."""

    def __init__(self, arrivals: Arrivals, order: BacktestOrder, until_secs: float) -> None:
        self._arrivals = arrivals
        self._order = order
        self._zone = order.calendar.zone
        self._from_secs = until_secs
        self._end_secs = float(arrivals.ends[-1])
        learner = Learner(arrivals, order.calendar, order.budget_per_month, until_secs)
        self._due: Floats = np.full(len(arrivals), np.nan)
        self._fits: list[Fit] = []
        for fit in learner.fits():
            due = alarm_secs(fit, learner.history.grid, arrivals, fit.rule())
            self._due[fit.first : fit.last] = due
            self._fits.append(fit)

    def result(self) -> Backtest:
        limits = [(self._local(fit.from_secs), fit.rule().limit) for fit in self._fits]
        return Backtest(
            min((limit for _, limit in limits if limit is not None), default=None),
            limits,
            self._local(self._from_secs),
            self._local(self._end_secs),
            (self._end_secs - self._from_secs) / MONTH_SECS,
            self._alarms(),
            self._notes(),
            self._what_if() if self._order.is_what_if else None,
            self._order.budget_per_month,
        )

    def _alarms(self) -> list[Alarm]:
        nexts = np.append(self._arrivals.starts[1:], -np.inf)
        is_alarm = (self._due < nexts) & (self._due >= self._from_secs)
        return [
            self._alarm(fit, gap)
            for fit in self._fits
            for gap in (np.flatnonzero(is_alarm[fit.first : fit.last]) + fit.first).tolist()
        ]

    def _alarm(self, fit: Fit, gap: int) -> Alarm:
        at = datetime.fromtimestamp(float(self._due[gap]), UTC)
        last = datetime.fromtimestamp(float(self._arrivals.ends[gap]), UTC)
        level = fit.level_at(gap - fit.first)
        judged = verdict(at, last, fit.profile, level, fit.rule(), self._order.calendar)
        following = self._local(float(self._arrivals.starts[gap + 1]))
        local_at, local_last = at.astimezone(self._zone), last.astimezone(self._zone)
        return Alarm(local_at, local_last, following, judged.expected, judged.limit)

    def _what_if(self) -> WhatIf:
        first = np.ceil(self._from_secs / QUARTER_SECS) * QUARTER_SECS
        died = np.arange(first, self._end_secs, QUARTER_SECS)
        last = np.searchsorted(self._arrivals.ends, died, side="right") - 1
        minutes = np.maximum(self._due[last] - died, 0.0) / 60
        local = [self._local(secs) for secs in died.tolist()]
        is_day = np.array([self._is_day(at) for at in local], dtype=bool)
        is_night = np.array([at.hour in _NIGHT_HOURS for at in local], dtype=bool)
        delays = list(zip(local, map(_minutes, minutes.tolist()), strict=True))
        return WhatIf(_delays(minutes[is_day]), _delays(minutes[is_night]), delays)

    def _is_day(self, at: datetime) -> bool:
        order = self._order
        is_holiday = at.date() in order.calendar.closed_dates
        return at.weekday() in order.working_days and not is_holiday and at.hour in _DAY_HOURS

    def _notes(self) -> list[str]:
        """Say what history cannot support."""
        first = self._fits[0]
        if first.calibration is None:
            return [
                f"Fewer than {LEARNING_WEEKS} weeks of history before the test: the fixed time of "
                "24 hours stands in until there are."
            ]
        if not first.calibration.is_supported:
            return [
                f"{first.calibration.months:.1f} clean months of history do not yet support a "
                f"budget of {self._order.budget_per_month:g} false alarms a month: the limit is "
                "the largest gap seen, and one call more."
            ]
        return []

    def _local(self, secs: float) -> datetime:
        return datetime.fromtimestamp(secs, self._zone)


def _train_until(arrivals: Arrivals, order: BacktestOrder) -> float:
    first, last = float(arrivals.starts[0]), float(arrivals.ends[-1])
    if order.train_until is None:
        return (first + last) / 2
    until = order.train_until.timestamp()
    if not first <= until < last:
        begin, end = (datetime.fromtimestamp(secs, order.calendar.zone) for secs in (first, last))
        raise UsageError(
            f"The end of training, {order.train_until.isoformat()}, is not inside the history.",
            hint=f"The history runs from {begin.isoformat()} to {end.isoformat()}.",
        )
    return until


def _delays(minutes: Floats) -> Delays:
    ordered = np.sort(minutes)
    return Delays(_quantile(ordered, 0.5), _quantile(ordered, 0.95), len(ordered))


def _quantile(ordered: Floats, share: float) -> float | None:
    """Return the smallest delay that at least ``share`` of all do not exceed."""
    if not len(ordered):
        return None
    return _minutes(float(ordered[int(np.ceil(share * len(ordered))) - 1]))


def _minutes(value: float) -> float | None:
    return round(value, 2) if np.isfinite(value) else None
