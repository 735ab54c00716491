"""Rows of the outbox, to SQL and back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from cmtel.adapters.notifier_state.documents import dump, from_ms, load, to_ms
from cmtel.domain.mails.facts import MailFacts
from cmtel.domain.mails.kinds import MailKind
from cmtel.domain.mails.outbox import MailState, OutboxRow

COLUMNS = (
    "incident_id, thread_id, seq, kind, recipient, message_id, refers_to, message, facts,"
    " created_ms, next_try_ms, state, attempts, last_code, last_text, finished_ms,"
    " has_resorted, doubts"
)
_WRITE = (
    f"INSERT OR REPLACE INTO outbox ({COLUMNS})"  # noqa: S608 - COLUMNS is the constant above
    f" VALUES ({', '.join('?' * 18)})"
)


def write(db: sqlite3.Connection, rows: Iterable[OutboxRow]) -> None:
    """Insert rows, or replace those of the same key."""
    db.executemany(_WRITE, [_values(row) for row in rows])


def row_of(values: Any) -> OutboxRow:
    """Return the row of a result with :data:`COLUMNS`."""
    return OutboxRow(
        incident_id=values[0],
        thread_id=values[1],
        seq=values[2],
        kind=MailKind(values[3]),
        recipient=values[4],
        message_id=values[5],
        references=values[6],
        message=values[7],
        facts=load(MailFacts, values[8]),
        created_at=from_ms(values[9]),
        next_try=_moment(values[10]),
        state=MailState(values[11]),
        attempts=values[12],
        last_code=values[13],
        last_text=values[14],
        finished_at=_moment(values[15]),
        has_resorted=bool(values[16]),
        doubts=values[17],
    )


def _values(row: OutboxRow) -> tuple[Any, ...]:
    return (
        row.incident_id, row.thread_id, row.seq, row.kind.value, row.recipient, row.message_id,
        row.references, row.message, dump(row.facts), to_ms(row.created_at), _ms(row.next_try),
        row.state.value, row.attempts, row.last_code, row.last_text, _ms(row.finished_at),
        row.has_resorted, row.doubts,
    )  # fmt: skip


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _moment(epoch_ms: int | None) -> datetime | None:
    return None if epoch_ms is None else from_ms(epoch_ms)
