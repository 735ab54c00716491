"""Learning the rule from history: profile, level filter and limit, anew each week.

Week by week each gap is measured with a profile of the weeks before it (the first weeks: of the
other first weeks), so that no gap has taught the profile it is measured with. The limit of a week
comes from those honest scores, those of the newest year.

Left out of training and calibration: closed time, days with far fewer calls than their weekday
has, and gaps of more than three limits, which were outages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from cmtel.domain.silence.calendar import QUARTER_SECS, Calendar
from cmtel.domain.silence.calibration import (
    MONTH_SECS,
    OUTAGE_LIMITS,
    Calibration,
    calibrate,
    rank,
    theoretical_limit,
)
from cmtel.domain.silence.fitting.arrivals import Arrivals
from cmtel.domain.silence.fitting.grid import Floats
from cmtel.domain.silence.fitting.history import WEEK, History
from cmtel.domain.silence.fitting.levels import Levels, best_prior, levels
from cmtel.domain.silence.fitting.quiet_days import QuietDays
from cmtel.domain.silence.level import NO_FILTER, Level, LevelPrior
from cmtel.domain.silence.rule import Mode, Profile, SilenceRule

_DAY_SECS = 86_400.0
#: Less history than this: LEARNING, the fixed time stands in.
LEARNING_WEEKS = 3
#: The profile is that of so many weeks: long enough for quiet hours, short enough for drift.
_PROFILE_WEEKS = 13
#: The first weeks are measured by each other; from here on by the weeks before.
_FIRST_WEEKS = 9
#: The limit rests on the gaps of so many weeks, if there are so many.
_CALIBRATION_WEEKS = 53


@dataclass(frozen=True, slots=True)
class Fit:
    """What is known at one moment; it holds for the silences that begin in the week after.

    ``profile`` and ``calibration`` are None while there are fewer than three weeks of history.
    """

    from_secs: float
    profile: Profile | None
    calibration: Calibration | None
    #: The default ceiling: a day, or half as long again as the longest normal gap.
    ceiling_secs: float
    #: The arrivals whose silences it judges, as a range of indexes, and the level after each;
    #: of the first fit the range begins with the arrival before it.
    first: int
    last: int
    levels: Levels
    quiet: QuietDays

    @property
    def level(self) -> Level:
        """The level at the moment of the first fit."""
        return self.level_at(0)

    @property
    def quiet_part(self) -> Floats:
        """The part of each usual call that counts for the rest of the day, after each arrival."""
        return self.quiet.part[self.first : self.last]

    def level_at(self, place: int) -> Level:
        """Return the level after one of the arrivals, counted from ``first``."""
        return self.levels.at(place)._replace(quiet=self.quiet.at(self.first + place))

    def rule(self, floor_secs: float = 300.0) -> SilenceRule:
        """Return the rule of mode expected with this limit."""
        limit = self.calibration.limit if self.calibration else None
        return SilenceRule(Mode.EXPECTED, limit, floor_secs, self.ceiling_secs)


def learn(
    arrivals: Arrivals,
    calendar: Calendar,
    budget_per_month: float,
    now_secs: float,
    outages: Iterable[tuple[float, float]] = (),
) -> Fit:
    """Return what the arrivals up to now teach; ``outages`` (from, to) teach nothing."""
    return next(Learner(arrivals, calendar, budget_per_month, now_secs, outages).fits())


class Learner:
    """Walks through a history week by week and yields what would have been known."""

    def __init__(
        self,
        arrivals: Arrivals,
        calendar: Calendar,
        budget_per_month: float,
        until_secs: float,
        outages: Iterable[tuple[float, float]] = (),
    ) -> None:
        """``until_secs`` is when the first fit is made, not before the first arrival."""
        weeks = LEARNING_WEEKS + 1
        self.history = History(arrivals, calendar, until_secs + weeks * 7 * _DAY_SECS, outages)
        self._budget = budget_per_month
        self._until = int(self.history.grid.index(until_secs))

    def fits(self) -> Iterator[Fit]:
        """Yield a fit for ``until`` and for each week after it, to the end of the history."""
        until = max(self._until, LEARNING_WEEKS * WEEK)
        end = int(self.history.grid.index(self.history.arrivals.ends[-1]))
        if self._until < until:
            yield self._learning(until)
            if end < until:
                return
        weeks = until // WEEK
        begin = until - weeks * WEEK
        here = begin + min(weeks, _FIRST_WEEKS) * WEEK
        self._measure_first(begin, here)
        for week in range(here, max(end, until) + 1, WEEK):
            fit = self._fit(begin, week)
            if week >= until:
                yield fit

    def _learning(self, end: int) -> Fit:
        first, last = self._judged(self._until, end)
        nothing = Levels(NO_FILTER, np.zeros(last - first), np.zeros(last - first))
        return Fit(
            self._secs(self._until), None, None, _DAY_SECS, first, last, nothing, self.history.quiet
        )

    def _measure_first(self, begin: int, here: int) -> None:
        """Measure the gaps of the first weeks, each with the profile of the others."""
        first, last = self.history.range(begin, here)
        limit = theoretical_limit((last - first) / _months(here - begin), self._budget)
        for _ in range(2):  # the second time without the outages that the first has found
            table = self.history.table(begin, here)
            profiles = table.profiles_without(table.best_shape())
            for profile, left in zip(profiles, range(begin, here, WEEK), strict=True):
                self.history.measure(profile, left, left + WEEK)
            self.history.mark_outages(begin, here, limit)

    def _fit(self, begin: int, here: int) -> Fit:
        table = self.history.table(max(begin, here - _PROFILE_WEEKS * WEEK), here)
        profile = table.profile(table.best_shape())
        self.history.measure(profile, here, here + WEEK)
        left = max(begin, here - _CALIBRATION_WEEKS * WEEK)
        first, last = self._judged(here, here + WEEK)
        past = min(self.history.range(left, here)[0], first)
        after = self._levels(self._prior(past, first, here - left), past, last)
        calibration, longest_secs = self._calibrate(left, here, past, after)
        self.history.mark_outages(here, here + WEEK, calibration.limit)
        return Fit(
            self._secs(here),
            Profile(tuple(profile.tolist())),
            calibration,
            max(_DAY_SECS, 1.5 * longest_secs),
            first,
            last,
            after.part(first - past, last - past),
            self.history.quiet,
        )

    def _judged(self, here: int, end: int) -> tuple[int, int]:
        first, last = self.history.range(here, end)
        return (max(first - 1, 0) if here == self._until else first), last

    def _prior(self, first: int, last: int, quarters: int) -> LevelPrior:
        """Return the level filter that suits the newest gaps."""
        per_day = max((last - first) * 96 / quarters, 1.0)
        limit = theoretical_limit(per_day * MONTH_SECS / _DAY_SECS, self._budget)
        first = max(first, last - int(per_day * 7 * _PROFILE_WEEKS))
        if last - first < 2:
            return NO_FILTER
        before, teaches = self.history.calls_before(first, last), self.history.teaches(first, last)
        return best_prior(before, teaches, per_day, OUTAGE_LIMITS * limit)

    def _levels(self, prior: LevelPrior, first: int, last: int) -> Levels:
        before, teaches = self.history.calls_before(first, last), self.history.teaches(first, last)
        return levels(prior, before, teaches)

    def _calibrate(
        self, left: int, here: int, past: int, after: Levels
    ) -> tuple[Calibration, float]:
        """Return the limit, and the longest normal gap in seconds in which calls come."""
        gaps = self.history.normal_gaps(left, here)
        scores = after.score_of(gaps - past, self.history.counted[gaps])
        months = max(_months(int((~self.history.is_odd(left, here)).sum())), 0.1)
        most = min(rank(months, self._budget) + 1, len(scores))
        largest = np.partition(scores, len(scores) - most)[-most:] if most else scores
        longest_secs = float(self.history.traffic_secs[gaps].max(initial=0.0))
        return calibrate(largest.tolist(), len(scores), months, self._budget), longest_secs

    def _secs(self, index: int) -> float:
        return float(self.history.grid.secs(index))


def _months(quarters: int) -> float:
    return quarters * QUARTER_SECS / MONTH_SECS
