"""Time as an array of UTC quarter-hours, for fitting and backtest.

The same quarter-hours as :meth:`Calendar.pieces` walks, so both give the same integral. An
instant inside a quarter-hour that is only partly open is placed by linear interpolation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cmtel.domain.silence.calendar import QUARTER_SECS, Calendar, quarter_of_week

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Grid:
    """Quarter-hours from ``first_secs`` on, with what the calendar says of each.

    Attributes:
        first_secs: Epoch seconds of the first one, a multiple of 900.
        quarter: Its place in the local week, 0 to 671.
        day: The ordinal of its local date.
        weekday: Of its local date; 0 is Monday.
        open_part: The share of it that counts, 0 to 1.
    """

    first_secs: float
    quarter: Ints
    day: Ints
    weekday: Ints
    open_part: Floats

    @classmethod
    def over(cls, calendar: Calendar, start_secs: float, end_secs: float) -> Self:
        """Return the grid that covers both instants."""
        first = start_secs // QUARTER_SECS * QUARTER_SECS
        starts = np.arange(first, end_secs + QUARTER_SECS, QUARTER_SECS)
        local = [datetime.fromtimestamp(s, calendar.zone) for s in starts.tolist()]
        quarter = np.array([quarter_of_week(t) for t in local])
        day = np.array([t.toordinal() for t in local])
        weekday = np.array([t.weekday() for t in local])
        return cls(float(first), quarter, day, weekday, _open_parts(calendar, starts, local))

    def __len__(self) -> int:
        return len(self.quarter)

    def part(self, left: int, right: int) -> Grid:
        """Return the quarter-hours of a range of indexes."""
        inside = slice(left, right)
        return Grid(
            float(self.secs(left)),
            self.quarter[inside],
            self.day[inside],
            self.weekday[inside],
            self.open_part[inside],
        )

    def day_begins(self, at_secs: Any) -> Any:
        """Return the midnight that began the local day of instants, or the grid's begin."""
        return self.secs(np.searchsorted(self.day, self.day[self.index(at_secs)], side="left"))

    def day_ends(self, at_secs: Any) -> Any:
        """Return the midnight that ends the local day of instants, or the grid's end."""
        return self.secs(np.searchsorted(self.day, self.day[self.index(at_secs)], side="right"))

    def index(self, at_secs: Any) -> Any:
        """Return the index of the quarter-hour an instant lies in (arrays too)."""
        return ((np.asarray(at_secs) - self.first_secs) // QUARTER_SECS).astype(np.int64)

    def secs(self, index: Any) -> Any:
        """Return the first epoch second of a quarter-hour (arrays too)."""
        return self.first_secs + np.asarray(index) * QUARTER_SECS


class Integral:
    """The running integral of a value per quarter-hour, and its inverse."""

    def __init__(self, values: Floats, first_secs: float) -> None:
        self._total = np.concatenate([[0.0], np.cumsum(values)])
        self._first_secs = first_secs

    def at(self, at_secs: Any) -> Any:
        """Return the integral from the start to an instant; constant beyond the ends."""
        place = (np.asarray(at_secs) - self._first_secs) / QUARTER_SECS
        return np.interp(place, np.arange(len(self._total)), self._total)

    def reached(self, amount: Any) -> Any:
        """Return the first instant at which the integral is ``amount``; inf if it never is."""
        amount = np.asarray(amount)
        right = np.searchsorted(self._total, amount, side="left")
        is_inside = right < len(self._total)
        right = np.clip(right, 1, len(self._total) - 1)
        low, high = self._total[right - 1], self._total[right]
        step = np.where(high > low, high - low, 1.0)
        place = right - 1 + np.clip((amount - low) / step, 0.0, 1.0)
        return np.where(is_inside, self._first_secs + place * QUARTER_SECS, np.inf)


def _open_parts(calendar: Calendar, starts: Floats, local: Sequence[datetime]) -> Floats:
    if not calendar.windows and not calendar.suspended:
        return np.array([float(t.date() not in calendar.closed_dates) for t in local])
    return np.array([_open_part(calendar, start) for start in starts.tolist()])


def _open_part(calendar: Calendar, start: float) -> float:
    end = start + QUARTER_SECS
    inside = takewhile(lambda piece: piece.start_secs < end, calendar.pieces(start))
    return sum(p.end_secs - p.start_secs for p in inside if p.is_counted) / QUARTER_SECS
