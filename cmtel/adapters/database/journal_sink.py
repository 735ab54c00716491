"""The journal table as a sink: rows and watermark in one transaction.

The watermark's row (spool, source, table) is moved first, by compare-and-set. So two writers of
one source meet there, before either has written a row: the second waits for the first to commit,
finds another sequence than it expected, and gives up with nothing written.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.bulk.choose import choose_writer
from cmtel.adapters.database.ddl import create_watermark_table
from cmtel.adapters.database.errors import refusal_of, translated
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseSetupError, WatermarkConflict
from cmtel.services.ports import RejectedRow, RowBatch

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine
    from sqlalchemy.exc import DBAPIError

#: The watermark row that holds the journal's identity as its sequence; no spool is called so.
_IDENTITY = ("journal", "journal")


class SqlJournalSink:
    """Implements ports.JournalSink for every database that SQLAlchemy reaches.

    Args:
        engine: From connect.open_engine.
        table: The journal table.
        columns: Its columns; the database's own key among them is left to the database.
    """

    def __init__(self, engine: Engine, table: TableName, columns: Sequence[JournalColumn]) -> None:
        from cmtel.adapters.database.schema import watermark_table

        self.is_transactional = True
        self._engine = engine
        self._table = table
        self._columns = columns
        self._marks = watermark_table(table.schema)
        self._target = table.table
        self._writer = choose_writer(engine, table, columns)

    def prepare(self) -> None:
        with translated(self._engine, "be prepared"):
            self._check_table()
            create_watermark_table(self._engine, self._table.schema)

    def journal_id(self) -> str:
        with translated(self._engine, "tell the identity of the journal"):
            found = self._read(*_IDENTITY)
            if found is None:
                self._draw_identity()
                found = self._read(*_IDENTITY)
        return f"{found:016x}"

    def watermark(self, spool_id: str, source: str) -> int:
        with translated(self._engine, "read the watermark"):
            return self._read(spool_id, source) or 0

    def deliver(
        self, batch: RowBatch, before_commit: Callable[[Sequence[RejectedRow]], None]
    ) -> Sequence[RejectedRow]:
        with translated(self._engine, "store the rows"), self._engine.connect() as connection:
            try:
                with connection.begin():
                    self._move_watermark(connection, batch)
                    rejected = self._writer.write(
                        connection.connection.dbapi_connection, batch.rows
                    )
                    before_commit(rejected)
            except BaseException:
                # What state a driver's connection is in now is not worth finding out.
                connection.invalidate()
                raise
            return rejected

    def close(self) -> None:
        self._engine.dispose()

    def _check_table(self) -> None:
        from sqlalchemy import inspect

        with self._engine.connect() as connection:
            inspector = inspect(connection)
            if not inspector.has_table(self._table.table, schema=self._table.schema):
                raise DatabaseSetupError(
                    f"There is no table {self._table} in the database.",
                    hint="'cmtel journal create-table' makes it.",
                )

    def _read(self, spool_id: str, source: str) -> int | None:
        from sqlalchemy import select

        query = select(self._marks.c.sequence).where(*self._is_mark(spool_id, source))
        with self._engine.connect() as connection:
            found: int | None = connection.execute(query).scalar()
        return found

    def _is_mark(self, spool_id: str, source: str) -> list[ColumnElement[bool]]:
        return [self._marks.c[name] == value for name, value in self._key(spool_id, source).items()]

    def _key(self, spool_id: str, source: str) -> dict[str, str]:
        from cmtel.adapters.database.schema import (
            SOURCE_SIZE,
            SPOOL_ID_SIZE,
            TARGET_SIZE,
            key_text,
        )

        return {
            "spool_id": key_text(spool_id, SPOOL_ID_SIZE),
            "source": key_text(source, SOURCE_SIZE),
            "target_table": key_text(self._target, TARGET_SIZE),
        }

    def _move_watermark(self, connection: Connection, batch: RowBatch) -> None:
        from sqlalchemy import func, update

        is_expected = self._marks.c.sequence == batch.expected_watermark
        moved = connection.execute(
            update(self._marks)
            .where(*self._is_mark(batch.spool_id, batch.source), is_expected)
            .values(sequence=batch.new_watermark, updated_at=func.current_timestamp())
        )
        if moved.rowcount == 1:
            return
        if batch.expected_watermark != 0 or not self._make_watermark(connection, batch):
            raise WatermarkConflict(
                f"The watermark of {batch.source} in {self._table} is not at "
                f"{batch.expected_watermark} any more: another writer was faster.",
                operation="move the watermark",
            )

    def _make_watermark(self, connection: Connection, batch: RowBatch) -> bool:
        """Insert the first watermark of a source; False: somebody else just did."""
        import sqlalchemy.exc
        from sqlalchemy import insert

        values: dict[str, Any] = {
            **self._key(batch.spool_id, batch.source),
            "sequence": batch.new_watermark,
        }
        try:
            connection.execute(insert(self._marks).values(**values))
        except sqlalchemy.exc.DBAPIError as exc:
            if self._is_taken(exc):
                return False
            raise
        return True

    def _is_taken(self, exc: DBAPIError) -> bool:
        """Whether the row was refused, which here can only mean that its key is taken."""
        return exc.orig is not None and refusal_of(exc.orig, self._engine) is not None

    def _draw_identity(self) -> None:
        """Make the identity's row; when another process has just done so, its row stays."""
        import sqlalchemy.exc
        from sqlalchemy import insert

        number = secrets.randbits(63)
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    insert(self._marks).values(**self._key(*_IDENTITY), sequence=number)
                )
        except sqlalchemy.exc.DBAPIError as exc:
            if not self._is_taken(exc):
                raise
