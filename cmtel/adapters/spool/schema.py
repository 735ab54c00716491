"""The tables of the spool file, and its version.

A chunk is a run of records with contiguous sequences of one source: their bytes joined, and
their lengths as little-endian unsigned 32-bit numbers. A control record (END, TICK) is a chunk
without bytes that takes one sequence.
"""

from __future__ import annotations

from cmtel.adapters.sqlite_schema import Schema

_TABLES = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE source (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    journal_id TEXT NOT NULL,
    last_sequence INTEGER NOT NULL DEFAULT 0,
    settled_sequence INTEGER NOT NULL DEFAULT 0,
    keep_from_sequence INTEGER NOT NULL DEFAULT 1,
    watermark INTEGER NOT NULL DEFAULT 0,
    received INTEGER NOT NULL DEFAULT 0,
    delivered INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    dead_letters INTEGER NOT NULL DEFAULT 0,
    last_received_ms INTEGER,
    link TEXT,
    link_detail TEXT NOT NULL DEFAULT '',
    link_since_ms INTEGER,
    UNIQUE (name, journal_id)
);
CREATE TABLE chunk (
    source_id INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL,
    first_sequence INTEGER NOT NULL,
    connection_id INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    lengths BLOB NOT NULL,
    payload BLOB NOT NULL,
    PRIMARY KEY (source_id, last_sequence)
);
CREATE TABLE connection (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL,
    input_id TEXT,
    is_open INTEGER NOT NULL DEFAULT 1
);
CREATE INDEX connection_open ON connection (source_id, input_id) WHERE is_open;
CREATE TABLE file_checkpoint (
    source_id INTEGER NOT NULL,
    file_id TEXT NOT NULL,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    fingerprint_bytes INTEGER NOT NULL,
    offset_bytes INTEGER NOT NULL,
    note TEXT NOT NULL,
    PRIMARY KEY (source_id, file_id)
);
CREATE TABLE pin (
    source_id INTEGER NOT NULL,
    connection_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (source_id, connection_id)
);
CREATE TABLE dead_letter (
    source_id INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    part INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    records BLOB NOT NULL,
    lengths BLOB NOT NULL,
    counted INTEGER NOT NULL,
    rejected_ms INTEGER NOT NULL,
    PRIMARY KEY (source_id, sequence, part)
);
"""

SCHEMA = Schema(
    _TABLES,
    version=1,
    identity="spool_id",
    thing="The spool",
    hint="Update cmtel, or name another spool with --spool.",
)
