"""The usual week from counted quarter-hours."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise
from typing import Any, NamedTuple

import numpy as np

from cmtel.domain.silence.calendar import QUARTERS_PER_WEEK
from cmtel.domain.silence.fitting.grid import Flags, Floats, Grid, Ints

#: Half-widths of smoothing that are tried, in quarter-hours; the data choose.
_WIDTHS = (0, 1, 2, 4, 8)
_PER_DAY = 96
#: A day with less than this share of its weekday's median is no usual day ...
_LOW_SHARE = 0.6
#: ... if chance alone cannot explain it: so many standard deviations of a count below.
_LOW_SIGMAS = 4.0

#: Weekdays that share the course of the day; 0 is Monday.
Group = tuple[int, ...]


class Shape(NamedTuple):
    """How a profile is drawn from counts: the data choose it.

    Weekdays of one group share the course of the day and differ in how busy they are, so that a
    feed of few calls learns from five days instead of one.
    """

    half_width: int
    groups: tuple[Group, ...]


class WeekTable:
    """Calls and open time by week, weekday and quarter-hour: the raw material of a profile."""

    def __init__(self, grid: Grid, counts: Ints, use: Flags, bounds: Ints) -> None:
        """``bounds`` are the grid indexes between weeks; what ``use`` leaves out does not count."""
        tables = np.zeros((2, len(bounds) - 1, QUARTERS_PER_WEEK))
        for week, (left, right) in enumerate(pairwise(bounds)):
            inside = slice(left, right)
            used = use[inside]
            for table, values in zip(tables, (counts, grid.open_part), strict=True):
                weights = values[inside] * used
                table[week] = np.bincount(grid.quarter[inside], weights, QUARTERS_PER_WEEK)
        self._calls, self._opened = tables.reshape(2, len(bounds) - 1, 7, _PER_DAY)

    def best_shape(self) -> Shape:
        """Return the shape with which the other weeks predict each week best."""
        groups: list[Group] = [(day,) for day in range(7)]
        width = self._best_width(groups)
        gain = 1.0
        worth = {group: self._likelihood(width, group) for group in groups}
        while gain > 0 and len(groups) > 1:
            gain, one, other = max(self._merges(width, groups, worth))
            if gain > 0:
                groups = [g for g in groups if g not in (one, other)] + [(*one, *other)]
        return Shape(self._best_width(groups), tuple(groups))

    def profile(self, shape: Shape) -> Floats:
        """Return the calls of each quarter-hour of the week."""
        whole = self._drawn(self._calls.sum(0)[None], self._opened.sum(0)[None], shape)
        return np.asarray(whole[0])

    def profiles_without(self, shape: Shape) -> Floats:
        """Return for each week the profile that the other weeks give."""
        return self._drawn(*self._others(slice(None)), shape)

    def _merges(
        self, width: int, groups: list[Group], worth: dict[Group, float]
    ) -> Iterator[tuple[float, Group, Group]]:
        """Yield what each pair of groups would gain by being one."""
        for one, other in combinations(groups, 2):
            both = (*one, *other)
            if both not in worth:
                worth[both] = self._likelihood(width, both)
            yield worth[both] - worth[one] - worth[other], one, other

    def _best_width(self, groups: list[Group]) -> int:
        return max(_WIDTHS, key=lambda width: sum(self._likelihood(width, g) for g in groups))

    def _likelihood(self, width: int, group: Group) -> float:
        """Return how likely each week of these weekdays is, given the other weeks."""
        days = list(group)
        least = 1e-3 * max(self._calls.sum(), 1.0) / max(self._opened.sum(), 1.0)
        rate = _rates(*self._others(days), width) + least
        calls, opened = self._calls[:, days], self._opened[:, days]
        return float((calls * np.log(rate)).sum() - (opened * rate).sum())

    def _others(self, days: Any) -> tuple[Floats, Floats]:
        """Return for each week the sums over the other weeks."""
        calls, opened = self._calls[:, days], self._opened[:, days]
        return calls.sum(0) - calls, opened.sum(0) - opened

    @staticmethod
    def _drawn(calls: Floats, opened: Floats, shape: Shape) -> Floats:
        drawn = np.zeros_like(calls)
        for group in shape.groups:
            days = list(group)
            drawn[:, days] = _rates(calls[:, days], opened[:, days], shape.half_width)
        return drawn.reshape(len(calls), QUARTERS_PER_WEEK)


def low_days(grid: Grid, counts: Ints) -> Flags:
    """Return for each quarter-hour whether its day had far fewer calls than its weekday has.

    Source: notifier.md 1: days below 60 % of their weekday's median are kept out of training.
    """
    day = grid.day - grid.day[0]
    calls = np.bincount(day, counts)
    # A day cut by the edge of the stretch is not judged; the shortest whole one has 23 hours.
    is_whole = np.bincount(day) >= 92
    is_open = is_whole & (np.bincount(day, grid.open_part) > 0)
    weekday = (grid.weekday[0] + np.arange(len(calls))) % 7
    is_low = np.zeros(len(calls), dtype=bool)
    for each in range(7):
        usual = calls[is_open & (weekday == each)]
        median = float(np.median(usual)) if len(usual) else 0.0
        bound = min(_LOW_SHARE * median, median - _LOW_SIGMAS * median**0.5)
        is_low |= is_open & (weekday == each) & (calls < bound)
    return np.asarray(is_low[day])


def _rates(calls: Floats, opened: Floats, half_width: int) -> Floats:
    """Return calls per open quarter-hour of weekdays that share a course (weeks, days, 96)."""
    course = _ratio(calls.sum(1), opened.sum(1))
    busy = _ratio(calls.sum(2), (opened * course[:, None]).sum(2))
    smooth = _kernel(half_width)
    course = _ratio(calls.sum(1) @ smooth, (opened * busy[:, :, None]).sum(1) @ smooth)
    return busy[:, :, None] * course[:, None, :]


def _ratio(calls: Floats, opened: Floats) -> Floats:
    return np.divide(calls, opened, out=np.zeros_like(calls), where=opened > 1e-9)


@cache
def _kernel(half_width: int) -> Floats:
    """Return a triangular kernel around the day, as a matrix."""
    reach = np.arange(-half_width, half_width + 1)
    matrix = np.zeros((_PER_DAY, _PER_DAY))
    for place in range(_PER_DAY):
        matrix[place, (place + reach) % _PER_DAY] = half_width + 1.0 - abs(reach)
    return matrix / (half_width + 1.0) ** 2
