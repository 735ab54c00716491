"""The notifier's store in memory: what was committed survives a kill, nothing else does."""

from __future__ import annotations

import threading
from collections import defaultdict
from contextlib import AbstractContextManager
from datetime import datetime
from uuid import UUID

from cmtel.domain.incidents.states import FeedState, Incident
from cmtel.domain.mails.allowance import DAY, MailRecord
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import MailState, OutboxRow
from cmtel.services.notifier.changes import Changes, HistoryEvent, PastIncident, Request, Residual


class MemoryNotifierStore:
    """Implements ``ports.NotifierStore``; its contract tests run on the real one, too."""

    def __init__(self) -> None:
        self.namespace = UUID(int=7)
        self.incidents: dict[str, Incident] = {}
        self.mails: dict[str, dict[tuple[str, int, str], OutboxRow]] = defaultdict(dict)
        self._open: dict[tuple[str, int, str], OutboxRow] = {}
        self._by_recipient: dict[str, set[tuple[str, int, str]]] = defaultdict(set)
        self._states: dict[str, tuple[FeedState, str | None]] = {}
        self._requests: dict[int, Request] = {}
        self._request_count = 0
        self._meta: dict[str, str] = {}
        self._profiles: dict[str, str] = {}
        self.events: list[HistoryEvent] = []
        self._residuals: list[Residual] = []
        self._last_accepted_at: datetime | None = None
        self._lock = threading.RLock()

    def exclusive(self) -> AbstractContextManager[object]:
        return self._lock

    def commit(self, changes: Changes) -> None:
        for incident in changes.archived:
            self.incidents[incident.id] = incident
        if changes.state is not None:
            self._write_state(changes.state, changes.cursor)
        for key, row in changes.rows.items():
            self._write_row(key, row)
        self.events += changes.events
        self._residuals += changes.residuals
        for request_id in changes.done_requests:
            self._requests.pop(request_id, None)
        self._meta.update(changes.meta)
        self._profiles.update(changes.profiles)
        if changes.forgotten_feed is not None:
            self._forget(changes.forgotten_feed)

    def _write_state(self, state: FeedState, cursor: str | None) -> None:
        before = self._states.get(state.feed)
        self._states[state.feed] = (
            state,
            cursor if cursor is not None or not before else before[1],
        )
        for incident in (state.last_closed, state.stall, state.blind):
            if incident is not None:
                self.incidents[incident.id] = incident
        for incident in (state.stall, state.blind):
            if incident is not None:
                self._refuse_two(incident)

    def _refuse_two(self, wanted: Incident) -> None:
        """The real one has a unique index for it (I3)."""
        for other in self.incidents.values():
            is_same = (other.feed, other.kind) == (wanted.feed, wanted.kind)
            assert not (is_same and other.closed_at is None and other.id != wanted.id), "I3"

    def _write_row(self, key: tuple[str, int, str], row: OutboxRow) -> None:
        self.mails[row.incident_id][key] = row
        self._by_recipient[row.recipient].add(key)
        if row.state is MailState.ACCEPTED and row.finished_at is not None:
            last = self._last_accepted_at
            self._last_accepted_at = max(last, row.finished_at) if last else row.finished_at
        if row.is_open:
            self._open[key] = row
        else:
            self._open.pop(key, None)

    def _forget(self, feed: str) -> None:
        self._states.pop(feed, None)
        self._profiles.pop(feed, None)
        self._residuals = [gap for gap in self._residuals if gap.feed != feed]

    def feeds(self) -> list[str]:
        return sorted(self._states)

    def feed(self, name: str) -> tuple[FeedState | None, str | None]:
        return self._states.get(name, (None, None))

    def rows(self, incident_id: str, recipient: str | None = None) -> list[OutboxRow]:
        rows = self.mails.get(incident_id, {}).values()
        wanted = [row for row in rows if recipient in (None, row.recipient)]
        last = {
            (row.recipient, row.state): row.seq
            for row in sorted(wanted, key=lambda row: row.seq)
            if row.kind is MailKind.REPEAT
        }
        return [row for row in sorted(wanted, key=lambda r: r.seq) if _matters(row, last)]

    def open_rows(self) -> list[OutboxRow]:
        return sorted(self._open.values(), key=lambda row: (row.created_at, row.seq))

    def thread_root(self, thread_id: str, recipient: str) -> str:
        rows = [
            row
            for key in self._by_recipient[recipient]
            if (row := self.mails[key[0]][key]).thread_id == thread_id
        ]
        first = min(rows, key=lambda row: (row.created_at, row.seq), default=None)
        return first.message_id if first else ""

    def mail_record(self, recipient: str, now: datetime) -> MailRecord:
        rows = [self.mails[key[0]][key] for key in self._by_recipient[recipient]]
        lately = [
            row.created_at
            for row in rows
            if row.created_at > now - DAY and row.state is not MailState.SUPERSEDED
        ]
        accepted = max(_ends(rows, MailState.ACCEPTED), default=None)
        refused = [
            end for end in _ends(rows, MailState.REFUSED) if accepted is None or end > accepted
        ]
        return MailRecord(
            len(lately), max(lately, default=None), len(refused), max(refused, default=None)
        )

    def last_accepted_at(self) -> datetime | None:
        return self._last_accepted_at

    def accepted_since(self, since: datetime) -> int:
        rows = [row for rows in self.mails.values() for row in rows.values()]
        return sum(end > since for end in _ends(rows, MailState.ACCEPTED))

    def last_mail(self) -> OutboxRow | None:
        accepted = [
            row
            for rows in self.mails.values()
            for row in rows.values()
            if row.state is MailState.ACCEPTED
        ]
        return max(accepted, key=lambda row: (row.finished_at, row.seq), default=None)

    def add_request(self, request: Request) -> int:
        self._request_count += 1
        self._requests[self._request_count] = request._replace(id=self._request_count)
        return self._request_count

    def requests(self) -> list[Request]:
        return list(self._requests.values())

    def meta(self, name: str) -> str | None:
        return self._meta.get(name)

    def profile(self, feed: str) -> str | None:
        return self._profiles.get(feed)

    def history(self, since: datetime, feed: str | None = None) -> list[HistoryEvent]:
        return [
            event
            for event in self.events
            if event.at >= since and feed in (None, dict(event.log.fields).get("feed"))
        ]

    def incidents_since(self, since: datetime, feed: str | None = None) -> list[PastIncident]:
        wanted = [
            incident
            for incident in self.incidents.values()
            if (incident.closed_at is None or incident.closed_at >= since)
            and feed in (None, incident.feed)
        ]
        return [
            PastIncident(
                incident,
                sum(row.state is MailState.ACCEPTED for row in self.mails[incident.id].values()),
            )
            for incident in sorted(wanted, key=lambda incident: incident.opened_at)
        ]

    def residuals(self, feed: str, since: datetime) -> list[Residual]:
        return [gap for gap in self._residuals if gap.feed == feed and gap.at >= since]

    def purge(self, before: datetime) -> None:
        self.events = [event for event in self.events if event.at >= before]
        self._residuals = [gap for gap in self._residuals if gap.at >= before]
        is_open = {i.id for i in self.incidents.values() if i.closed_at is None}
        for incident_id in [*self.mails]:
            for key, row in [*self.mails[incident_id].items()]:
                ended = row.finished_at is not None and row.finished_at < before
                if ended and incident_id not in is_open:
                    del self.mails[incident_id][key]
                    self._by_recipient[row.recipient].discard(key)
        self.incidents = {
            i.id: i
            for i in self.incidents.values()
            if i.closed_at is None or i.closed_at >= before or self.mails[i.id]
        }


def _matters(row: OutboxRow, last: dict[tuple[str, MailState], int]) -> bool:
    if row.kind is not MailKind.REPEAT or row.is_open or row.doubts > 0:
        return True
    is_last = last[row.recipient, row.state] == row.seq
    return is_last and row.state in (MailState.ACCEPTED, MailState.REFUSED)


def _ends(rows: list[OutboxRow], state: MailState) -> list[datetime]:
    return [row.finished_at for row in rows if row.state is state and row.finished_at is not None]
