"""How the notifier stands, in one line: for the service manager."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cmtel.domain.incidents.states import FeedState, State
from cmtel.services.notifier.watch import Watch

#: The worst first.
_ORDER = (State.STALLED, State.BLIND, State.RECOVERING, State.LATE, State.INIT, State.OK)


def status_line(watches: Sequence[Watch], now: datetime) -> str:
    """Return the worst state of the feeds, and when the last call came.

    "OK, last call 3 min ago"; "STALLED: Main, last call 41 min ago"; "PAUSED".
    """
    states = [watch.state for watch in watches]
    if any(state.pause is not None for state in states):
        return "PAUSED"
    worst = min((state.state for state in states), key=_ORDER.index, default=State.INIT)
    names = ", ".join(state.feed for state in states if state.state is worst)
    word = worst.value.upper()
    return f"{word}{'' if worst is State.OK else f': {names}'}, {_last_call(states, now)}"


def _last_call(states: Sequence[FeedState], now: datetime) -> str:
    arrivals = [state.last_arrival for state in states if state.last_arrival is not None]
    if not arrivals:
        return "no call yet"
    minutes = max(timedelta(0), now - max(arrivals)) // timedelta(minutes=1)
    return f"last call {minutes} min ago"
