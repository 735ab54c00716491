"""The parts of a notifier put together, and exchanged while it runs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.adapters.notifier_state.store import SqliteNotifierStore
from cmtel.adapters.sd_notify import SystemdNotify
from cmtel.adapters.uptime import SystemUptime
from cmtel.bootstrap.notifier_parts import NotifierParts
from cmtel.services.notifier.delivery import Delivery
from cmtel.services.notifier.digest import Digest, queue_notice
from cmtel.services.notifier.notifier import Notifier
from cmtel.services.notifier.outbox import Outbox
from cmtel.services.notifier.service import NotifierService
from cmtel.services.notifier.status_line import status_line
from cmtel.services.notifier.unfailing import Unfailing
from cmtel.services.notifier.watch import Watch, WatchedFeed


class Assembly:
    """A notifier, its outbox and its delivery, over one store."""

    def __init__(
        self, parts: NotifierParts, store: SqliteNotifierStore, clock: SystemClock,
        log: NotifierLog, systemd: SystemdNotify,
    ) -> None:  # fmt: skip
        self._parts = parts
        self._store = store
        self._clock = clock
        self._systemd = systemd
        self._is_ready = False
        self.logs = Unfailing(log, parts.system_log, parts.last_resort, self._checked)
        self.outbox = Outbox(store, parts.renderer, parts.outbox, parts.way_report)
        # A clock of its own: mails that the stop itself queues are to go out, too.
        self._delivery_clock = SystemClock()
        self.delivery = Delivery(
            store, self.outbox, parts.renderer, parts.servers, self._delivery_clock, self.logs,
            self.logs, self.logs, parts.delivery,
        )  # fmt: skip
        self.notifier = Notifier(
            parts.feeds.watched(), self._watch, store, clock, SystemUptime(), self.logs,
            parts.check_secs, on_shift=self.delivery.shift, digest=self._digest(),
            on_checked=self.logs.checked,
        )  # fmt: skip

    def service(
        self, look_at_settings: Callable[[], None], is_operators_stop: Callable[[], bool]
    ) -> NotifierService:
        """Return what runs it."""

        def before_tick() -> None:
            look_at_settings()
            self.look_at_feeds()

        return NotifierService(
            self.notifier, self.delivery, self._clock, self._delivery_clock, self.logs,
            before_tick=before_tick, is_operators_stop=is_operators_stop,
        )  # fmt: skip

    def exchange(self, parts: NotifierParts) -> None:
        """Go on with other settings; mails that wait stay as they were written."""
        self._parts, before = parts, self._parts
        self.logs.exchange(parts.system_log, parts.last_resort)
        self.outbox.reconfigure(parts.renderer, parts.outbox, parts.way_report)
        self.delivery.reconfigure(parts.renderer, parts.servers, parts.delivery)
        self.notifier.retime(parts.check_secs, self._digest())
        self.notifier.reconfigure(parts.feeds.watched())
        before.close()

    def look_at_feeds(self) -> None:
        """Take up feeds that have been found, or given up, by learning."""
        if self._parts.feeds.tick(self._now()):
            self.notifier.reconfigure(self._parts.feeds.watched())

    def warn_admins(self, why: str) -> None:
        """Mail the administrators that the notifier itself has trouble."""
        if self._parts.admins:
            queue_notice(self._store, self.outbox, self._parts.admins, why, self._now())

    def close(self) -> None:
        """Let go of the feeds."""
        self._parts.close()

    def _watch(self, feed: WatchedFeed) -> Watch:
        return Watch(feed, self._store, self.outbox, self.logs)

    def _digest(self) -> Digest | None:
        settings = self._parts.digest
        return Digest(self._store, self.outbox, settings) if settings is not None else None

    def _checked(self) -> None:
        """Tell the service manager, and whoever pings; called through ``logs``."""
        line = status_line(self.notifier.watches, self._now())
        if not self._is_ready:
            self._systemd.ready(line)
            self._is_ready = True
        self._systemd.checked(line)
        self._parts.ping()

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
