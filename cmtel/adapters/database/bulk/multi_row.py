"""INSERT with many rows in one statement, for drivers to which each statement is a round trip."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import Any

from cmtel.adapters.database.bulk import savepoints
from cmtel.adapters.database.bulk.savepoints import Savepoints
from cmtel.adapters.database.bulk.seam import InsertTarget
from cmtel.adapters.database.bulk.splitting import Refusal, write_around
from cmtel.services.ports import RejectedRow, Row


class MultiRowWriter:
    """Inserts by ``INSERT ... VALUES (...), (...)``.

    Args:
        target: Where to.
        mark: The driver's place for a value: ``%s`` or ``?``.
        max_rows: Rows in one statement.
        savepoint: What keeps the transaction usable after a refused statement.
    """

    def __init__(
        self, target: InsertTarget, mark: str, max_rows: int, savepoint: Savepoints
    ) -> None:
        self._target = target
        self._max_rows = max_rows
        self._savepoint = savepoint
        self._head = f"INSERT INTO {target.table} ({', '.join(target.names)}) VALUES "  # noqa: S608  # quoted names, no data
        self._group = f"({', '.join([mark] * len(target.names))})"

    def write(self, connection: Any, rows: Sequence[Row]) -> list[RejectedRow]:
        savepoints.run(connection, self._savepoint.set)
        rejected = write_around(
            rows, lambda chunk: self._attempt(connection, chunk), self._max_rows
        )
        savepoints.run(connection, self._savepoint.release)
        return rejected

    def _attempt(self, connection: Any, rows: Sequence[Row]) -> Refusal | None:
        cursor = connection.cursor()
        try:
            cursor.execute(self._statement(len(rows)), tuple(chain.from_iterable(rows)))
        except self._target.driver_errors as exc:
            detail = self._target.refusal(exc)
            if detail is None:
                raise
            savepoints.run(connection, self._savepoint.undo)
            return Refusal(detail)
        finally:
            cursor.close()
        savepoints.run(connection, self._savepoint.release)
        savepoints.run(connection, self._savepoint.set)
        return None

    def _statement(self, row_count: int) -> str:
        return self._head + ", ".join([self._group] * row_count)
