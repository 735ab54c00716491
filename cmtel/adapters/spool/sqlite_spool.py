"""The spool: a durable queue in one SQLite file (WAL), between the sources and the journal.

Two connections, so that delivery never waits for an fsync of acceptance:

* *accepting*: synchronous=FULL; a commit returns when the records are on disk;
* *delivering*: synchronous=NORMAL; reads, and settles. A settlement that a crash takes back
  is made again from the watermark, which lies in the journal's database; so it needs no fsync.

Dead letters are written by the accepting connection: they must be durable before the journal's
commit. Writes of this process take turns under one lock; other processes (``dead-letters
replay``) wait by SQLite's busy time-out.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cmtel.adapters.spool import dead_letters, rows
from cmtel.adapters.spool.errors import translated
from cmtel.adapters.spool.group_commit import GroupCommit, Ticket
from cmtel.adapters.spool.schema import SCHEMA
from cmtel.adapters.sqlite_schema import in_transaction, prepare
from cmtel.errors import SpoolError, SpoolFull
from cmtel.services.spool_ports import (
    Chunk,
    DeadLetter,
    Entry,
    EntryKind,
    FileCheckpoint,
    LinkState,
    Pin,
    Settlement,
    SpoolSource,
)

FILE_NAME = "spool.sqlite3"
#: How long a write waits for another process's write, in seconds.
_BUSY_TIMEOUT_SECS = 30
#: The limit if none is given. Control records are still taken when it is reached.
DEFAULT_LIMIT_BYTES = 2048 << 20

_Acceptance = tuple[Sequence[Entry], Sequence[FileCheckpoint]]
_Result = TypeVar("_Result")


class SqliteSpool:
    """The spool in ``folder``; made if it is not there. Thread-safe."""

    def __init__(self, folder: Path, *, limit_bytes: int = DEFAULT_LIMIT_BYTES) -> None:
        """Open the spool.

        Args:
            folder: Where the file lies; made with its parents, readable by its owner only.
            limit_bytes: The file may grow to this size; then :meth:`accept` raises SpoolFull.

        Raises:
            SpoolError: The folder or file cannot be used, or a newer version wrote it.
        """
        self.folder = folder
        self._path = folder / FILE_NAME
        self._limit_bytes = limit_bytes
        self._write_lock = threading.Lock()
        self._delivering_lock = threading.Lock()
        self._arrived = threading.Condition()
        self._arrivals = 0
        self._seen_arrivals = 0
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path.touch(mode=0o600)
        except OSError as exc:
            raise SpoolError(f"The spool folder {folder} cannot be made ({exc}).") from exc
        with translated(self._path):
            self._accepting = self._connect("FULL")
            self.spool_id = prepare(self._accepting, str(self._path), SCHEMA)
            self._delivering = self._connect("NORMAL")
        self._group = GroupCommit[_Acceptance](self._write_lock, self._commit)

    def _connect(self, synchronous: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_TIMEOUT_SECS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        return connection

    def close(self) -> None:
        """Close the file; what was accepted stays in it."""
        self._delivering.close()
        self._accepting.close()

    # --- accepting ---

    def accept(self, entries: Sequence[Entry], checkpoints: Sequence[FileCheckpoint] = ()) -> None:
        """Return when all is on disk; see :class:`cmtel.services.spool_ports.Spool`."""
        with translated(self._path):
            self._group.submit((entries, checkpoints))
        self._notify()

    def _commit(self, tickets: list[Ticket[_Acceptance]]) -> None:
        with translated(self._path), in_transaction(self._accepting):
            self._write_tickets(self._accepting, tickets)

    def _write_tickets(self, db: sqlite3.Connection, tickets: list[Ticket[_Acceptance]]) -> None:
        has_room = self._used_bytes(db) < self._limit_bytes
        for ticket in tickets:
            entries, checkpoints = ticket.work
            if not has_room and any(entry.kind is EntryKind.DATA for entry in entries):
                ticket.error = SpoolFull(
                    f"The spool {self._path} has reached its limit of "
                    f"{self._limit_bytes >> 20} MB.",
                    hint="Bring the database back, or raise the limit (Spool/@maxMegabytes).",
                )
                continue
            for entry in entries:
                rows.append(db, entry)
            rows.write_checkpoints(db, checkpoints)

    def _used_bytes(self, db: sqlite3.Connection) -> int:
        pages = int(db.execute("PRAGMA page_count").fetchone()[0])
        free_pages = int(db.execute("PRAGMA freelist_count").fetchone()[0])
        page_bytes = int(db.execute("PRAGMA page_size").fetchone()[0])
        return (pages - free_pages) * page_bytes

    def open_source(self, name: str, journal_id: str) -> int:
        """Return the source's id; see the port."""
        return self._written(lambda db: rows.open_source(db, name, journal_id))

    def open_connection(self, source_id: int, input_id: str | None = None) -> int:
        """Return a connection's id; see the port."""
        return self._written(lambda db: rows.open_connection(db, source_id, input_id))

    def close_stale_connections(self, at_utc: datetime) -> None:
        """End the connections that an earlier process had and could not end."""
        stale = self._read(rows.stale_connections)
        self.accept([Entry(source, number, EntryKind.END, (), at_utc) for source, number in stale])

    def note_unchecked(self) -> None:
        """Remember where the sources end now; to be called before anything is accepted."""
        self._written(rows.note_unchecked)

    def unchecked_end(self, source_id: int) -> int | None:
        """Return where the source ended before it was compared with its journal; see the port."""
        return self._read(lambda db: rows.unchecked_end(db, source_id))

    def note_checked(self, source_id: int) -> None:
        """The source and its journal belong together; durable on return."""
        self._written(lambda db: rows.note_checked(db, source_id))

    def note_link(self, source_id: int, state: LinkState, detail: str, at_utc: datetime) -> None:
        """Remember a link's state; see the port."""
        self._settled(lambda db: rows.note_link(db, source_id, state, detail, at_utc))

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Insert or ignore, durable on return."""
        if letters:
            self._written(lambda db: dead_letters.add(db, letters))

    # --- delivering ---

    def sources(self) -> list[SpoolSource]:
        """Return all sources with their books."""
        return self._read(rows.sources)

    def checkpoints(self, source_id: int) -> list[FileCheckpoint]:
        """Return where the source's files stand."""
        return self._read(lambda db: rows.checkpoints(db, source_id))

    def read(self, source_id: int, after_sequence: int, max_records: int) -> list[Chunk]:
        """Return the next chunks; see the port."""
        return self._read(lambda db: rows.read_chunks(db, source_id, after_sequence, max_records))

    def oldest_utc(self, source_id: int, after_sequence: int) -> datetime | None:
        """Return when the oldest record after a sequence was received."""
        return self._read(lambda db: rows.oldest_utc(db, source_id, after_sequence))

    def pins(self, source_id: int) -> tuple[Pin, ...]:
        """Return the headings that decoders of the source need; see the port."""
        return self._read(lambda db: rows.pins(db, source_id))

    def dead_letter_keys(self, source_id: int, first: int, last: int) -> set[tuple[int, int]]:
        """Return the keys of the dead letters in a range of sequences."""
        return self._read(lambda db: dead_letters.keys(db, source_id, first, last))

    def dead_letters(self, source_id: int) -> list[DeadLetter]:
        """Return the dead letters of a source, oldest first."""
        return self._read(lambda db: dead_letters.every(db, source_id))

    def replay(self, letters: Sequence[DeadLetter], at_utc: datetime) -> int:
        """Take dead letters out and accept their records again; return how many were there."""
        count = self._written(lambda db: dead_letters.replay(db, letters, at_utc))
        self._notify()
        return count

    def prune_dead_letters(self, before_utc: datetime, *, is_trial: bool) -> int:
        """Delete old dead letters (or only count them); return how many."""
        return self._written(lambda db: dead_letters.prune(db, before_utc, is_trial=is_trial))

    def settle(self, settlement: Settlement) -> None:
        """Add to the books and drop what no decoder needs any more."""
        self._settled(lambda db: rows.settle(db, settlement))

    def remember(self, name: str, value: str) -> None:
        """Keep a small fact about this spool, under a name."""
        self._written(lambda db: rows.remember(db, name, value))

    def recall(self, name: str) -> str | None:
        """Return what was remembered under ``name``."""
        return self._read(lambda db: rows.recall(db, name))

    def used_bytes(self) -> int:
        """How much of the limit is in use."""
        return self._read(self._used_bytes)

    def wait_for_records(self, secs: float) -> None:
        """Return at once if something came since the last call, else when it does."""
        with self._arrived:
            if self._arrivals == self._seen_arrivals:
                self._arrived.wait(secs)
            self._seen_arrivals = self._arrivals

    # --- connections ---

    def _read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        with translated(self._path), self._delivering_lock:
            return query(self._delivering)

    def _written(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run ``work`` in a transaction that is on disk on return."""
        with translated(self._path), self._write_lock, in_transaction(self._accepting):
            return work(self._accepting)

    def _settled(self, work: Callable[[sqlite3.Connection], _Result]) -> _Result:
        """Run ``work`` in a transaction that a power cut may take back."""
        with (
            translated(self._path),
            self._write_lock,
            self._delivering_lock,
            in_transaction(self._delivering),
        ):
            return work(self._delivering)

    def _notify(self) -> None:
        with self._arrived:
            self._arrivals += 1
            self._arrived.notify_all()
