"""The loop: looks at every feed each X, and in between when a feed wants it.

* Fixed rate on the monotonic clock: no drift, and checks that were missed collapse into one.
* A feed is also looked at when its alarm, its confirming read or its timers are due.
* A clock that jumped stops judging for one interval (notifier.md 2.1).
* Requests of operators are looked for between two waits, which are short.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cmtel.domain.incidents import events
from cmtel.domain.incidents.actions import Level, Log
from cmtel.errors import SpoolError
from cmtel.services.notifier.catch_up import Grid
from cmtel.services.notifier.changes import Changes
from cmtel.services.notifier.digest import Digest
from cmtel.services.notifier.jumps import JumpWatch
from cmtel.services.notifier.ports import EventLog, NotifierStore, Uptime
from cmtel.services.notifier.requests import event_of
from cmtel.services.notifier.watch import Watch, WatchedFeed
from cmtel.services.ports import Clock

#: The longest wait: how late an operator's request may be seen.
MOST_WAIT_SECS = 2.0
#: Never shorter, so that a timer in the past cannot spin.
LEAST_WAIT_SECS = 0.05
#: The longest pause after the state could not be written.
MOST_PAUSE_SECS = 10
#: History, gaps and mails that ended are kept so long: a year, for the longest learning time.
KEEP = timedelta(days=370)
_DAY_SECS = 86_400


class Notifier:
    """Evaluates all feeds; used by one thread."""

    def __init__(
        self, feeds: Sequence[WatchedFeed], make_watch: Callable[[WatchedFeed], Watch],
        store: NotifierStore, clock: Clock, uptime: Uptime, log: EventLog, check_secs: int, *,
        on_shift: Callable[[timedelta], None] = lambda _: None, digest: Digest | None = None,
        on_checked: Callable[[], None] = lambda: None, most_wait_secs: float = MOST_WAIT_SECS,
    ) -> None:  # fmt: skip
        """Make it; nothing is read yet.

        Args:
            feeds: What is watched; at least one.
            make_watch: Loads the state of a feed.
            check_secs: X.
            on_shift: Called with the step by which the wall clock was set (the outbox's waits).
            digest: The daily mail; None: there is none.
            most_wait_secs: The longest wait, which is how late a request is seen.
            on_checked: Called when a check has finished (the service manager's watchdog).
        """
        self._make_watch = make_watch
        self.watches = [make_watch(feed) for feed in feeds]
        self._store = store
        self._clock = clock
        self._uptime = uptime
        self._log = log
        self._check_secs = check_secs
        self._on_shift = on_shift
        self._on_checked = on_checked
        self._digest = digest
        self._next_purge_secs = 0.0
        self._most_wait_secs = most_wait_secs
        self._jumps = JumpWatch(clock, uptime, check_secs)
        self._next_check_secs = clock.monotonic()
        self._held_until_secs = 0.0
        self._wakes: dict[str, datetime | None] = {}
        self._grid_anchor = self._now()

    def run(self) -> None:
        """Evaluate until the clock is stopping; :meth:`start` comes before, :meth:`stop` after."""
        while not self._clock.wait(self.tick()):
            pass

    def start(self) -> None:
        """Row 16: take every feed up where it was left; close what is no longer watched."""
        now = self._now()
        watched = {watch.feed.name for watch in self.watches}
        for watch in self.watches:
            watch.apply(events.Started(), now)
        for name in self._store.feeds():
            if name not in watched:
                # Its settings are gone; closing needs no more of them than anybody's.
                self._retire(self._make_watch(replace(self.watches[0].feed, name=name)), now)

    def stop(self, *, is_by_operator: bool) -> None:
        """Row 15."""
        now = self._now()
        for watch in self.watches:
            watch.apply(events.Stopped(is_by_operator), now)

    def tick(self) -> float:
        """Do what is due now, and return the seconds to wait for the next."""
        self._look_at_clocks()
        now = self._now()
        self._answer_requests(now)
        is_check = self._clock.monotonic() >= self._next_check_secs
        if is_check:
            self._schedule()
        if self._clock.monotonic() >= self._held_until_secs:
            for watch in self.watches:
                if is_check or self._is_awake(watch, now):
                    self._try(watch, now)
            if is_check:
                self._end_check(now)
        return self._wait_secs()

    def retime(self, check_secs: int, digest: Digest | None) -> None:
        """Go on with another interval and another digest."""
        self._digest = digest
        if check_secs != self._check_secs:
            self._check_secs = check_secs
            self._jumps = JumpWatch(self._clock, self._uptime, check_secs)

    def reconfigure(self, feeds: Sequence[WatchedFeed]) -> None:
        """Go on with other feeds or rules: judge at once by the new ones (notifier.md 2.6, 8)."""
        now = self._now()
        by_name = {feed.name: feed for feed in feeds}
        for gone in [watch for watch in self.watches if watch.feed.name not in by_name]:
            self._retire(gone, now)
            self.watches.remove(gone)
        known = {watch.feed.name: watch for watch in self.watches}
        for name, feed in by_name.items():
            if name in known:
                known[name].reconfigure(feed, now)
            else:
                self.watches.append(self._make_watch(feed))
        self._next_check_secs = self._clock.monotonic()
        self._grid_anchor = now

    def _retire(self, watch: Watch, now: datetime) -> None:
        """Stop watching a feed; those who were told of an incident of it are told so."""
        watch.apply(events.FeedRemoved(), now)
        self._store.commit(Changes(forgotten_feed=watch.feed.name))

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _look_at_clocks(self) -> None:
        jump = self._jumps.look()
        if jump is None:
            return
        now = self._now()
        slept_secs = round((jump.slept[1] - jump.slept[0]).total_seconds()) if jump.slept else 0
        step_secs = round(jump.step.total_seconds())
        entry = _entry(Level.WARNING, "CLOCK_JUMP", step_secs=step_secs, slept_secs=slept_secs)
        self._log.write(now, entry)
        for watch in self.watches:
            watch.apply(jump, now)
        self._on_shift(jump.step)
        self._grid_anchor += jump.step + timedelta(seconds=slept_secs)
        self._held_until_secs = self._clock.monotonic() + self._check_secs

    def _answer_requests(self, now: datetime) -> None:
        for request in self._store.requests():
            event = event_of(request, now, self._store.namespace)
            asked = [w for w in self.watches if request.feed in (None, w.feed.name)]
            if event is None or not asked:
                entry = _entry(
                    Level.ERROR, "REQUEST", verb=request.verb, feed=request.feed,
                    result="not done: no such feed, not understood, or over by now",
                )  # fmt: skip
                self._log.write(now, entry)
                self._store.commit(Changes(done_requests=[request.id]))
                continue
            for watch in asked:
                is_last = watch is asked[-1]
                watch.apply(event, now, [request.id] if is_last else [])
                self._wakes[watch.feed.name] = now

    def _schedule(self) -> None:
        """Set the next check; those that were missed are left out."""
        missed = (self._clock.monotonic() - self._next_check_secs) // self._check_secs
        self._next_check_secs += (missed + 1) * self._check_secs

    def _is_awake(self, watch: Watch, now: datetime) -> bool:
        wake = self._wakes.get(watch.feed.name)
        return wake is not None and now >= wake

    def _try(self, watch: Watch, now: datetime) -> None:
        """Look at a feed; if the state cannot be written, the next look does it all again."""
        try:
            self._look(watch, now)
        except SpoolError as exc:
            entry = _entry(Level.ERROR, "STATE", feed=watch.feed.name, error=exc.message)
            self._log.write(now, entry)
            # What was due is still due: without a pause it would be tried twenty times a second.
            pause = timedelta(seconds=min(self._check_secs, MOST_PAUSE_SECS))
            self._wakes[watch.feed.name] = now + pause

    def _end_check(self, now: datetime) -> None:
        """The daily things; then the watchdog may know that a check has finished."""
        try:
            if self._digest is not None:
                self._digest.look(now, self.watches)
            if self._clock.monotonic() >= self._next_purge_secs:
                self._next_purge_secs = self._clock.monotonic() + _DAY_SECS
                self._store.purge(now - KEEP)
        except SpoolError as exc:
            self._log.write(now, _entry(Level.ERROR, "STATE", error=exc.message))
        self._on_checked()

    def _look(self, watch: Watch, now: datetime) -> None:
        pause = watch.state.pause
        if pause is not None and now >= pause.until:
            watch.apply(events.TimePassed(), now)
        watch.check(now, Grid(self._grid_anchor, timedelta(seconds=self._check_secs)))
        self._wakes[watch.feed.name] = watch.wake_at(now)

    def _wait_secs(self) -> float:
        now, now_secs = self._now(), self._clock.monotonic()
        waits = [self._most_wait_secs, self._next_check_secs - now_secs]
        if now_secs >= self._held_until_secs:
            waits += [(wake - now).total_seconds() for wake in self._wakes.values() if wake]
        return max(LEAST_WAIT_SECS, min(waits))


def _entry(level: Level, topic: str, **fields: str | int | None) -> Log:
    return Log(level, topic, tuple(fields.items()))
