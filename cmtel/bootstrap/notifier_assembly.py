"""The parts of a notifier put together, and exchanged while it runs."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.adapters.notifier_state.store import SqliteNotifierStore
from cmtel.adapters.uptime import SystemUptime
from cmtel.bootstrap.herald import Herald
from cmtel.bootstrap.notifier_parts import NotifierParts
from cmtel.services.notifier.check import notifier_document
from cmtel.services.notifier.delivery import Delivery
from cmtel.services.notifier.digest import Digest, queue_notice
from cmtel.services.notifier.notifier import Notifier
from cmtel.services.notifier.outbox import Outbox
from cmtel.services.notifier.public_status import public_status
from cmtel.services.notifier.service import NotifierService
from cmtel.services.notifier.status_line import status_line
from cmtel.services.notifier.unfailing import Unfailing
from cmtel.services.notifier.watch import Watch, WatchedFeed

#: What a check may take on top of its interval before systemd takes the service for dead.
_SLACK_SECS = 30


class Assembly:
    """A notifier, its outbox and its delivery, over one store."""

    def __init__(
        self, parts: NotifierParts, store: SqliteNotifierStore, clock: SystemClock,
        log: NotifierLog, herald: Herald,
    ) -> None:  # fmt: skip
        self._parts = parts
        self._store = store
        self._clock = clock
        self._herald = herald
        self._has_checked = False
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
            before_tick=before_tick,
            after_tick=lambda: self._herald.look(self._status), is_operators_stop=is_operators_stop,
        )  # fmt: skip

    def exchange(self, parts: NotifierParts) -> None:
        """Go on with other settings; mails that wait stay as they were written."""
        self._parts, before = parts, self._parts
        self.logs.exchange(parts.system_log, parts.last_resort)
        self.outbox.reconfigure(parts.renderer, parts.outbox, parts.way_report)
        self.delivery.reconfigure(parts.renderer, parts.servers, parts.delivery)
        self.notifier.retime(parts.check_secs, self._digest())
        self.notifier.reconfigure(parts.feeds.watched())
        self._herald.watchdog(_watchdog(parts.check_secs))
        before.close()

    def look_at_feeds(self) -> None:
        """After each check: learn, and take up feeds that were found, or given up, by learning."""
        if not self._has_checked:
            return
        self._has_checked = False
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
        self._has_checked = True
        line = status_line(self.notifier.watches, self._now())
        self._herald.ready(line, _watchdog(self._parts.check_secs))
        self._herald.alive(line)
        self._parts.ping()

    def _status(self) -> dict[str, Any]:
        found = notifier_document(self._store, self._now(), os.getpid())
        return public_status(found)

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def _watchdog(check_secs: int) -> timedelta:
    """Three checks that do not finish: it hangs. A check may read slow feeds one after another."""
    return timedelta(seconds=3 * check_secs + _SLACK_SECS)
