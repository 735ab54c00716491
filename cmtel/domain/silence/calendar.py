"""When silence counts: open windows, holidays, closed dates, and time the machine slept.

Dates and windows are local to the calendar's zone; everything handed in and out is epoch
seconds, UTC. Which days are holidays is not known here: the set of dates is passed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

QUARTER_SECS = 900
QUARTERS_PER_WEEK = 672
_MINUTES_PER_DAY = 1440


class OpenWindow(NamedTuple):
    """Hours of some weekdays in which calls are expected.

    ``closes_minute`` may be 1440; one at or before ``opens_minute`` is on the next day.
    """

    #: 0 is Monday.
    weekdays: frozenset[int]
    opens_minute: int
    closes_minute: int
    #: Mode schedule: how long it may be silent inside this window; None: the rule's own time.
    limit_secs: float | None = None

    def contains(self, weekday: int, minute: int) -> bool:
        """Tell whether a local weekday and minute of the day lie in the window."""
        if self.opens_minute < self.closes_minute:
            return weekday in self.weekdays and self.opens_minute <= minute < self.closes_minute
        return (weekday in self.weekdays and minute >= self.opens_minute) or (
            (weekday - 1) % 7 in self.weekdays and minute < self.closes_minute
        )


class Piece(NamedTuple):
    """A stretch of time, at most a quarter-hour long, over which nothing changes."""

    start_secs: float
    end_secs: float
    #: The quarter-hour of the local week, 0 to 671; 0 is Monday 00:00.
    quarter: int
    #: False inside a holiday, a closed date, or outside every open window.
    is_open: bool
    #: False also while the machine was suspended.
    is_counted: bool
    limit_secs: float | None


@dataclass(frozen=True)
class Calendar:
    """The local calendar of one feed.

    Attributes:
        zone: The zone whose week the profile and the windows are about.
        closed_dates: Local dates (holidays and own ones) on which nothing is expected.
        windows: Open windows; none means always open.
        suspended: Stretches of epoch seconds that count for nothing: the machine slept.
    """

    zone: ZoneInfo
    closed_dates: frozenset[date] = frozenset()
    windows: tuple[OpenWindow, ...] = ()
    suspended: tuple[tuple[float, float], ...] = field(default=())

    def pieces(self, start_secs: float) -> Iterator[Piece]:
        """Yield the pieces from ``start_secs`` on, without end.

        The cuts are UTC quarter-hours (every zone's offset of today is a multiple of one, so a
        day of 23 or 25 hours comes out right), window edges and the edges of suspensions.
        """
        here = start_secs
        while True:
            quarter_end = (here // QUARTER_SECS + 1) * QUARTER_SECS
            yield from self._quarter(here, quarter_end)
            here = quarter_end

    def is_open_at(self, at_secs: float) -> bool:
        """Tell whether calls may be expected at this instant."""
        return next(self.pieces(at_secs)).is_open

    def midnight_after(self, at_secs: float) -> float:
        """Return when the local day of an instant ends."""
        tomorrow = datetime.fromtimestamp(at_secs, self.zone).date() + timedelta(days=1)
        return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=self.zone).timestamp()

    def _quarter(self, start_secs: float, end_secs: float) -> Iterator[Piece]:
        first_secs = end_secs - QUARTER_SECS
        local = datetime.fromtimestamp(first_secs, self.zone)
        minute = local.hour * 60 + local.minute
        quarter = quarter_of_week(local)
        is_closed = local.date() in self.closed_dates
        cuts = self._cuts(first_secs, minute)
        edges = [start_secs, *(cut for cut in cuts if start_secs < cut < end_secs), end_secs]
        for left, right in pairwise(edges):
            at_minute = minute + int(left - first_secs) // 60
            window = self._window(local.weekday(), at_minute)
            is_open = not is_closed and (window is not None or not self.windows)
            is_counted = is_open and not self._is_suspended(left)
            yield Piece(left, right, quarter, is_open, is_counted, window and window.limit_secs)

    def _cuts(self, first_secs: float, minute: int) -> list[float]:
        cuts = [first_secs + (edge - minute) * 60 for edge in self._edges if minute < edge]
        if self.suspended:
            cuts += [edge for span in self.suspended for edge in span]
        return sorted(set(cuts)) if cuts else cuts

    @cached_property
    def _edges(self) -> tuple[int, ...]:
        """Window edges that are not on a quarter-hour, in minutes of the day."""
        edges = {m for w in self.windows for m in (w.opens_minute, w.closes_minute)}
        return tuple(sorted(edge % _MINUTES_PER_DAY for edge in edges if edge % 15))

    def _window(self, weekday: int, minute: int) -> OpenWindow | None:
        return next((w for w in self.windows if w.contains(weekday, minute)), None)

    def _is_suspended(self, at_secs: float) -> bool:
        return any(start <= at_secs < end for start, end in self.suspended)


def quarter_of_week(local: datetime) -> int:
    """Return the quarter-hour of the local week, 0 (Monday 00:00) to 671."""
    return local.weekday() * 96 + local.hour * 4 + local.minute // 15
