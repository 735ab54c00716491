"""One feed: read it, judge the silence, step the state machine, commit.

A read that fails, or a judge that cannot judge, is an event like any other (row 9); nothing that
a feed does ends the service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from cmtel.domain.incidents import events
from cmtel.domain.incidents.actions import Action, Archive, Level, Log, QueueMail
from cmtel.domain.incidents.rules import IncidentRules
from cmtel.domain.incidents.states import FeedState, Judgement
from cmtel.domain.incidents.step import step
from cmtel.domain.incidents.wake import wake_at
from cmtel.errors import CmtelError
from cmtel.services.notifier.arrivals import clock_warning, live_arrivals, past_arrivals
from cmtel.services.notifier.catch_up import CaughtUp, Grid, catch_up
from cmtel.services.notifier.changes import Changes, HistoryEvent, Residual
from cmtel.services.notifier.outbox import Outbox
from cmtel.services.notifier.ports import (
    EventLog,
    FeedReader,
    FeedReading,
    Judge,
    NotifierStore,
)

#: Of a longer backlog only the end is observed: enough for today's level.
_MOST_OBSERVED = 5_000
Done = list[tuple[datetime, Action]]


@dataclass(frozen=True, slots=True)
class WatchedFeed:
    """A feed, and how it is watched. Made anew when the settings change."""

    name: str
    reader: FeedReader
    judge: Judge
    rules: IncidentRules
    batch_secs: float = 2.0
    max_lag: timedelta = timedelta(days=1)


class _Look(NamedTuple):
    """A read, judged and stepped."""

    reading: FeedReading
    judgement: Judgement
    changes: Changes
    done: Done


class Watch:
    """Watches one feed; used by one thread."""

    def __init__(
        self, feed: WatchedFeed, store: NotifierStore, outbox: Outbox, log: EventLog
    ) -> None:
        """Load the feed's state.

        Raises:
            SpoolError: The store cannot be read.
        """
        self.feed = feed
        self._store = store
        self._outbox = outbox
        self._log = log
        state, self._cursor = store.feed(feed.name)
        self.state = state or FeedState(feed.name)
        #: Of the last good read in this run; None before it, and after one that failed.
        self.judgement: Judgement | None = None
        #: The next read looks at a time in which nobody looked.
        self._has_gap = True
        self._is_rejudged = False
        self._last_warning = ""

    def wake_at(self, now: datetime) -> datetime | None:
        """Return when this feed wants to be looked at, beside the regular checks."""
        return wake_at(self.state, self.judgement, now, self.feed.rules)

    def apply(self, event: events.Event, now: datetime, done_requests: Sequence[int] = ()) -> None:
        """Step the machine with an event that is no read, and commit."""
        was_paused = self.state.pause is not None
        state, actions = step(self.state, event, now, self.feed.rules)
        self._has_gap = self._has_gap or (was_paused and state.pause is None)
        changes = Changes(state=state, done_requests=list(done_requests))
        self._commit(changes, [(now, action) for action in actions], now)

    def reconfigure(self, feed: WatchedFeed, now: datetime) -> None:
        """Go on with other settings; the next read judges anew by them and says so."""
        before, after = _limits(self.feed), _limits(feed)
        self.feed = feed
        self._is_rejudged = True
        fields = (("feed", feed.name), ("result", "settings changed"), *_changed(before, after))
        self._log.write(now, Log(Level.INFO, "CONFIG", fields))

    def check(self, now: datetime, grid: Grid) -> bool:
        """Read and judge once, and commit; False if the feed is paused or could not be read."""
        if self.state.pause is not None:
            return False
        try:
            look = self._look(now, grid)
        except CmtelError as exc:
            return self._failed(exc.message, now)
        except Exception as exc:  # noqa: BLE001 - a faulty feed must not silence the others
            return self._failed(f"{type(exc).__name__}: {exc}", now)
        self._commit(look.changes, look.done, now)
        self._warn_of_clocks(look.reading, now)
        self.judgement = look.judgement
        self._has_gap = self._is_rejudged = False
        return True

    def _failed(self, reason: str, now: datetime) -> bool:
        self.judgement = None
        self._has_gap = True
        self.apply(events.ReadFailed(reason), now)
        return False

    def _look(self, now: datetime, grid: Grid) -> _Look:
        """Read, judge and step; nothing is committed yet."""
        reading = self.feed.reader.read(self._cursor)
        arrivals = self._arrivals(reading, now)
        first = reading.records[0].text if reading.records else ""
        gaps = self._observe(arrivals)
        caught = self._caught_up(arrivals, first, now, grid)
        last = caught.left[-1] if caught.left else caught.state.last_arrival or now
        judgement = self._verdict(now, last, caught.state)
        read = events.Read(judgement, caught.left, first, is_rejudged=self._is_rejudged)
        state, actions = step(caught.state, read, now, self.feed.rules)
        changes = Changes(state=state, cursor=reading.cursor, residuals=gaps)
        done = caught.done + [(now, action) for action in actions]
        return _Look(reading, judgement, changes, done)

    def _caught_up(
        self, arrivals: tuple[datetime, ...], first: str, now: datetime, grid: Grid
    ) -> CaughtUp:
        """Make up for a time in which nobody looked; blindness is none: row 10 is for that."""
        if not self._has_gap or self.state.failing_since is not None:
            return CaughtUp(self.state, [], arrivals)
        return catch_up(self.state, arrivals, first, now, grid, self._verdict, self.feed.rules)

    def _verdict(self, at: datetime, last_arrival: datetime, state: FeedState) -> Judgement:
        return self.feed.judge.judge(at, last_arrival, state.suspended)

    def _arrivals(self, reading: FeedReading, now: datetime) -> tuple[datetime, ...]:
        if not self._has_gap:
            return live_arrivals(reading.records, now, self.feed.batch_secs)
        since = self.state.last_read_at
        return past_arrivals(reading.records, since, now, self.feed.batch_secs)

    def _observe(self, arrivals: Sequence[datetime]) -> list[Residual]:
        """Tell the judge of the arrivals, and return the gaps before them."""
        gaps = []
        previous = self.state.last_arrival if len(arrivals) <= _MOST_OBSERVED else None
        for arrival in arrivals[-_MOST_OBSERVED:]:
            if previous is not None:
                expected = self.feed.judge.observe(previous, arrival)
                secs = (arrival - previous).total_seconds()
                gaps.append(Residual(self.feed.name, arrival, secs, expected))
            previous = arrival
        return gaps

    def _commit(self, changes: Changes, done: Done, now: datetime) -> None:
        """Write state, mails and history together; then the log, which may fail."""
        logs = [(at, action) for at, action in done if isinstance(action, Log)]
        changes.events += [HistoryEvent(at, log) for at, log in logs]
        changes.archived += [a.incident for _, a in done if isinstance(a, Archive)]
        with self._store.exclusive():
            for _, action in done:
                if isinstance(action, QueueMail):
                    self._outbox.queue(changes, action, now)
            self._store.commit(changes)
        self.state = changes.state or self.state
        self._cursor = changes.cursor if changes.cursor is not None else self._cursor
        for at, log in logs:
            self._log.write(at, log)

    def _warn_of_clocks(self, reading: FeedReading, now: datetime) -> None:
        """Say once that records are dated ahead, or come late; it never hides a stall."""
        warning = clock_warning(reading.records, now, self.feed.max_lag)
        kind = warning[0] if warning else ""
        if warning and kind != self._last_warning:
            fields = (("feed", self.feed.name), ("warning", kind), ("by", str(warning[1])))
            self._log.write(now, Log(Level.WARNING, "CLOCK", fields))
        if reading.records:
            self._last_warning = kind


def _limits(feed: WatchedFeed) -> dict[str, str]:
    rules = feed.rules
    return {name: str(getattr(rules, name)) for name in rules.__slots__ if name != "namespace"}


def _changed(before: dict[str, str], after: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (name, f"{before[name]} -> {after[name]}") for name in after if before[name] != after[name]
    )
