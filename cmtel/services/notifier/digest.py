"""The daily sign of life: that the notifier runs, and what it saw in 24 hours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import uuid5
from zoneinfo import ZoneInfo

from cmtel.domain.incidents.actions import QueueMail
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import MailState
from cmtel.services.notifier.changes import Changes
from cmtel.services.notifier.outbox import Outbox
from cmtel.services.notifier.ports import NotifierStore
from cmtel.services.notifier.watch import Watch

_META = "digest_date"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """At ``daily_at`` in ``zone``, to ``recipients``."""

    recipients: tuple[str, ...]
    zone: ZoneInfo
    daily_at: time = time(8, 0)


def queue_notice(
    store: NotifierStore, outbox: Outbox, recipients: tuple[str, ...], why: str, now: datetime
) -> None:
    """Tell the administrators that the notifier itself has trouble."""
    notice_id = str(uuid5(store.namespace, f"notice/{now.isoformat()}/{why}"))
    facts = MailFacts("", now, why=why)
    changes = Changes()
    with store.exclusive():
        mail = QueueMail(MailKind.NOTICE, notice_id, notice_id, 1, recipients, facts)
        outbox.queue(changes, mail, now)
        store.commit(changes)


class Digest:
    """Queues one mail a day; which day was done is kept in the store."""

    def __init__(self, store: NotifierStore, outbox: Outbox, settings: DigestSettings) -> None:
        self._store = store
        self._outbox = outbox
        self._settings = settings

    def look(self, now: datetime, watches: Sequence[Watch]) -> bool:
        """Queue today's digest if its time has come; False if not. The first day has none."""
        local = now.astimezone(self._settings.zone)
        day = local.date().isoformat()
        last = self._store.meta(_META)
        if last == day or local.time() < self._settings.daily_at:
            return False
        changes = Changes(meta={_META: day})
        with self._store.exclusive():
            if last is not None:
                self._outbox.queue(changes, self._mail(day, now, watches), now)
            self._store.commit(changes)
        return last is not None

    def _mail(self, day: str, now: datetime, watches: Sequence[Watch]) -> QueueMail:
        digest_id = str(uuid5(self._store.namespace, f"digest/{day}"))
        lines = [line for watch in watches for line in self._feed_lines(watch, now)]
        lines += self._mail_lines(now)
        facts = MailFacts("", now - _DAY, until=now, lines=tuple(lines))
        return QueueMail(MailKind.DIGEST, digest_id, digest_id, 1, self._settings.recipients, facts)

    def _feed_lines(self, watch: Watch, now: datetime) -> list[tuple[str, str]]:
        name = watch.feed.name
        gaps = self._store.residuals(name, now - _DAY)
        lines = [(f"{name}.state", watch.state.state.value), (f"{name}.calls", str(len(gaps)))]
        if gaps:
            longest = max(gaps, key=lambda gap: gap.gap_secs)
            lines.append((f"{name}.longest_gap_secs", str(round(longest.gap_secs))))
            if longest.expected is not None:
                lines.append((f"{name}.longest_gap_expected", f"{longest.expected:.1f}"))
        if watch.judgement is not None and watch.judgement.limit is not None:
            lines.append((f"{name}.limit", f"{watch.judgement.limit:.1f}"))
        return lines

    def _mail_lines(self, now: datetime) -> list[tuple[str, str]]:
        waiting = self._store.open_rows()
        oldest = min((row.created_at for row in waiting), default=None)
        failed = [row for row in waiting if row.state is MailState.DEFERRED]
        lines = [
            ("mails.sent", str(self._store.accepted_since(now - _DAY))),
            ("mails.waiting", str(len(waiting))),
            ("mails.failing", str(len(failed))),
        ]
        if oldest is not None:
            lines.append(("mails.oldest_waiting_days", str((now - oldest) // _DAY)))
        return lines
