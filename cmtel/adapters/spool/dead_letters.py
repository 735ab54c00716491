"""Dead letters: what was rejected for good, kept in the spool until it is replayed.

Replaying takes a letter out and accepts its records again as new ones of the same source, in
one transaction: they are then delivered exactly once, like everything else. The books balance:
the records have been received once, and wait again instead of being dead.

A letter of a batch that is not settled stays: the batch is decoded again, and would bring the
record a second time, beside the replayed one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime

from cmtel.adapters.spool import chunks, rows
from cmtel.services.spool_ports import DeadLetter, Entry, EntryKind

_INSERT = (
    "INSERT OR IGNORE INTO dead_letter "
    "(source_id, sequence, part, reason, detail, records, lengths, counted, rejected_ms) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_SELECT = (
    "SELECT source_id, sequence, part, reason, detail, records, lengths, counted, rejected_ms "
    "FROM dead_letter WHERE source_id = ? ORDER BY sequence, part"
)


def add(db: sqlite3.Connection, letters: Sequence[DeadLetter]) -> None:
    """Insert or ignore; the key is (source, sequence, part)."""
    db.executemany(_INSERT, [_to_row(letter) for letter in letters])


def keys(db: sqlite3.Connection, source_id: int, first: int, last: int) -> set[tuple[int, int]]:
    """Return (sequence, part) of the letters in a range of sequences."""
    cursor = db.execute(
        "SELECT sequence, part FROM dead_letter WHERE source_id = ? AND sequence BETWEEN ? AND ?",
        (source_id, first, last),
    )
    return set(cursor.fetchall())


def every(db: sqlite3.Connection, source_id: int) -> list[DeadLetter]:
    """Return the letters of a source, oldest first."""
    return [_from_row(row) for row in db.execute(_SELECT, (source_id,))]


def replay(db: sqlite3.Connection, letters: Sequence[DeadLetter], at_utc: datetime) -> int:
    """Take the letters out and accept their records again; return how many letters were there.

    Each is an input of its own: its decoder starts fresh and ends with it.
    """
    return sum(_replay_one(db, letter, at_utc) for letter in letters)


def prune(db: sqlite3.Connection, before_utc: datetime, *, is_trial: bool) -> int:
    """Delete the letters rejected before a moment; return how many there were.

    The books stay as they are: they say what became of records, and these were rejected.
    """
    where = (
        "WHERE rejected_ms < ? AND sequence <= "
        "(SELECT settled_sequence FROM source WHERE id = source_id)"
    )
    before = (rows.to_ms(before_utc),)
    if is_trial:
        found = db.execute(f"SELECT COUNT(*) FROM dead_letter {where}", before)  # noqa: S608  # ours
        return int(found.fetchone()[0])
    return db.execute(f"DELETE FROM dead_letter {where}", before).rowcount  # noqa: S608  # ours


def _replay_one(db: sqlite3.Connection, letter: DeadLetter, at_utc: datetime) -> bool:
    cursor = db.execute(
        "DELETE FROM dead_letter WHERE source_id = ? AND sequence = ? AND part = ? "
        "AND sequence <= (SELECT settled_sequence FROM source WHERE id = source_id)",
        (letter.source_id, letter.sequence, letter.part),
    )
    if cursor.rowcount != 1:  # somebody else was faster, or its batch is not settled yet
        return False
    connection_id = rows.open_connection(db, letter.source_id, None)
    for kind, records in ((EntryKind.DATA, letter.records), (EntryKind.END, ())):
        rows.append(db, Entry(letter.source_id, connection_id, kind, records, at_utc))
    db.execute(
        "UPDATE source SET dead_letters = dead_letters - ?, received = received - ? WHERE id = ?",
        (letter.counted, letter.counted, letter.source_id),
    )
    return True


def _to_row(letter: DeadLetter) -> tuple[object, ...]:
    lengths, payload = chunks.pack(letter.records)
    return (
        letter.source_id, letter.sequence, letter.part, letter.reason, letter.detail, payload,
        lengths, letter.counted, rows.to_ms(letter.rejected_utc),
    )  # fmt: skip


def _from_row(row: tuple[int, int, int, str, str, bytes, bytes, int, int]) -> DeadLetter:
    *key, reason, detail, payload, lengths, counted, rejected_ms = row
    records = tuple(chunks.unpack(lengths, payload))
    return DeadLetter._make([*key, reason, detail, records, counted, rows.from_ms(rejected_ms)])
