"""What would have been judged while nobody looked: paused, or not running (rows 14 and 16).

The reads that were not made are made up for, on the same grid, with the records' own times in
place of arrivals; so the history of judged states is that of an uninterrupted run (I6). No mail
says "stalled" about that time; incidents that were told of are closed as usual.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cmtel.domain.incidents.actions import Action
from cmtel.domain.incidents.events import Read
from cmtel.domain.incidents.rules import IncidentRules
from cmtel.domain.incidents.states import FeedState, Judgement, State
from cmtel.domain.incidents.step import step
from cmtel.domain.incidents.wake import wake_at

#: What lies further back is not made up for: the longest pause, and a bound on the work.
MOST = timedelta(days=7)

JudgeAt = Callable[[datetime, datetime, FeedState], Judgement]


@dataclass(frozen=True, slots=True)
class Grid:
    """The instants of the regular checks."""

    anchor: datetime
    every: timedelta

    def at_or_after(self, moment: datetime) -> datetime:
        """Return the first check that is not before ``moment``."""
        count = -((self.anchor - moment) // self.every)
        return self.anchor + count * self.every


@dataclass(slots=True)
class CaughtUp:
    """The state at the end, what is to be done, and the arrivals that are left for now."""

    state: FeedState
    done: list[tuple[datetime, Action]]
    left: tuple[datetime, ...]
    steps: int = 0


def catch_up(
    state: FeedState, arrivals: Sequence[datetime], first_record: str, now: datetime,
    grid: Grid, judge: JudgeAt, rules: IncidentRules,
) -> CaughtUp:  # fmt: skip
    """Make up for the reads between the last one and ``now``; ``now`` itself is not among them."""
    caught = CaughtUp(state, [], tuple(arrivals))
    if state.last_read_at is None or state.last_arrival is None:
        return caught
    at = max(state.last_read_at, now - MOST)
    judgement = judge(at, state.last_arrival, state)
    while (at := _next(caught, judgement, at, grid, rules)) < now:
        seen = tuple(time for time in caught.left if time <= at)
        caught.left = caught.left[len(seen) :]
        last = seen[-1] if seen else caught.state.last_arrival or at
        judgement = judge(at, last, caught.state)
        read = Read(judgement, seen, first_record, is_made_up=True)
        caught.state, actions = step(caught.state, read, at, rules)
        caught.done += [(at, action) for action in actions]
        caught.steps += 1
    caught.state = caught.state._replace(overdue_reads=0)
    return caught


def _next(
    caught: CaughtUp, judgement: Judgement, at: datetime, grid: Grid, rules: IncidentRules
) -> datetime:
    """Return the next read after ``at`` that can change something; checks between are idle."""
    just_after = at + timedelta(milliseconds=1)
    wanted = [at + MOST + grid.every]
    wake = wake_at(caught.state, judgement, at, rules)
    if wake is not None:
        wanted.append(wake)
    if caught.left:
        wanted.append(grid.at_or_after(max(caught.left[0], just_after)))
    if judgement.late_at is not None and caught.state.state in (State.OK, State.RECOVERING):
        wanted.append(grid.at_or_after(max(judgement.late_at, just_after)))
    return min(wanted)
