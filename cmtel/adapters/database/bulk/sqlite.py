"""SQLite through Python's sqlite3: executemany, which says itself where it stopped.

A refused row takes back itself only, so the rows before it stay and the rest goes on after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import length_hint
from typing import Any

from cmtel.adapters.database.bulk.encoding import plain_rows
from cmtel.adapters.database.bulk.seam import InsertTarget
from cmtel.services.ports import RejectedRow, Row


class SqliteWriter:
    """Inserts by executemany."""

    def __init__(self, target: InsertTarget) -> None:
        self._target = target
        marks = ", ".join("?" * len(target.names))
        self._sql = f"INSERT INTO {target.table} ({', '.join(target.names)}) VALUES ({marks})"  # noqa: S608  # quoted names, no data

    def write(self, connection: Any, rows: Sequence[Row]) -> list[RejectedRow]:
        values = plain_rows(rows, self._target.columns)
        todo = iter(values)
        rejected: list[RejectedRow] = []
        while True:
            try:
                connection.executemany(self._sql, todo)
            except self._target.driver_errors as exc:
                detail = self._target.refusal(exc)
                # A constraint that says ON CONFLICT ROLLBACK has ended the transaction.
                if detail is None or not connection.in_transaction:
                    raise
                rejected.append(RejectedRow(len(values) - length_hint(todo) - 1, detail))
            else:
                return rejected
