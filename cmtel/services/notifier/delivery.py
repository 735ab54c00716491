"""Delivery: rows of the outbox to mail servers, at least once each.

For one mail (:meth:`Delivery.deliver_once`):

1. Pick the first mail of each incident and recipient that is due, the oldest of all; mails of
   one Message-ID (mails to the group) go together.
2. Mark it SENDING, on disk. Who finds it so at a start does not know how that ended: UNCERTAIN.
3. Hand it to a server; if that one cannot do it for reasons of its own, to the next.
4. Log one line a recipient, then record the outcome, on disk, and settle what waits behind it.

A crash before 3 repeats an attempt that was none, one after it repeats one mail, with the same
Message-ID. Nothing is ever lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cmtel.domain.incidents.actions import Level, Log
from cmtel.domain.mails.outbox import MailState, OutboxRow
from cmtel.domain.mails.quiet import QuietHours
from cmtel.domain.mails.recipients import is_channel
from cmtel.domain.mails.replies import (
    Outcome,
    Reply,
    SendReport,
    Stage,
    is_for_next_server,
    outcome,
)
from cmtel.errors import SpoolError
from cmtel.services.notifier.changes import Changes
from cmtel.services.notifier.outbox import Outbox
from cmtel.services.notifier.ports import (
    Envelope,
    EventLog,
    LastResort,
    Mailer,
    NotifierStore,
    Renderer,
    SystemLog,
)
from cmtel.services.notifier.results import after_interruption, after_reply, mail_entry
from cmtel.services.notifier.servers import Servers
from cmtel.services.ports import Clock

#: A mail handed over later than this after it was written says both times.
LATE_AFTER = timedelta(minutes=5)
#: How often the outbox is looked at; a new mail leaves so late at most.
LOOK_EVERY_SECS = 1.0
#: At a stop mails are tried for so long; the rest goes out after the next start (row 15).
STOP_WITHIN_SECS = 3.0
_MINUTE_SECS = 60.0


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How mails go out.

    ``quiet``: by recipient, the hours in which his mails wait. ``resort_after``: nothing was
    accepted for so long: the last resort.
    """

    sender: str
    max_per_minute: int = 20
    resort_after: timedelta = timedelta(minutes=30)
    quiet: Mapping[str, QuietHours] = field(default_factory=dict)


class Delivery:
    """Delivers the outbox; used by one thread, beside the one that evaluates."""

    def __init__(
        self, store: NotifierStore, outbox: Outbox, renderer: Renderer, servers: Servers,
        clock: Clock, log: EventLog, system_log: SystemLog, last_resort: LastResort,
        settings: DeliverySettings,
    ) -> None:  # fmt: skip
        self._store = store
        self._outbox = outbox
        self._renderer = renderer
        self._servers = servers
        self._clock = clock
        self._log = log
        self._system_log = system_log
        self._last_resort = last_resort
        self._settings = settings
        self._sent_secs: deque[float] = deque()
        #: The mail servers as a whole (empty), or channels by their names.
        self._misconfigured: set[str] = set()

    def reconfigure(self, renderer: Renderer, servers: Servers, settings: DeliverySettings) -> None:
        """Go on with other servers and hours, from the next mail on."""
        with self._store.exclusive():
            self._renderer, self._servers, self._settings = renderer, servers, settings

    def start(self) -> None:
        """Row 16, step 3: what was being sent when the last run ended is uncertain; try again."""
        now = self._now()
        with self._store.exclusive():
            rows = [row for row in self._store.open_rows() if row.state is MailState.SENDING]
            changes = Changes(rows={row.key: after_interruption(row, now) for row in rows})
            self._store.commit(changes)
        for row in changes.rows.values():
            self._log.write(now, mail_entry(row, "", None, "interrupted"))

    def run(self) -> None:
        """Deliver until the clock is stopping, then what can be delivered at once."""
        while not self._clock.wait(LOOK_EVERY_SECS):
            self._deliver_all(lambda: self._clock.is_stopping)
        give_up_secs = self._clock.monotonic() + STOP_WITHIN_SECS
        self._deliver_all(lambda: self._clock.monotonic() >= give_up_secs)

    def _deliver_all(self, is_over: Callable[[], bool]) -> None:
        try:
            while not is_over() and self.deliver_once():
                pass
        except SpoolError as exc:
            entry = Log(Level.ERROR, "STATE", (("error", exc.message),))
            self._log.write(self._now(), entry)

    def deliver_once(self) -> bool:
        """Deliver one mail that is due; False if none is, or the minute's share is used up."""
        if not self._has_share():
            return False
        now = self._now()
        with self._store.exclusive():
            rows = self._expire(self._store.open_rows(), now)
            failing = self._failing(rows, now)
            rows = [failing.get(row.key, row) for row in rows]
            batch = [row._replace(state=MailState.SENDING) for row in self._due(rows, now)]
            changes = Changes(rows={**failing, **{row.key: row for row in batch}})
            if changes.rows:
                self._store.commit(changes)
        for row in failing.values():
            self._system_log.error(f"No mail server takes the mail {row.message_id}.")
            self._last_resort.resort(row)
        if batch:
            self._record(batch, *self._send(batch, now))
        return bool(batch)

    def next_due_at(self) -> datetime | None:
        """Return when something is due next; None if nothing waits."""
        tries = (row.next_try for row in self._store.open_rows() if row.next_try is not None)
        return min(tries, default=None)

    def shift(self, step: timedelta) -> None:
        """The wall clock was set by ``step``: waits go on as they were."""
        with self._store.exclusive():
            rows = [row for row in self._store.open_rows() if row.next_try is not None]
            moved = [row._replace(next_try=row.next_try + step) for row in rows if row.next_try]
            if moved:
                self._store.commit(Changes(rows={row.key: row for row in moved}))

    @property
    def is_misconfigured(self) -> bool:
        """True while servers answer that the settings are wrong (status DEGRADED)."""
        return bool(self._misconfigured)

    def _now(self) -> datetime:
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def _has_share(self) -> bool:
        now_secs = self._clock.monotonic()
        while self._sent_secs and now_secs - self._sent_secs[0] >= _MINUTE_SECS:
            self._sent_secs.popleft()
        return len(self._sent_secs) < self._settings.max_per_minute

    def _due(self, rows: Sequence[OutboxRow], now: datetime) -> list[OutboxRow]:
        """Return the mail to send now: one row, or all rows of a mail to the group."""
        heads: dict[tuple[str, str], OutboxRow] = {}
        for row in rows:
            head = heads.setdefault((row.incident_id, row.recipient), row)
            if row.seq < head.seq:
                heads[row.incident_id, row.recipient] = row
        due = [row for row in heads.values() if self._is_due(row, now)]
        first = min(due, key=lambda row: (row.created_at, row.seq), default=None)
        if first is None:
            return []
        return [row for row in due if row.message_id == first.message_id]

    def _is_due(self, row: OutboxRow, now: datetime) -> bool:
        if row.state is MailState.SENDING or row.next_try is None or row.next_try > now:
            return False
        quiet = self._settings.quiet.get(row.recipient)
        return quiet is None or not quiet.holds_back(row.kind, now)

    def _expire(self, rows: Sequence[OutboxRow], now: datetime) -> list[OutboxRow]:
        """End what has waited too long; return the others."""
        expired = [row for row in rows if row.is_expired(now)]
        if expired:
            ended = {
                row.key: row._replace(state=MailState.EXPIRED, next_try=None, finished_at=now)
                for row in expired
            }
            self._store.commit(Changes(rows=ended))
            for row in ended.values():
                self._log.write(now, mail_entry(row, "", None, "expired", Level.ERROR))
            return [row for row in rows if row.key not in ended]
        return list(rows)

    def _failing(
        self, rows: Sequence[OutboxRow], now: datetime
    ) -> dict[tuple[str, int, str], OutboxRow]:
        """Return what is to be told by other means, as nothing was accepted for long; marked."""
        limit = now - self._settings.resort_after
        failing = [
            row
            for row in rows
            if row.created_at <= limit
            and row.attempts > 0
            and row.is_waiting
            and not row.has_resorted
        ]
        accepted = self._store.last_accepted_at() if failing else None
        if accepted is not None and accepted > limit:
            return {}
        return {row.key: row._replace(has_resorted=True) for row in failing}

    def _send(self, batch: Sequence[OutboxRow], now: datetime) -> tuple[SendReport, Mailer]:
        """Try the servers in order until one answers for itself."""
        message = batch[0].message
        if now - batch[0].created_at > LATE_AFTER:
            message = self._renderer.mark_late(message, batch[0].created_at, now)
        envelope = Envelope(
            self._settings.sender,
            tuple(row.recipient for row in batch),
            f"{batch[0].incident_id}.{batch[0].seq}",
        )
        # Rows of one mail have one kind of recipients: channels get mails of their own.
        mailers = self._servers.in_order(batch[0].recipient, self._clock.monotonic())
        for mailer in mailers:
            report = self._hand_over(mailer, message, envelope)
            if mailer is mailers[-1] or not self._is_for_next(report):
                break
            for row in batch:
                reply = report.replies.get(row.recipient, _UNTRIED)
                self._log.write(self._now(), mail_entry(row, mailer.name, reply, "next server"))
        return report, mailer

    def _hand_over(self, mailer: Mailer, message: bytes, envelope: Envelope) -> SendReport:
        self._sent_secs.append(self._clock.monotonic())
        try:
            return mailer.send(message, envelope)
        except Exception as exc:  # noqa: BLE001 - a faulty mailer must not silence the notifier
            self._log.write(self._now(), _fault(mailer, exc))
            reply = Reply(Stage.END, None, f"{type(exc).__name__}: {exc}")
            return SendReport(dict.fromkeys(envelope.recipients, reply))

    @staticmethod
    def _is_for_next(report: SendReport) -> bool:
        return bool(report.replies) and all(map(is_for_next_server, report.replies.values()))

    def _record(self, batch: Sequence[OutboxRow], report: SendReport, mailer: Mailer) -> None:
        now = self._now()
        replies = {row.recipient: report.replies.get(row.recipient, _UNTRIED) for row in batch}
        done = [after_reply(row, replies[row.recipient], now) for row in batch]
        for row in done:
            entry = mail_entry(
                row, mailer.name, replies[row.recipient], elapsed_ms=report.elapsed_ms
            )
            self._log.write(now, entry)
        with self._store.exclusive():
            changes = Changes(rows={row.key: row for row in done})
            for row in done:
                self._outbox.settle(changes, row.incident_id, row.recipient, now)
            self._store.commit(changes)
        self._note_health(mailer, [outcome(reply) for reply in replies.values()])

    def _note_health(self, mailer: Mailer, outcomes: Sequence[Outcome]) -> None:
        way = mailer.name if is_channel(mailer.name) else ""
        if Outcome.ACCEPTED in outcomes:
            self._servers.was_good(mailer, self._clock.monotonic())
            self._misconfigured.discard(way)
        if Outcome.MISCONFIGURED in outcomes and way not in self._misconfigured:
            self._misconfigured.add(way)
            self._system_log.error(f"{mailer.name} refuses the mail settings.")


_UNTRIED = Reply(Stage.UNTRIED, None)


def _fault(mailer: Mailer, exc: Exception) -> Log:
    fields = (("server", mailer.name), ("error", type(exc).__name__), ("text", str(exc)))
    return Log(Level.ERROR, "FAULT", fields)
