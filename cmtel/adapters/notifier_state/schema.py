"""The tables of the notifier's state, and their version. Times are epoch milliseconds, UTC.

An open incident is one without ``closed_ms``; the database itself keeps a feed from having two
of a kind (invariant I3).
"""

from __future__ import annotations

from cmtel.adapters.sqlite_schema import Schema

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE cursor (
    feed TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    cursor TEXT,
    document TEXT NOT NULL
);
CREATE TABLE incident (
    id TEXT PRIMARY KEY,
    feed TEXT NOT NULL,
    kind TEXT NOT NULL,
    opened_ms INTEGER NOT NULL,
    closed_ms INTEGER,
    document TEXT NOT NULL
);
CREATE UNIQUE INDEX incident_open ON incident (feed, kind) WHERE closed_ms IS NULL;
CREATE TABLE outbox (
    incident_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    recipient TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    message_id TEXT NOT NULL,
    refers_to TEXT NOT NULL,
    message BLOB NOT NULL,
    facts TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    next_try_ms INTEGER,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_code INTEGER,
    last_text TEXT NOT NULL,
    finished_ms INTEGER,
    has_resorted INTEGER NOT NULL,
    doubts INTEGER NOT NULL,
    PRIMARY KEY (incident_id, seq, recipient)
);
CREATE INDEX outbox_recipient ON outbox (recipient, created_ms);
CREATE INDEX outbox_thread ON outbox (thread_id, recipient);
CREATE INDEX outbox_state ON outbox (state, finished_ms);
CREATE TABLE profile (feed TEXT PRIMARY KEY, document TEXT NOT NULL);
CREATE TABLE residual (
    feed TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    gap_ms INTEGER NOT NULL,
    expected REAL
);
CREATE INDEX residual_feed ON residual (feed, at_ms);
CREATE TABLE overlay (
    feed TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    starts_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (feed, kind, id)
);
CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    feed TEXT,
    level INTEGER NOT NULL,
    topic TEXT NOT NULL,
    fields TEXT NOT NULL
);
CREATE INDEX event_at ON event (at_ms);
CREATE TABLE request (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    verb TEXT NOT NULL,
    feed TEXT,
    arguments TEXT NOT NULL
)
"""

SCHEMA = Schema(
    _TABLES,
    version=1,
    identity="namespace",
    thing="The notifier's state",
    hint="Update cmtel; do not delete the file: open incidents and mails are in it.",
)
