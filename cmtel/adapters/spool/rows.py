"""The statements of the spool, each a function over an open connection (see schema.py)."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cmtel.adapters.spool import chunks
from cmtel.services.spool_ports import (
    Chunk,
    Entry,
    EntryKind,
    FileCheckpoint,
    LinkState,
    Pin,
    Settlement,
    SpoolSource,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970 UTC, the only form of time in the spool."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def from_ms(ms: int) -> datetime:
    """The moment, aware, UTC."""
    return _EPOCH + timedelta(milliseconds=ms)


def open_source(db: sqlite3.Connection, name: str, journal_id: str) -> int:
    """Return the id of the source, made if it is new."""
    made = db.execute(
        "INSERT OR IGNORE INTO source (name, journal_id) VALUES (?, ?)", (name, journal_id)
    )
    if made.rowcount == 1:
        remember(db, _unchecked(int(made.lastrowid or 0)), "0")
    row = db.execute(
        "SELECT id FROM source WHERE name = ? AND journal_id = ?", (name, journal_id)
    ).fetchone()
    return int(row[0])


def open_connection(db: sqlite3.Connection, source_id: int, input_id: str | None) -> int:
    """Return the open connection of a lasting input, or a new one."""
    if input_id is not None:
        row = db.execute(
            "SELECT id FROM connection WHERE source_id = ? AND input_id = ? AND is_open",
            (source_id, input_id),
        ).fetchone()
        if row is not None:
            return int(row[0])
    cursor = db.execute(
        "INSERT INTO connection (source_id, input_id) VALUES (?, ?)", (source_id, input_id)
    )
    return int(cursor.lastrowid or 0)


def stale_connections(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """Return (source, connection) of what an earlier process had open and cannot go on with."""
    return db.execute(
        "SELECT source_id, id FROM connection WHERE is_open AND input_id IS NULL ORDER BY id"
    ).fetchall()


def append(db: sqlite3.Connection, entry: Entry) -> None:
    """Write one entry as chunks; DATA counts in the books, END closes its connection."""
    if entry.kind is EntryKind.DATA:
        for run in chunks.split(entry.records):
            _append_chunk(db, entry, len(run), *chunks.pack(run))
        return
    _append_chunk(db, entry, 0, b"", b"")
    if entry.kind is EntryKind.END:
        db.execute("UPDATE connection SET is_open = 0 WHERE id = ?", (entry.connection_id,))


def _append_chunk(
    db: sqlite3.Connection, entry: Entry, count: int, lengths: bytes, payload: bytes
) -> None:
    received_ms = to_ms(entry.received_utc)
    sequences = max(count, 1)
    last_sequence = int(
        db.execute(
            "UPDATE source SET last_sequence = last_sequence + ?, received = received + ?, "
            "last_received_ms = CASE WHEN ? > 0 THEN ? ELSE last_received_ms END "
            "WHERE id = ? RETURNING last_sequence",
            (sequences, count, count, received_ms, entry.source_id),
        ).fetchone()[0]
    )
    db.execute(
        "INSERT INTO chunk (source_id, last_sequence, first_sequence, connection_id, kind, "
        "received_ms, lengths, payload) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.source_id, last_sequence, last_sequence - sequences + 1, entry.connection_id,
            int(entry.kind), received_ms, lengths, payload,
        ),
    )  # fmt: skip


def read_chunks(
    db: sqlite3.Connection, source_id: int, after_sequence: int, max_records: int
) -> list[Chunk]:
    """Return the chunks after a sequence, up to ``max_records`` records; the last may be a part.

    A table without transactions is promised that a batch is one row, so the limit is kept.
    """
    cursor = db.execute(
        "SELECT connection_id, kind, first_sequence, received_ms, lengths, payload "
        "FROM chunk WHERE source_id = ? AND last_sequence > ? ORDER BY last_sequence",
        (source_id, after_sequence),
    )
    found: list[Chunk] = []
    for connection_id, kind, first, received_ms, lengths, payload in cursor:
        records = chunks.unpack(lengths, payload)
        already_read = max(after_sequence - first + 1, 0)
        wanted = records[already_read : already_read + max_records]
        found.append(
            Chunk(
                connection_id, EntryKind(kind), first + already_read, wanted, from_ms(received_ms)
            )
        )
        max_records -= max(len(wanted), 1)
        if max_records <= 0:
            break
    return found


def oldest_utc(db: sqlite3.Connection, source_id: int, after_sequence: int) -> datetime | None:
    """Return when the first chunk after a sequence was received."""
    row = db.execute(
        "SELECT received_ms FROM chunk WHERE source_id = ? AND last_sequence > ? "
        "ORDER BY last_sequence LIMIT 1",
        (source_id, after_sequence),
    ).fetchone()
    return None if row is None else from_ms(row[0])


def settle(db: sqlite3.Connection, settlement: Settlement) -> None:
    """Add a settlement to the books and drop the chunks that nobody needs any more."""
    db.execute(
        "UPDATE source SET settled_sequence = ?, keep_from_sequence = ?, watermark = ?, "
        "delivered = delivered + ?, skipped = skipped + ?, dead_letters = dead_letters + ?, "
        "received = received - ? WHERE id = ?",
        (
            settlement.up_to_sequence, settlement.keep_from_sequence, settlement.watermark,
            settlement.delivered, settlement.skipped, settlement.dead_letters,
            settlement.merged, settlement.source_id,
        ),
    )  # fmt: skip
    db.execute(
        "DELETE FROM chunk WHERE source_id = ? AND last_sequence < ?",
        (settlement.source_id, settlement.keep_from_sequence),
    )
    if settlement.pins != pins(db, settlement.source_id):
        _write_pins(db, settlement)


def pins(db: sqlite3.Connection, source_id: int) -> tuple[Pin, ...]:
    """Return the source's pins, by their connections."""
    cursor = db.execute(
        "SELECT connection_id, sequence, record FROM pin WHERE source_id = ? "
        "ORDER BY connection_id",
        (source_id,),
    )
    return tuple(Pin._make(row) for row in cursor)


def _write_pins(db: sqlite3.Connection, settlement: Settlement) -> None:
    db.execute("DELETE FROM pin WHERE source_id = ?", (settlement.source_id,))
    db.executemany(
        "INSERT INTO pin (source_id, connection_id, sequence, record) VALUES (?, ?, ?, ?)",
        [(settlement.source_id, *pin) for pin in settlement.pins],
    )


def sources(db: sqlite3.Connection) -> list[SpoolSource]:
    """Return every source with its books, in the order of their making."""
    cursor = db.execute(
        "SELECT id, name, journal_id, settled_sequence, keep_from_sequence, watermark, "
        "last_sequence, received, delivered, skipped, dead_letters, last_received_ms, "
        "link, link_detail, link_since_ms FROM source ORDER BY id"
    )
    return [_spool_source(row) for row in cursor]


def note_link(
    db: sqlite3.Connection, source_id: int, state: LinkState, detail: str, at_utc: datetime
) -> None:
    """Remember the state of a link; since when counts from its change."""
    db.execute(  # what a link says may name a file whose name is not UTF-8
        "UPDATE source SET link_since_ms = CASE WHEN link = ? THEN link_since_ms ELSE ? END, "
        "link = ?, link_detail = ? WHERE id = ?",
        (state.value, to_ms(at_utc), state.value, _shown(detail), source_id),
    )


def write_checkpoints(db: sqlite3.Connection, checkpoints: Sequence[FileCheckpoint]) -> None:
    """Insert or replace where files stand."""
    db.executemany(
        "INSERT OR REPLACE INTO file_checkpoint (source_id, file_id, path, fingerprint, "
        "fingerprint_bytes, offset_bytes, note) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [mark._replace(path=_stored(mark.path)) for mark in checkpoints],
    )


def checkpoints(db: sqlite3.Connection, source_id: int) -> list[FileCheckpoint]:
    """Return where the files of a source stand."""
    cursor = db.execute(
        "SELECT source_id, file_id, path, fingerprint, fingerprint_bytes, offset_bytes, note "
        "FROM file_checkpoint WHERE source_id = ? ORDER BY rowid",
        (source_id,),
    )
    marks = [FileCheckpoint(*row) for row in cursor]
    return [mark._replace(path=_path(mark.path)) for mark in marks]


def remember(db: sqlite3.Connection, name: str, value: str) -> None:
    """Keep a value under a name in the spool's own facts."""
    db.execute("INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)", (name, value))


def recall(db: sqlite3.Connection, name: str) -> str | None:
    """Return the value kept under a name, or None."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row[0])


def _stored(path: str) -> Any:
    """A name that is not UTF-8 cannot be text in SQLite: it becomes bytes, and comes back."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogatepass")
    return path


def _path(stored: str | bytes) -> str:
    return stored if isinstance(stored, str) else stored.decode("utf-8", "surrogatepass")


def _shown(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode()


def note_unchecked(db: sqlite3.Connection) -> None:
    """Remember where each source ends, until it is compared with its journal (see the port)."""
    db.execute("INSERT OR IGNORE INTO meta SELECT 'unchecked ' || id, last_sequence FROM source")


def unchecked_end(db: sqlite3.Connection, source_id: int) -> int | None:
    """Return where a source ended when it was last known to be unchecked."""
    value = recall(db, _unchecked(source_id))
    return None if value is None else int(value)


def note_checked(db: sqlite3.Connection, source_id: int) -> None:
    """The source and its journal belong together."""
    db.execute("DELETE FROM meta WHERE name = ?", (_unchecked(source_id),))


def _unchecked(source_id: int) -> str:
    return f"unchecked {source_id}"


def _optional_moment(ms: int | None) -> datetime | None:
    return None if ms is None else from_ms(ms)


def _spool_source(row: Sequence[Any]) -> SpoolSource:
    *numbers, last_received_ms, link, detail, since_ms = row
    state = LinkState(link) if link else None
    return SpoolSource._make(
        [*numbers, _optional_moment(last_received_ms), state, detail, _optional_moment(since_ms)]
    )
