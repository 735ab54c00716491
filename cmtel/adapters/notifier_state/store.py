"""The notifier's store: one SQLite connection under one lock, a transaction a step.

WAL, so that ``cmtel notifier status`` reads while the service writes; synchronous=FULL, so that
a commit is on disk when it returns. Other processes write requests only.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from cmtel.adapters.notifier_state import rows, states
from cmtel.adapters.notifier_state.documents import from_ms, load, to_ms
from cmtel.adapters.notifier_state.schema import SCHEMA
from cmtel.adapters.sqlite_schema import in_transaction, prepare
from cmtel.domain.incidents.actions import Level, Log
from cmtel.domain.incidents.states import FeedState, Incident
from cmtel.domain.mails.allowance import DAY, MailRecord
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.errors import SpoolError
from cmtel.services.notifier.changes import Changes, HistoryEvent, PastIncident, Request, Residual

#: How long a write waits for another process's write, in seconds.
_BUSY_TIMEOUT_SECS = 30
_OPEN_STATES = "('queued', 'deferred', 'sending', 'uncertain')"
#: Both are made of constants only. Of the repeats those that ended but the last are left out.
_ROWS = (
    f"SELECT {rows.COLUMNS} FROM outbox WHERE incident_id = ?1"  # noqa: S608
    " AND (?2 IS NULL OR recipient = ?2)"
    f" AND (kind <> 'REPEAT' OR doubts > 0 OR state IN {_OPEN_STATES} OR seq IN (SELECT MAX(seq)"
    " FROM outbox WHERE incident_id = ?1 AND kind = 'REPEAT'"
    " AND state IN ('accepted', 'refused') GROUP BY recipient, state)) ORDER BY seq"
)
_OPEN_ROWS = (
    f"SELECT {rows.COLUMNS} FROM outbox WHERE state IN {_OPEN_STATES}"  # noqa: S608
    " AND NOT (state = 'uncertain' AND next_try_ms IS NULL) ORDER BY created_ms, seq"
)


class SqliteNotifierStore:
    """The store in a file; made if it is not there. Implements ``ports.NotifierStore``."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            SpoolError: It cannot be used, is damaged, or was written by a newer version.
        """
        self._path = path
        self._lock = threading.RLock()
        with self._translated():
            self._db = sqlite3.connect(
                path, _BUSY_TIMEOUT_SECS, isolation_level=None, check_same_thread=False
            )
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                self._db.execute("PRAGMA synchronous = FULL")
                self.namespace = UUID(prepare(self._db, str(path), SCHEMA))
            except BaseException:
                self._db.close()
                raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def exclusive(self) -> AbstractContextManager[object]:
        """Return the lock that keeps this process's other threads from committing."""
        return self._lock

    def commit(self, changes: Changes) -> None:
        """Write all of it in one transaction; on disk when this returns."""
        with self._translated(), self._lock, in_transaction(self._db):
            db = self._db
            states.write_incidents(db, changes.archived)
            if changes.state is not None:
                states.write(db, changes.state, changes.cursor)
            rows.write(db, changes.rows.values())
            self._write_history(changes)
            db.executemany(
                "DELETE FROM request WHERE id = ?", [(i,) for i in changes.done_requests]
            )
            db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", changes.meta.items())
            profiles = changes.profiles.items()
            db.executemany("INSERT OR REPLACE INTO profile VALUES (?, ?)", profiles)
            if changes.forgotten_feed is not None:
                states.forget(db, changes.forgotten_feed)

    def _write_history(self, changes: Changes) -> None:
        events = [
            (to_ms(e.at), dict(e.log.fields).get("feed"), e.log.level, e.log.topic,
             json.dumps(e.log.fields, ensure_ascii=False))
            for e in changes.events
        ]  # fmt: skip
        self._db.executemany(
            "INSERT INTO event (at_ms, feed, level, topic, fields) VALUES (?, ?, ?, ?, ?)", events
        )
        gaps = [
            (r.feed, to_ms(r.at), int(r.gap_secs * 1000), r.expected) for r in changes.residuals
        ]
        self._db.executemany("INSERT INTO residual VALUES (?, ?, ?, ?)", gaps)

    def feeds(self) -> list[str]:
        return [row[0] for row in self._all("SELECT feed FROM cursor ORDER BY feed")]

    def feed(self, name: str) -> tuple[FeedState | None, str | None]:
        with self._translated(), self._lock:
            return states.read(self._db, name)

    def rows(self, incident_id: str, recipient: str | None = None) -> list[OutboxRow]:
        found = self._all(_ROWS, incident_id, recipient)
        return [rows.row_of(row) for row in found]

    def open_rows(self) -> list[OutboxRow]:
        found = self._all(_OPEN_ROWS)
        return [rows.row_of(row) for row in found]

    def thread_root(self, thread_id: str, recipient: str) -> str:
        found = self._all(
            "SELECT message_id FROM outbox WHERE thread_id = ? AND recipient = ?"
            " ORDER BY created_ms, seq LIMIT 1",
            thread_id, recipient,
        )  # fmt: skip
        return str(found[0][0]) if found else ""

    def mail_record(self, recipient: str, now: datetime) -> MailRecord:
        count, last_ms = self._all(
            "SELECT COUNT(*), MAX(created_ms) FROM outbox"
            " WHERE recipient = ? AND created_ms > ? AND state <> 'superseded'",
            recipient, to_ms(now - DAY),
        )[0]  # fmt: skip
        refusals, refused_ms = self._all(
            "SELECT COUNT(*), MAX(finished_ms) FROM outbox WHERE recipient = ?1"
            " AND state = 'refused' AND finished_ms > COALESCE((SELECT MAX(finished_ms)"
            " FROM outbox WHERE recipient = ?1 AND state = 'accepted'), -1)",
            recipient,
        )[0]
        return MailRecord(count, _moment(last_ms), refusals, _moment(refused_ms))

    def last_accepted_at(self) -> datetime | None:
        return _moment(
            self._all("SELECT MAX(finished_ms) FROM outbox WHERE state = 'accepted'")[0][0]
        )

    def accepted_since(self, since: datetime) -> int:
        sql = "SELECT COUNT(*) FROM outbox WHERE state = 'accepted' AND finished_ms > ?"
        return int(self._all(sql, to_ms(since))[0][0])

    def last_mail(self) -> OutboxRow | None:
        found = self._all(
            f"SELECT {rows.COLUMNS} FROM outbox WHERE state = 'accepted'"  # noqa: S608 - constant
            " ORDER BY finished_ms DESC, seq DESC LIMIT 1"
        )
        return rows.row_of(found[0]) if found else None

    def add_request(self, request: Request) -> int:
        arguments = json.dumps(dict(request.arguments), ensure_ascii=False)
        with self._translated(), self._lock, in_transaction(self._db):
            done = self._db.execute(
                "INSERT INTO request (verb, feed, arguments) VALUES (?, ?, ?)",
                (request.verb, request.feed, arguments),
            )
            return int(done.lastrowid or 0)

    def requests(self) -> list[Request]:
        found = self._all("SELECT verb, feed, arguments, id FROM request ORDER BY id")
        return [Request(verb, feed, json.loads(text), id_) for verb, feed, text, id_ in found]

    def meta(self, name: str) -> str | None:
        return self._value("SELECT value FROM meta WHERE name = ?", name)

    def profile(self, feed: str) -> str | None:
        return self._value("SELECT document FROM profile WHERE feed = ?", feed)

    def history(self, since: datetime, feed: str | None = None) -> list[HistoryEvent]:
        found = self._all(
            "SELECT at_ms, level, topic, fields FROM event"
            " WHERE at_ms >= ?1 AND (?2 IS NULL OR feed = ?2) ORDER BY id",
            to_ms(since), feed,
        )  # fmt: skip
        return [
            HistoryEvent(from_ms(at), Log(Level(level), topic, _fields(text)))
            for at, level, topic, text in found
        ]

    def incidents_since(self, since: datetime, feed: str | None = None) -> list[PastIncident]:
        found = self._all(
            "SELECT document, (SELECT COUNT(*) FROM outbox"
            " WHERE incident_id = incident.id AND outbox.state = 'accepted') FROM incident"
            " WHERE (closed_ms IS NULL OR closed_ms >= ?1) AND (?2 IS NULL OR feed = ?2)"
            " ORDER BY opened_ms, rowid",
            to_ms(since), feed,
        )  # fmt: skip
        return [PastIncident(load(Incident, text), count) for text, count in found]

    def residuals(self, feed: str, since: datetime) -> list[Residual]:
        found = self._all(
            "SELECT feed, at_ms, gap_ms, expected FROM residual"
            " WHERE feed = ? AND at_ms >= ? ORDER BY at_ms, rowid",
            feed, to_ms(since),
        )  # fmt: skip
        return [Residual(name, from_ms(at), gap / 1000, e) for name, at, gap, e in found]

    def purge(self, before: datetime) -> None:
        before_ms = to_ms(before)
        with self._translated(), self._lock, in_transaction(self._db):
            for sql in _PURGES:
                self._db.execute(sql, (before_ms,))

    def _value(self, sql: str, key: str) -> str | None:
        found = self._all(sql, key)
        return str(found[0][0]) if found else None

    def _all(self, sql: str, *values: object) -> list[Any]:
        with self._translated(), self._lock:
            return self._db.execute(sql, values).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise SpoolError(
                f"The notifier's state {self._path} cannot be used ({exc}).",
                hint="Look for room on the disk, and for the right to write there.",
            ) from exc


#: Closed incidents go only with all their mails.
_PURGES = (
    "DELETE FROM event WHERE at_ms < ?",
    "DELETE FROM residual WHERE at_ms < ?",
    "DELETE FROM outbox WHERE finished_ms < ? AND incident_id NOT IN"
    " (SELECT id FROM incident WHERE closed_ms IS NULL)",
    "DELETE FROM incident WHERE closed_ms < ? AND id NOT IN (SELECT incident_id FROM outbox)",
)


def _moment(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else from_ms(epoch_ms)


def _fields(text: str) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in json.loads(text))
