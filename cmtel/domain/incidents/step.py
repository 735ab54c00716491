"""The state machine of one feed: a pure function of its arguments (invariant I12)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from cmtel.domain.incidents import blindness, events, judged, operator
from cmtel.domain.incidents.actions import Action
from cmtel.domain.incidents.rules import IncidentRules
from cmtel.domain.incidents.states import FeedState
from cmtel.domain.incidents.turn import Turn


def step(
    state: FeedState, event: events.Event, now: datetime, rules: IncidentRules
) -> tuple[FeedState, tuple[Action, ...]]:
    """Return the feed's new state, and what is to be committed together with it.

    Args:
        state: As the last step left it, or as it was loaded.
        event: What happened.
        now: The wall clock, aware, UTC.
        rules: The timers and recipients of the feed; they may differ from step to step.
    """
    turn = Turn(state, now, rules)
    _HANDLERS[type(event)](turn, event)
    return turn.state, tuple(turn.actions)


_HANDLERS: dict[type, Callable[[Turn, Any], None]] = {
    events.Read: judged.on_read,  # rows 1 to 8, 10 and 12
    events.ReadFailed: blindness.on_read_failed,  # row 9
    events.Acked: operator.on_acked,  # row 11
    events.Unacked: operator.on_unacked,  # row 11
    events.DowntimeAdded: operator.on_downtime_added,  # row 12 begins
    events.DowntimeRemoved: operator.on_downtime_removed,
    events.Paused: operator.on_paused,  # row 13
    events.Resumed: operator.on_resumed,  # row 14
    events.TimePassed: operator.on_time_passed,  # row 14, expiry
    events.Stopped: operator.on_stopped,  # row 15
    events.Started: operator.on_started,  # row 16
    events.ClockJumped: operator.on_clock_jumped,
    events.FeedRemoved: operator.on_feed_removed,
}
