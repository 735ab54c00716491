"""One look at a feed where no notifier runs: read and judged as the notifier would, kept nowhere.

There is no second read to confirm it, and nobody is mailed.
"""

from __future__ import annotations

from datetime import datetime

from cmtel.domain.incidents.states import FeedState, Silence, State
from cmtel.errors import CmtelError
from cmtel.services.notifier.arrivals import past_arrivals
from cmtel.services.notifier.ports import NotifierStore
from cmtel.services.notifier.watch import WatchedFeed

_STATES = {Silence.OVERDUE: State.STALLED, Silence.LATE: State.LATE}


def look_once(feed: WatchedFeed, store: NotifierStore, now: datetime) -> FeedState:
    """Return how a feed stands now; one that is paused is not read.

    Raises:
        SpoolError: The store cannot be read.
    """
    known, cursor = store.feed(feed.name)
    state = known or FeedState(feed.name)
    if state.pause is not None and state.pause.until > now:
        return state
    try:
        return _judged(feed, state._replace(pause=None), cursor, now)
    except CmtelError as exc:
        since = state.failing_since or now
        return state._replace(
            pause=None, state=State.BLIND, failing_since=since, failing_reason=exc.message
        )


def _judged(feed: WatchedFeed, state: FeedState, cursor: str | None, now: datetime) -> FeedState:
    records = feed.reader.read(cursor).records
    arrivals = past_arrivals(records, state.last_read_at, now, feed.batch_secs)
    last = arrivals[-1] if arrivals else state.last_arrival or now
    judgement = feed.judge.judge(now, last, state.suspended)
    is_overdue = judgement.silence is Silence.OVERDUE
    return state._replace(
        state=_STATES.get(judgement.silence, State.OK),
        last_arrival=last,
        last_read_at=now,
        judgement=judgement,
        failing_since=None,
        failing_reason="",
        stall=state.stall if is_overdue else None,
        blind=None,
    )
