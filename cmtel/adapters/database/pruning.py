"""Old rows of the journal, deleted in batches so that nobody waits long for a lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.inspection import find_table
from cmtel.domain.column_fitting import columns_of
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseSetupError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Delete, Engine, TableClause

#: Rows deleted in one transaction.
BATCH_ROWS = 5_000
_MOMENT, _MOMENT_TEXT = "Journal_ZeitpunktNumerisch", "Journal_Zeitpunkt"
_DIRECTION = "Cmtel_Direction"


class JournalPruning:
    """Deletes rows by their age, internal calls and all others apart.

    Rows without a time are left: nobody knows their age.

    Args:
        engine: From connect.open_engine; the caller disposes of it.
        columns: Which columns of the table mean what; it may have some of them only.

    Raises:
        DatabaseSetupError: There is no such table, or it has no column for the time of a call.
        DatabaseUnavailable
    """

    def __init__(
        self, engine: Engine, name: TableName, columns: Sequence[JournalColumn],
        batch_rows: int = BATCH_ROWS,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._name = name
        self._batch_rows = batch_rows
        found = find_table(engine, name)
        self._names = (
            {} if found is None else {c.type.name: c.name for c in columns_of(found, columns)}
        )
        if not self._names.keys() & {_MOMENT, _MOMENT_TEXT}:
            raise DatabaseSetupError(
                f"The table {name} is not there, or has no column for {_MOMENT}.",
                hint="--table and --name TYPE=COLUMN say what they are called.",
            )

    @property
    def tells_internal(self) -> bool:
        """Whether the table says which calls are internal."""
        return _DIRECTION in self._names

    def count(self, before: datetime, *, is_internal: bool | None) -> int:
        """Return how many rows :meth:`delete` would delete."""
        from sqlalchemy import func, select

        where = self._conditions(before, is_internal)
        statement = select(func.count()).select_from(self._table()).where(*where)
        with translated(self._engine, "count old rows"), self._engine.connect() as connection:
            return int(connection.execute(statement).scalar_one())

    def delete(self, before: datetime, *, is_internal: bool | None) -> int:
        """Delete the rows of calls that began before a moment (local, naive); return how many.

        Each batch is a transaction of its own: after an error, those before it stay deleted.

        Args:
            is_internal: Internal calls only, the others only, or (None) all.
        """
        statement = self._batch(self._conditions(before, is_internal))
        total = 0
        while True:
            with translated(self._engine, "delete old rows"), self._engine.begin() as connection:
                count = connection.execute(statement).rowcount
            total += count
            if count < self._batch_rows:
                return total

    def _table(self) -> TableClause:
        from sqlalchemy import table

        return table(self._name.table, schema=self._name.schema)

    def _conditions(self, before: datetime, is_internal: bool | None) -> list[ColumnElement[bool]]:
        from sqlalchemy import column, or_

        moment_type = _MOMENT if _MOMENT in self._names else _MOMENT_TEXT
        moment: Any = column(self._names[moment_type])
        is_text = moment_type == _MOMENT_TEXT or self._engine.dialect.name == "sqlite"
        conditions = [moment < (before.isoformat(" ", "seconds") if is_text else before)]
        if is_internal is None:
            return conditions
        if not self.tells_internal:
            raise UsageError(
                f"The table {self._name} has no column for {_DIRECTION}, so internal calls cannot "
                "be told from the others.",
                hint="Give --older-than alone.",
            )
        direction: Any = column(self._names[_DIRECTION])
        if is_internal:
            return [*conditions, direction == "internal"]
        return [*conditions, or_(direction.is_(None), direction != "internal")]

    def _batch(self, conditions: Sequence[ColumnElement[bool]]) -> Delete:
        """Each database has words of its own for "so many of these rows"."""
        from sqlalchemy import delete, literal_column, select

        table, count = self._table(), self._batch_rows
        whole = delete(table).where(*conditions)
        dialect = self._engine.dialect.name
        row: Any = literal_column({"sqlite": "rowid", "postgresql": "ctid"}.get(dialect, "ROWNUM"))
        if dialect in ("sqlite", "postgresql"):
            some = select(row).select_from(table).where(*conditions).limit(count)
            return delete(table).where(row.in_(some))
        if dialect == "mssql":
            return whole.prefix_with(f"TOP ({count})")
        if dialect == "oracle":
            return whole.where(row <= count)
        return whole.with_dialect_options(mysql_limit=count, mariadb_limit=count)
