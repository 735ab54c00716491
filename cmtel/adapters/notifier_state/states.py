"""A feed's state, spread over the tables cursor, incident and overlay: each fact in one place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from cmtel.adapters.notifier_state.documents import dump, load, to_ms
from cmtel.domain.incidents.states import Downtime, FeedState, Incident, IncidentKind, Pause

_PAUSE, _DOWNTIME = "pause", "downtime"


def read(db: sqlite3.Connection, feed: str) -> tuple[FeedState | None, str | None]:
    """Return state and cursor of a feed."""
    found = db.execute("SELECT document, cursor FROM cursor WHERE feed = ?", (feed,)).fetchone()
    if found is None:
        return None, None
    state = load(FeedState, found[0])
    overlays = db.execute(
        "SELECT kind, document FROM overlay WHERE feed = ? ORDER BY rowid", (feed,)
    ).fetchall()
    pauses = [load(Pause, document) for kind, document in overlays if kind == _PAUSE]
    state = state._replace(
        stall=_open_incident(db, feed, IncidentKind.STALL),
        blind=_open_incident(db, feed, IncidentKind.BLIND),
        last_closed=_last_closed(db, feed),
        downtimes=tuple(load(Downtime, doc) for kind, doc in overlays if kind == _DOWNTIME),
        pause=pauses[0] if pauses else None,
    )
    return state, found[1]


def write(db: sqlite3.Connection, state: FeedState, cursor: str | None) -> None:
    """Write a feed's state; its cursor only if it moved."""
    bare = state._replace(stall=None, blind=None, last_closed=None, downtimes=(), pause=None)
    db.execute(
        "INSERT INTO cursor (feed, state, cursor, document) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (feed) DO UPDATE SET state = excluded.state, document = excluded.document,"
        " cursor = COALESCE(excluded.cursor, cursor.cursor)",
        (state.feed, state.state.value, cursor, dump(bare)),
    )
    write_incidents(db, [state.last_closed, state.stall, state.blind])
    _write_overlays(db, state)


def write_incidents(db: sqlite3.Connection, incidents: Iterable[Incident | None]) -> None:
    """Insert incidents, or replace those of the same id; closed ones first."""
    for incident in incidents:
        if incident is None:
            continue
        closed_ms = None if incident.closed_at is None else to_ms(incident.closed_at)
        opened_ms = to_ms(incident.opened_at)
        kind, document = incident.kind.value, dump(incident)
        db.execute(
            "INSERT INTO incident (id, feed, kind, opened_ms, closed_ms, document)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " closed_ms = excluded.closed_ms, document = excluded.document",
            (incident.id, incident.feed, kind, opened_ms, closed_ms, document),
        )


def _write_overlays(db: sqlite3.Connection, state: FeedState) -> None:
    db.execute("DELETE FROM overlay WHERE feed = ?", (state.feed,))
    overlays = [
        (_DOWNTIME, work.id, work.starts_at, work.ends_at, work) for work in state.downtimes
    ]
    values = [
        (state.feed, kind, id_, to_ms(starts), to_ms(ends), dump(overlay))
        for kind, id_, starts, ends, overlay in overlays
    ]
    if state.pause is not None:
        since, until = to_ms(state.pause.since), to_ms(state.pause.until)
        values.append((state.feed, _PAUSE, state.pause.id, since, until, dump(state.pause)))
    db.executemany("INSERT INTO overlay VALUES (?, ?, ?, ?, ?, ?)", values)


def forget(db: sqlite3.Connection, feed: str) -> None:
    """Delete a feed's state; its incidents stay in the history."""
    for table in ("cursor", "overlay", "profile", "residual"):
        db.execute(f"DELETE FROM {table} WHERE feed = ?", (feed,))  # noqa: S608 - a constant


def _open_incident(db: sqlite3.Connection, feed: str, kind: IncidentKind) -> Incident | None:
    row = db.execute(
        "SELECT document FROM incident WHERE feed = ? AND kind = ? AND closed_ms IS NULL",
        (feed, kind.value),
    ).fetchone()
    return load(Incident, row[0]) if row else None


def _last_closed(db: sqlite3.Connection, feed: str) -> Incident | None:
    """By the order of opening: a clock that was set back does not change that."""
    row = db.execute(
        "SELECT document FROM incident WHERE feed = ? AND kind = ? AND closed_ms IS NOT NULL"
        " ORDER BY rowid DESC LIMIT 1",
        (feed, IncidentKind.STALL.value),
    ).fetchone()
    return load(Incident, row[0]) if row else None
