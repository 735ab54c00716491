"""A history on the grid: counts, days that do not count, outages, and the measure of each gap."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from cmtel.domain.silence.calendar import QUARTER_SECS, Calendar
from cmtel.domain.silence.calibration import OUTAGE_LIMITS
from cmtel.domain.silence.fitting.arrivals import Arrivals
from cmtel.domain.silence.fitting.grid import Flags, Floats, Grid, Integral, Ints
from cmtel.domain.silence.fitting.quiet_days import QuietDays
from cmtel.domain.silence.fitting.weekly_profile import WeekTable, low_days
from cmtel.domain.silence.rule import HORIZON_SECS

#: Grid steps of a week.
WEEK = 7 * 96


class History:
    """What came when; gap i is the one after arrival i. Stretches are given as grid indexes."""

    def __init__(
        self,
        arrivals: Arrivals,
        calendar: Calendar,
        end_secs: float,
        outages: Iterable[tuple[float, float]] = (),
    ) -> None:
        """``outages`` are known ones (from, to): they teach nothing."""
        self.arrivals = arrivals
        end_secs = max(float(arrivals.ends[-1]), end_secs) + HORIZON_SECS
        self.grid = Grid.over(calendar, float(arrivals.starts[0]), end_secs)
        self._at = self.grid.index(arrivals.starts)
        self._counts: Ints = np.bincount(self._at, minlength=len(self.grid))
        self._is_outage: Flags = np.zeros(len(self.grid), dtype=bool)
        for left, right in outages:
            self._mark(left, right)
        #: Of each gap: the profile's calls, those that count (on a quiet day only a part of
        #: them does), and the seconds of it in which calls come.
        self.calls: Floats = np.zeros(len(arrivals))
        self.counted: Floats = np.zeros(len(arrivals))
        self.traffic_secs: Floats = np.zeros(len(arrivals))
        self.quiet = QuietDays(len(arrivals))

    def range(self, left: int, right: int) -> tuple[int, int]:
        """Return the indexes of the arrivals in a stretch."""
        edges = np.searchsorted(self.arrivals.ends, self.grid.secs([left, right]))
        return int(edges[0]), int(edges[1])

    def is_open(self, first: int, last: int) -> Flags:
        """Return of a range of arrivals whether each came in open time."""
        return np.asarray(self.grid.open_part[self._at[first:last]] > 0)

    def teaches(self, first: int, last: int) -> Flags:
        """Return of a range of arrivals whether each says how busy a usual day is."""
        return self.is_open(first, last) & ~self.quiet.is_quiet[first:last]

    def calls_before(self, first: int, last: int) -> Floats:
        """Return the profile's calls in the gap before each arrival of a range; 0 for its first.

        On a quiet day they are 0: the level stands still.
        """
        before = np.concatenate([[0.0], self.calls[first : max(last - 1, first)]])[: last - first]
        return np.where(self.quiet.is_quiet[first:last], 0.0, before)

    def table(self, left: int, right: int) -> WeekTable:
        """Return the weeks that end at ``right``, without odd days and outages."""
        bounds = np.arange(right, left - 1, -WEEK)[::-1] - left
        use = ~self.is_odd(left, right)
        return WeekTable(self.grid.part(left, right), self._counts[left:right], use, bounds)

    def is_odd(self, left: int, right: int) -> Flags:
        """Return of each quarter-hour of a stretch whether it is of an outage or a low day."""
        is_low = low_days(self.grid.part(left, right), self._counts[left:right])
        return is_low | self._is_outage[left:right]

    def normal_gaps(self, left: int, right: int) -> Ints:
        """Return the gaps that lie in a stretch and touch nothing odd."""
        first, last = self.range(left, right)
        odd = np.concatenate([[0], np.cumsum(self.is_odd(left, right))])
        begins = self.grid.index(self.arrivals.ends[first : max(last - 1, first)]) - left
        ends = self._at[first + 1 : last] - left
        return np.flatnonzero(odd[ends + 1] == odd[begins]) + first

    def measure(self, profile: Floats, left: int, right: int) -> None:
        """Measure the gaps that begin in a stretch with a profile of 672 quarter-hours."""
        first, last = self.range(left, right)
        last = min(last, len(self.arrivals) - 1)
        span = self.grid.part(left, right + HORIZON_SECS // QUARTER_SECS)
        rate = profile[span.quarter] * span.open_part
        traffic = (rate > 0) * span.open_part * QUARTER_SECS
        begins, ends = self.arrivals.ends[first:last], self.arrivals.starts[first + 1 : last + 1]
        seconds, calls = (Integral(values, span.first_secs) for values in (traffic, rate))
        self.traffic_secs[first:last] = seconds.at(ends) - seconds.at(begins)
        self.calls[first:last] = calls.at(ends) - calls.at(begins)
        midnights = span.day_begins(ends)
        calls_today = calls.at(ends) - calls.at(np.maximum(begins, midnights))
        is_open = self.is_open(first + 1, last + 1)
        self.quiet.follow(first, calls_today, midnights > begins, is_open)
        same_day = calls.at(np.minimum(ends, span.day_ends(begins))) - calls.at(begins)
        uncounted = (1.0 - self.quiet.part[first:last]) * same_day
        self.counted[first:last] = self.calls[first:last] - uncounted

    def mark_outages(self, left: int, right: int, limit: float) -> None:
        """Leave out what the gaps that begin in a stretch show to have been outages."""
        first, last = self.range(left, right)
        for gap in np.flatnonzero(self.counted[first:last] > OUTAGE_LIMITS * limit) + first:
            self._mark(float(self.arrivals.ends[gap]), float(self.arrivals.starts[gap + 1]))

    def _mark(self, from_secs: float, to_secs: float) -> None:
        left, right = (int(self.grid.index(secs)) for secs in (from_secs, to_secs))
        self._is_outage[max(left, 0) : max(right + 1, 0)] = True
