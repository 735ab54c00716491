"""The journal table as a sink: rows and watermark in one transaction.

The watermark is moved first, by compare-and-set. So two writers of one source meet there, before
either has written a row: the second waits for the first to commit, finds another sequence than it
expected, and gives up with nothing written.

A table without transactions (MyISAM, some ODBC drivers) gets the weaker promise: rows one by one,
the watermark last. A crash in between may write rows twice, never lose them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cmtel.adapters.database.bulk.choose import choose_writer
from cmtel.adapters.database.ddl import create_watermark_table
from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.inspection import find_table, spelled_as_found
from cmtel.adapters.database.watermarks import Watermarks
from cmtel.domain.column_fitting import columns_of, fit_columns
from cmtel.domain.column_selection import JournalColumn, written_columns
from cmtel.domain.table_differences import FoundTable, Trouble, compare
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseSetupError
from cmtel.services.ports import RejectedRow, RowBatch

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: Differences with which no row could ever be stored.
_FATAL = frozenset({Trouble.NO_COLUMN, Trouble.NOT_FILLED})


class _TakenBack(Exception):
    """Ends the transaction of a rehearsal."""


BeforeCommit = Callable[[Sequence[RejectedRow]], None]


class SqlJournalSink:
    """Implements ports.JournalSink for every database that SQLAlchemy reaches.

    Args:
        engine: From connect.open_engine; closed by :meth:`close`.
        table: The journal table.
        columns: Its columns; the database's own key among them is left to the database.
        are_chosen: False: only those of the columns are written that the table has.

    Attributes:
        columns: After :meth:`prepare`: what is written, no longer than the table's columns.
    """

    def __init__(
        self, engine: Engine, table: TableName, columns: Sequence[JournalColumn],
        *, are_chosen: bool = True,
    ) -> None:  # fmt: skip
        self.is_transactional = True
        self._are_chosen = are_chosen
        self._engine = engine
        self._table = table
        self.columns: Sequence[JournalColumn] = written_columns(columns)
        self._watermarks = Watermarks(engine, table)
        self._writer = choose_writer(engine, table, self.columns)

    def prepare(self) -> None:
        self.look()
        with translated(self._engine, "make the table of the watermarks"):
            create_watermark_table(self._engine, self._table.schema)
        self.look()

    def look(self) -> None:
        """Do what :meth:`prepare` does, but make nothing."""
        found = find_table(self._engine, self._table)
        self.columns = self._fitted(found)
        self._check(found)
        self._watermarks = Watermarks(self._engine, spelled_as_found(self._engine, self._table))
        self.is_transactional = (
            found is not None and found.is_transactional and found.are_watermarks_transactional
        )
        self._writer = choose_writer(
            self._engine, self._table, self.columns, one_by_one=not self.is_transactional
        )

    @property
    def counts_utf16(self) -> bool:
        """Whether NVARCHAR and NVARCHAR2 count a character outside the basic plane as two."""
        return self._engine.dialect.name in ("mssql", "oracle")

    def journal_id(self) -> str:
        with translated(self._engine, "tell the identity of the journal"):
            return self._watermarks.identity()

    def watermark(self, spool_id: str, source: str) -> int:
        with translated(self._engine, "read the watermark"), self._engine.connect() as connection:
            return self._watermarks.read(connection, spool_id, source) or 0

    def other_spools(self, spool_id: str, source: str) -> int:
        """Return how many other spools have delivered a source of that name into this journal."""
        with translated(self._engine, "read the watermarks"), self._engine.connect() as connection:
            return self._watermarks.other_spools(connection, spool_id, source)

    def deliver(self, batch: RowBatch, before_commit: BeforeCommit) -> Sequence[RejectedRow]:
        deliver = self._deliver if self.is_transactional else self._deliver_rows_first
        with translated(self._engine, "store the rows"), self._transaction() as connection:
            return deliver(connection, batch, before_commit)

    def rehearse(self, batch: RowBatch) -> Sequence[RejectedRow]:
        """Deliver a batch and take all of it back; return the rows that were refused.

        Numbers that the database has counted up for it stay used. After :meth:`look`, of a
        journal that has transactions and a table of watermarks.
        """
        told: list[RejectedRow] = []

        def take_back(rejected: Sequence[RejectedRow]) -> None:
            told.extend(rejected)
            raise _TakenBack

        with suppress(_TakenBack):
            self.deliver(batch, take_back)
        return told

    def close(self) -> None:
        self._engine.dispose()

    def _deliver(
        self, connection: Connection, batch: RowBatch, before_commit: BeforeCommit
    ) -> Sequence[RejectedRow]:
        self._watermarks.move(connection, batch)
        rejected = self._writer.write(connection.connection.dbapi_connection, batch.rows)
        before_commit(rejected)
        return rejected

    def _deliver_rows_first(
        self, connection: Connection, batch: RowBatch, before_commit: BeforeCommit
    ) -> Sequence[RejectedRow]:
        seen = self._watermarks.read(connection, batch.spool_id, batch.source) or 0
        if seen != batch.expected_watermark:
            raise self._watermarks.conflict(batch)
        rejected = self._writer.write(connection.connection.dbapi_connection, batch.rows)
        before_commit(rejected)
        self._watermarks.move(connection, batch)
        return rejected

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        """A transaction whose connection is thrown away if anything goes wrong in it.

        What state a driver's connection is in after an error is not worth finding out.
        """
        with self._engine.connect() as connection:
            try:
                with connection.begin():
                    yield connection
            except BaseException:
                connection.invalidate()
                raise

    def _fitted(self, found: FoundTable | None) -> Sequence[JournalColumn]:
        if found is None:
            return self.columns
        if self._are_chosen:
            return fit_columns(self.columns, found)
        return written_columns(columns_of(found, self.columns)) or self.columns

    def _check(self, found: FoundTable | None) -> None:
        if found is None:
            raise DatabaseSetupError(
                f"There is no table {self._table} in the database.",
                hint="'cmtel journal create-table' makes it.",
            )
        fatal = [d.message for d in compare(self.columns, found) if d.trouble in _FATAL]
        if fatal:
            raise DatabaseSetupError(
                f"Nothing can be stored in {self._table}. {' '.join(fatal)}",
                hint="'cmtel journal validate' says how to cure it.",
            )
