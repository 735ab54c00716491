"""Local copies of phone books and lists: one SQLite file each, in the state folder.

A copy survives the end of the program, so that names are there at a start without the phone book.
Readers see the old copy until the new one is committed (WAL). A file that is damaged is put aside
as ``.bad``: the phone book itself is elsewhere.

The file holds numbers and names, so only its owner may read it.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path

from cmtel.domain.phone_books import KeyedEntry
from cmtel.errors import PhoneBookError
from cmtel.services.phone_book_ports import CopyState

#: How long a reader waits for another process, in seconds. Writers commit at once.
_BUSY_SECS = 5.0
#: Rows handed to SQLite at a time: few enough that other threads get their turn.
_WRITE_ROWS = 2_000

_META = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID"
_ENTRIES = (
    "CREATE TABLE IF NOT EXISTS entries"
    " (key TEXT PRIMARY KEY, name TEXT, company TEXT, record_id TEXT) WITHOUT ROWID"
)
_ROWS = "CREATE TABLE IF NOT EXISTS list (position INTEGER PRIMARY KEY, cells TEXT NOT NULL)"


#: All that is found comes as one row: for each row sqlite3 lets go of the interpreter's lock, and
#: gets it back only when the thread that decodes has had its turn of 5 ms.
_FIND = (
    "SELECT json_group_array(json_array(key, name, company, record_id)) FROM entries"
    " WHERE key IN (SELECT value FROM json_each(?))"
)


class _Copy:
    """What both kinds have in common. Thread-safe: readers and the one writer have their own."""

    _table: str
    _schema: str
    _stays_open = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._reader: sqlite3.Connection | None = None

    def state(self) -> CopyState:
        with self._read() as connection:
            facts = dict(connection.execute("SELECT name, value FROM meta"))
        copied, failed = facts.get("copied_utc"), facts.get("failed_utc")
        return CopyState(
            int(facts.get("count") or 0),
            datetime.fromisoformat(copied) if copied else None,
            datetime.fromisoformat(failed) if failed else None,
            facts.get("failure"),
            facts.get("version"),
        )

    def note_failure(self, moment: datetime, failure: str) -> None:
        with self._write() as connection:
            _note(connection, failed_utc=moment.isoformat(), failure=failure)

    def close(self) -> None:
        """Let go of the file."""
        with self._reading:
            self._close_reader()

    def _replace(
        self, sql: str, rows: Iterable[tuple[object, ...]], moment: datetime, version: str | None
    ) -> int:
        source = iter(rows)
        # Read before anything is locked: a source may take its time until it begins.
        first = list(islice(source, _WRITE_ROWS))
        with self._write() as connection:
            connection.execute(f"DELETE FROM {self._table}")  # noqa: S608  # our own two names
            while first:
                connection.executemany(sql, first)
                first = list(islice(source, _WRITE_ROWS))
            (count,) = connection.execute(f"SELECT count(*) FROM {self._table}").fetchone()  # noqa: S608
            _note(
                connection, count=str(count), copied_utc=moment.isoformat(), failed_utc=None,
                failure=None, version=version,
            )  # fmt: skip
        return int(count)

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        """The connection stays open only where it is wanted every moment."""
        with self._reading, self._translated():
            if self._reader is None:
                self._reader = self._open()
            try:
                yield self._reader
            finally:
                if not self._stays_open:
                    self._close_reader()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with (
            self._writing,
            self._translated(),
            contextlib.closing(self._open()) as connection,
        ):
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path.touch(mode=0o600)
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")
            connection.execute(_META)
            connection.execute(self._schema)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Source: SQLite, "Result and Error Codes": SQLITE_CORRUPT, SQLITE_NOTADB."""
        try:
            yield
        except sqlite3.DatabaseError as exc:
            name = getattr(exc, "sqlite_errorname", "") or ""
            if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
                self._put_aside()
                raise PhoneBookError(
                    f"The local copy {self._path} was damaged and is made anew."
                ) from exc
            raise PhoneBookError(f"The local copy {self._path} cannot be used: {exc}.") from exc
        except OSError as exc:
            raise PhoneBookError(
                f"The local copy {self._path} cannot be used: {exc.strerror or exc}."
            ) from exc

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    def _put_aside(self) -> None:
        self._close_reader()
        for ending in ("-wal", "-shm"):
            Path(f"{self._path}{ending}").unlink(missing_ok=True)
        os.replace(self._path, f"{self._path}.bad")  # noqa: PTH105  # Path.replace returns what nobody needs


class SqliteNumberCopy(_Copy):
    """A phone book's copy, indexed by key. Implements phone_book_ports.NumberCopy."""

    _table, _schema = "entries", _ENTRIES
    _stays_open = True

    def find(self, keys: Collection[str]) -> dict[str, KeyedEntry]:
        with self._read() as connection:
            (found,) = connection.execute(_FIND, (json.dumps(list(keys)),)).fetchone()
        return {row[0]: KeyedEntry._make(row) for row in json.loads(found)}

    def generation(self) -> object:
        """Source: SQLite, PRAGMA data_version: changes when another connection has committed."""
        with self._read() as connection:
            return id(connection), connection.execute("PRAGMA data_version").fetchone()[0]

    def replace(
        self, entries: Iterable[KeyedEntry], moment: datetime, version: str | None = None
    ) -> int:
        sql = "INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?)"
        return self._replace(sql, entries, moment, version)


class SqliteListCopy(_Copy):
    """A list's copy: rows of texts. Implements phone_book_ports.ListCopy."""

    _table, _schema = "list", _ROWS

    def rows(self) -> list[tuple[str | None, ...]]:
        with self._read() as connection:
            found = connection.execute("SELECT cells FROM list ORDER BY position").fetchall()
        return [tuple(json.loads(cells)) for (cells,) in found]

    def replace(
        self,
        rows: Iterable[Sequence[str | None]],
        moment: datetime,
        version: str | None = None,
    ) -> int:
        cells = ((json.dumps(list(row)),) for row in rows)
        return self._replace("INSERT INTO list (cells) VALUES (?)", cells, moment, version)


def _note(connection: sqlite3.Connection, **facts: str | None) -> None:
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", list(facts.items()))
