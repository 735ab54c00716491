"""executemany, for every driver that has no faster way (and for those to which it is the way)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cmtel.adapters.database.bulk import savepoints
from cmtel.adapters.database.bulk.savepoints import Savepoints
from cmtel.adapters.database.bulk.seam import InsertTarget
from cmtel.adapters.database.bulk.splitting import Refusal, write_around
from cmtel.services.ports import RejectedRow, Row


class ManyWriter:
    """Inserts by executemany inside a savepoint.

    Args:
        target: Where to.
        marks: The driver's places for the values of a row.
        savepoint: What takes back a chunk of which some rows are in.
        is_fast: pyodbc's fast_executemany, an array of parameters in one round trip.
    """

    def __init__(
        self, target: InsertTarget, marks: Sequence[str], savepoint: Savepoints, *, is_fast: bool
    ) -> None:
        self._target = target
        self._savepoint = savepoint
        self._is_fast = is_fast
        self._sql = (
            f"INSERT INTO {target.table} ({', '.join(target.names)}) VALUES ({', '.join(marks)})"  # noqa: S608  # quoted names, no data
        )

    def write(self, connection: Any, rows: Sequence[Row]) -> list[RejectedRow]:
        savepoints.run(connection, self._savepoint.set)
        rejected = write_around(rows, lambda chunk: self._attempt(connection, chunk))
        savepoints.run(connection, self._savepoint.release)
        return rejected

    def _attempt(self, connection: Any, rows: Sequence[Row]) -> Refusal | None:
        cursor = connection.cursor()
        if self._is_fast:
            cursor.fast_executemany = True
        try:
            cursor.executemany(self._sql, list(rows))
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
