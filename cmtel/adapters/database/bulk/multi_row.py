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
        marks: The driver's places for the values of a row, which do not depend on its number.
        max_rows: Rows in one statement.
        savepoint: What keeps the transaction usable after a refused statement.
        tells_row: The database can be asked which row of a statement it refused.
        cuts_at_nul: The driver would cut a text at a NUL character without a word.
    """

    def __init__(
        self,
        target: InsertTarget,
        marks: Sequence[str],
        max_rows: int,
        savepoint: Savepoints,
        *,
        tells_row: bool = False,
        cuts_at_nul: bool = False,
    ) -> None:
        self._tells_row = tells_row
        self._cuts_at_nul = cuts_at_nul
        self._target = target
        self._max_rows = max_rows
        self._savepoint = savepoint
        self._head = f"INSERT INTO {target.table} ({', '.join(target.names)}) VALUES "  # noqa: S608  # quoted names, no data
        self._group = f"({', '.join(marks)})"

    def write(self, connection: Any, rows: Sequence[Row]) -> list[RejectedRow]:
        savepoints.run(connection, self._savepoint.set)
        rejected = write_around(
            rows, lambda chunk: self._attempt(connection, chunk), self._max_rows
        )
        savepoints.run(connection, self._savepoint.release)
        return rejected

    def _attempt(self, connection: Any, rows: Sequence[Row]) -> Refusal | None:
        with_nul = _first_with_nul(rows) if self._cuts_at_nul else None
        if with_nul is not None:
            return Refusal("A text has a NUL character.", with_nul, is_certain=True)
        cursor = connection.cursor()
        try:
            cursor.execute(self._statement(len(rows)), tuple(chain.from_iterable(rows)))
        except self._target.driver_errors as exc:
            detail = self._target.refusal(exc)
            if detail is None:
                raise
            savepoints.run(connection, self._savepoint.undo)
            return Refusal(detail, self._position(cursor))  # tried alone: it may be an old one's
        finally:
            cursor.close()
        savepoints.run(connection, self._savepoint.release)
        savepoints.run(connection, self._savepoint.set)
        return None

    def _position(self, cursor: Any) -> int | None:
        return refused_row(cursor, self._target.driver_errors) if self._tells_row else None

    def _statement(self, row_count: int) -> str:
        return self._head + ", ".join([self._group] * row_count)


def _first_with_nul(rows: Sequence[Row]) -> int | None:
    for number, row in enumerate(rows):
        if any(type(value) is str and "\0" in value for value in row):
            return number
    return None


def refused_row(cursor: Any, driver_errors: tuple[type[Exception], ...]) -> int | None:
    """Return which row of the last statement MariaDB refused, from 0; MySQL does not tell.

    Source:
        MariaDB knowledge base, "GET DIAGNOSTICS": ROW_NUMBER, from 10.7 on; 0 is "none".
    """
    try:
        cursor.execute("GET DIAGNOSTICS CONDITION 1 @cmtel_row = ROW_NUMBER")
        cursor.execute("SELECT @cmtel_row")
    except driver_errors:
        return None
    number = cursor.fetchone()[0]
    return int(number) - 1 if number else None
