"""From actions to rows of the outbox: who gets which mail, and which mails that wait lapse."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cmtel.domain.incidents.actions import QueueMail
from cmtel.domain.mails.allowance import Allowance, repeat_allowance
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.message_id import GROUP, message_id
from cmtel.domain.mails.outbox import MailState, OutboxRow
from cmtel.domain.mails.recipients import is_channel
from cmtel.domain.mails.settle import settle
from cmtel.domain.way import Stop, where_it_stopped
from cmtel.services.notifier.changes import Changes
from cmtel.services.notifier.ports import MailOrder, NotifierStore, Renderer, WayReport

#: Mails that say where the stream stopped.
_WITH_WAY = frozenset({MailKind.FIRST, MailKind.REPEAT, MailKind.JOINING, MailKind.BLIND})


@dataclass(frozen=True, slots=True)
class OutboxSettings:
    """``host`` stands in message ids; ``is_group``: one mail to all, in place of one each."""

    host: str
    max_per_day: int = 48
    is_group: bool = False


class Outbox:
    """Writes mails and puts them into the changes of a step; commits nothing itself."""

    def __init__(
        self,
        store: NotifierStore,
        renderer: Renderer,
        settings: OutboxSettings,
        way_report: WayReport | None = None,
    ) -> None:
        self._store = store
        self._renderer = renderer
        self.settings = settings
        self._way_report = way_report

    def reconfigure(
        self, renderer: Renderer, settings: OutboxSettings, way_report: WayReport | None
    ) -> None:
        """Go on with other words; mails that wait stay as they were written."""
        self._renderer, self.settings, self._way_report = renderer, settings, way_report

    def queue(self, changes: Changes, mail: QueueMail, now: datetime) -> None:
        """Queue a mail to each recipient who may have it, and settle what waits for them."""
        stop = self._stop(mail)
        allowed = {
            to: allowance
            for to in mail.recipients
            if (allowance := self._allowance(mail.kind, to, now)).is_allowed
        }
        undeliverable = self._undeliverable(mail.incident_id)
        for group in self._groups(tuple(allowed)):
            is_capped = any(allowed[to].is_capped for to in group)
            facts = mail.facts.at_queueing(stop, is_capped=is_capped)
            self._write(changes, mail, group, facts, undeliverable, now)
        for to in allowed:
            self.settle(changes, mail.incident_id, to, now)

    def settle(self, changes: Changes, incident_id: str, recipient: str, now: datetime) -> None:
        """Supersede and merge what waits for a recipient, changes of this step included."""
        rows = {row.key: row for row in self._store.rows(incident_id, recipient)}
        for key, row in changes.rows.items():
            if key[0] == incident_id and key[2] == recipient:
                rows[key] = row
        for row in settle(rows.values(), now):
            is_summary = row.kind is MailKind.SUMMARY and row.is_waiting
            changes.rows[row.key] = self._summary(row, now) if is_summary else row

    def _groups(self, recipients: tuple[str, ...]) -> list[tuple[str, ...]]:
        """Return who gets a mail together; channels get theirs alone, always."""
        if not self.settings.is_group:
            return [(to,) for to in recipients]
        alone = [(to,) for to in recipients if is_channel(to)]
        return [tuple(to for to in recipients if not is_channel(to)), *alone]

    def _write(
        self, changes: Changes, mail: QueueMail, group: tuple[str, ...], facts: MailFacts,
        undeliverable: tuple[str, ...], now: datetime,
    ) -> None:  # fmt: skip
        if not group:
            return
        is_group = self.settings.is_group and not is_channel(group[0])
        addressed = GROUP if is_group else group[0]
        id_of_message = message_id(mail.incident_id, mail.seq, addressed, self.settings.host)
        root = self._store.thread_root(mail.thread_id, group[0])
        others = tuple(to for to in undeliverable if to not in group)
        order = MailOrder(
            mail.kind, group, id_of_message, root, mail.incident_id, mail.seq, facts, now, others
        )
        message = self._renderer.render(order)
        for to in group:
            row = OutboxRow(
                mail.incident_id, mail.thread_id, mail.seq, mail.kind, to, id_of_message, root,
                message, facts, now, now,
            )  # fmt: skip
            changes.rows[row.key] = row

    def _summary(self, row: OutboxRow, now: datetime) -> OutboxRow:
        """Write the mail that says in one what two should have said."""
        own = message_id(row.incident_id, row.seq, row.recipient, self.settings.host)
        key = (row.incident_id, row.seq)
        order = MailOrder(row.kind, (row.recipient,), own, row.references, *key, row.facts, now)
        message = self._renderer.render(order)
        return row._replace(message_id=own, message=message, next_try=now)

    def _allowance(self, kind: MailKind, recipient: str, now: datetime) -> Allowance:
        if kind is not MailKind.REPEAT:
            return Allowance(is_allowed=True)
        record = self._store.mail_record(recipient, now)
        return repeat_allowance(record, self.settings.max_per_day, now)

    def _undeliverable(self, incident_id: str) -> tuple[str, ...]:
        """Return whose last mail of this incident was refused."""
        last: dict[str, OutboxRow] = {}
        for row in sorted(self._store.rows(incident_id), key=lambda row: row.seq):
            if row.state in (MailState.ACCEPTED, MailState.REFUSED):
                last[row.recipient] = row
        return tuple(to for to, row in last.items() if row.state is MailState.REFUSED)

    def _stop(self, mail: QueueMail) -> Stop | None:
        if self._way_report is None or mail.kind not in _WITH_WAY:
            return None
        way = self._way_report.way(mail.facts.feed)
        return where_it_stopped(way, mail.facts.silent_since) if way else None
