"""What operators ask of a running notifier, from another process, through its store.

A request is left in the store; the service looks there every two seconds, does it, and takes the
request away in the same transaction as the state that came of it. So when the request is gone, the
state says what became of it. Where no service runs the request stays, and is done at the next
start; a pause or downtime that is over by then is dropped.

What is so already is not asked for again, so every verb may be given twice; unless something else
that was asked for still waits, for then nobody knows yet what will be so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from cmtel.domain.incidents.rules import DEFAULT_PAUSE
from cmtel.domain.incidents.states import Downtime, FeedState
from cmtel.errors import CmtelError, ServiceNotRunning, ServiceTimeout, UsageError
from cmtel.services.notifier.changes import Request
from cmtel.services.notifier.ports import NotifierStore
from cmtel.services.ports import Clock

#: How long the service is waited for: it looks every 2 s, and may be reading a slow database.
PATIENCE_SECS = 10.0
_LOOK_EVERY_SECS = 0.1


class Answer(NamedTuple):
    """A feed that was asked about: its state now, and whether this request changed it."""

    state: FeedState
    is_changed: bool


class Asking:
    """Asks; used by one thread. All methods take the name of a feed, or None for all feeds.

    Raises:
        UsageError: From every method: there is no such feed; the hint names those that are.
        ServiceNotRunning: From every method: the request was left, and nobody is there to do it.
        ServiceTimeout: From every method: the service did not do it in time; the request stays.
    """

    def __init__(
        self, store: NotifierStore, clock: Clock, process_id: Callable[[], int | None], *,
        patience_secs: float = PATIENCE_SECS,
    ) -> None:  # fmt: skip
        """``process_id``: of the service that works on the store, if any."""
        self._store = store
        self._clock = clock
        self._process_id = process_id
        self._patience_secs = patience_secs

    def ack(self, feed: str | None, by: str, reason: str) -> list[Answer]:
        """Acknowledge the open stalls: no repeats until charging is back.

        Raises:
            CmtelError: Nothing is stalled.
        """
        stalled = [state for state in self.states(feed) if state.stall is not None]
        if not stalled:
            hint = "'cmtel notifier check' shows the feeds. One that is blind is mailed only once."
            raise CmtelError("Nothing is stalled; there is nothing to acknowledge.", hint=hint)
        todo = [state.feed for state in stalled if state.stall and state.stall.ack is None]
        return self._ask("ack", stalled, todo, {"by": by, "reason": reason})

    def unack(self, feed: str | None, by: str) -> list[Answer]:
        """Take acknowledgements back: repeats go on."""
        states = self.states(feed)
        todo = [state.feed for state in states if state.stall and state.stall.ack]
        return self._ask("unack", states, todo, {"by": by})

    def pause(self, feed: str | None, by: str, reason: str, until: datetime | None) -> list[Answer]:
        """Stop reading and mailing; ``until`` None: for eight hours, or as long as it is paused."""
        states = self.states(feed)
        todo = [s.feed for s in states if s.pause is None or until not in (None, s.pause.until)]
        ends = until or self._clock.now() + DEFAULT_PAUSE
        told = {"by": by, "reason": reason, "until": ends.isoformat()}
        return self._ask("pause", states, todo, told)

    def resume(self, feed: str | None, by: str) -> list[Answer]:
        """Go on with what was paused."""
        states = self.states(feed)
        todo = [state.feed for state in states if state.pause is not None]
        return self._ask("resume", states, todo, {"by": by})

    def add_downtime(
        self, feed: str | None, by: str, reason: str, span: tuple[datetime, datetime]
    ) -> list[Answer]:
        """Announce work, from and until; already so where such an announced work has this span."""
        states = self.states(feed)
        todo = [state.feed for state in states if not _covers(state.downtimes, span)]
        told = {"starts": span[0].isoformat(), "until": span[1].isoformat(), "id": uuid4().hex[:8]}
        return self._ask("downtime-add", states, todo, {"by": by, "reason": reason, **told})

    def remove_downtime(self, feed: str | None, by: str, id_: str) -> list[Answer]:
        """End announced work now, or call it off.

        Raises:
            CmtelError: There is none of that id.
        """
        now = self._clock.now()
        states = [s for s in self.states(feed) if any(work.id == id_ for work in s.downtimes)]
        if not states:
            hint = "'cmtel notifier downtime list' shows the ids."
            message = f"There is no downtime {id_}: it is over, or not taken by the notifier yet."
            raise CmtelError(message, hint=hint)
        todo = [s.feed for s in states if any(w.id == id_ and w.ends_at > now for w in s.downtimes)]
        return self._ask("downtime-remove", states, todo, {"by": by, "id": id_})

    def states(self, feed: str | None) -> list[FeedState]:
        """Return the states of the feed, or of all."""
        return states_of(self._store, feed)

    def _ask(
        self, verb: str, states: Iterable[FeedState], todo: list[str], told: Mapping[str, str]
    ) -> list[Answer]:
        states = list(states)
        waiting = {request.feed for request in self._store.requests()}
        unsure = {state.feed for state in states if waiting & {None, state.feed}}
        asked = sorted({*todo, *unsure})
        self._wait_for({self._store.add_request(Request(verb, feed, told)) for feed in asked})
        return [
            Answer(self._store.feed(state.feed)[0] or state, state.feed in asked)
            for state in states
        ]

    def _wait_for(self, ids: set[int]) -> None:
        """Wait until the service has done the requests."""
        if ids and self._process_id() is None:
            raise ServiceNotRunning(
                "The notifier is not running; what was asked is kept, and done when it starts.",
                hint="'cmtel notifier run' starts it here.",
            )
        began = self._clock.monotonic()
        while ids & {request.id for request in self._store.requests()}:
            waited_secs = self._clock.monotonic() - began
            if waited_secs >= self._patience_secs or self._clock.wait(_LOOK_EVERY_SECS):
                raise ServiceTimeout(
                    f"The notifier (process {self._process_id()}) has not done it within"
                    f" {waited_secs:.0f} s; it is kept, and done as soon as the notifier can.",
                    wanted="done",
                    seen="waiting",
                    waited_secs=waited_secs,
                )


def states_of(store: NotifierStore, feed: str | None) -> list[FeedState]:
    """Return the states of a feed, or of all that are watched.

    Raises:
        UsageError: There is no such feed.
    """
    names = store.feeds()
    if feed is not None and feed not in names:
        known = f"There are {', '.join(names)}." if names else "The notifier has seen none yet."
        raise UsageError(f"There is no feed {feed!r}.", hint=known)
    states = [store.feed(name)[0] for name in names if feed in (None, name)]
    return [state for state in states if state is not None]


def _covers(announced: Iterable[Downtime], span: tuple[datetime, datetime]) -> bool:
    """Tell whether work until that same end, begun no later, is announced already."""
    return any(work.starts_at <= span[0] and work.ends_at == span[1] for work in announced)
