"""The watermarks of one journal table: rows of ``cmtel_watermark`` beside it.

A row's key is (spool, source, journal table). The journal's identity is a row, too: a number drawn
once, under a key that no spool has (an empty text would be NULL in Oracle).
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import refusal_of
from cmtel.adapters.database.schema import (
    SOURCE_SIZE,
    SPOOL_ID_SIZE,
    TARGET_SIZE,
    key_text,
    watermark_table,
)
from cmtel.domain.table_names import TableName
from cmtel.errors import WatermarkConflict
from cmtel.services.ports import RowBatch

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Engine

#: Key of the identity's row: spool ids are UUIDs, so none is called so.
_IDENTITY = ("journal", "journal")


class Watermarks:
    """Reads and moves the watermarks of one journal table.

    Every method needs a connection and leaves the transaction to its caller.
    """

    def __init__(self, engine: Engine, target: TableName) -> None:
        self._engine = engine
        self._target = target.table
        self._table = watermark_table(target.schema)

    def read(self, connection: Connection, spool_id: str, source: str) -> int | None:
        """Return the sequence of a watermark; None if there is no row for it."""
        from sqlalchemy import select

        query = select(self._table.c.sequence).where(*self._is_key(spool_id, source))
        found: int | None = connection.execute(query).scalar()
        return None if found is None else int(found)

    def other_spools(self, connection: Connection, spool_id: str, source: str) -> int:
        """Return how many other spools have delivered a source of that name."""
        from sqlalchemy import func, select

        is_own_spool, is_source, is_table = self._is_key(spool_id, source)
        query = select(func.count()).select_from(self._table)
        found = connection.execute(query.where(~is_own_spool, is_source, is_table))
        return int(found.scalar_one())

    def move(self, connection: Connection, batch: RowBatch) -> None:
        """Move the watermark from where the batch expects it to where the batch ends.

        Raises:
            WatermarkConflict: It is somewhere else; the caller has to roll back.
        """
        from sqlalchemy import func, update

        is_expected = self._table.c.sequence == batch.expected_watermark
        moved = connection.execute(
            update(self._table)
            .where(*self._is_key(batch.spool_id, batch.source), is_expected)
            .values(sequence=batch.new_watermark, updated_at=func.current_timestamp())
        )
        if moved.rowcount == 1:
            return
        key = (batch.spool_id, batch.source)
        if batch.expected_watermark != 0 or not self._insert(connection, key, batch.new_watermark):
            raise self.conflict(batch)

    def conflict(self, batch: RowBatch) -> WatermarkConflict:
        """Return the error for a batch whose watermark is not where it was expected."""
        return WatermarkConflict(
            f"The watermark of source {batch.source} for {self._target} is not at "
            f"{batch.expected_watermark} any more: another writer was faster.",
            operation="move the watermark",
        )

    def identity(self) -> str:
        """Return the journal's identity; it is drawn if there is none (in its own transaction)."""
        with self._engine.connect() as connection:
            found = self.read(connection, *_IDENTITY)
        while found is None:
            # Two processes may draw at once: the key lets one in, and both read that one's.
            with self._engine.connect() as connection:
                if self._insert(connection, _IDENTITY, secrets.randbits(63)):
                    connection.commit()
            with self._engine.connect() as connection:
                found = self.read(connection, *_IDENTITY)
        return f"{found:016x}"

    def _insert(self, connection: Connection, key: tuple[str, str], sequence: int) -> bool:
        """Make a row; False: its key is taken, and in PostgreSQL the transaction has failed."""
        import sqlalchemy.exc
        from sqlalchemy import insert

        try:
            connection.execute(insert(self._table).values(**self._key(*key), sequence=sequence))
        except sqlalchemy.exc.DBAPIError as exc:
            if exc.orig is not None and refusal_of(exc.orig, self._engine) is not None:
                return False
            raise
        return True

    def _is_key(self, spool_id: str, source: str) -> list[ColumnElement[bool]]:
        return [self._table.c[name] == value for name, value in self._key(spool_id, source).items()]

    def _key(self, spool_id: str, source: str) -> dict[str, Any]:
        return {
            "spool_id": key_text(spool_id, SPOOL_ID_SIZE),
            "source": key_text(source, SOURCE_SIZE),
            "target_table": key_text(self._target, TARGET_SIZE),
        }
