"""What a bulk writer is, and what it is told about the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from cmtel.domain.column_selection import JournalColumn
from cmtel.services.ports import RejectedRow, Row


@dataclass(frozen=True, slots=True)
class InsertTarget:
    """Where rows go, and how to read what the driver says.

    Attributes:
        table: The table, quoted for the database, schema included.
        table_name: The table's bare name, as messages of the database have it.
        names: The columns, quoted, in the order of a row's values.
        columns: The same columns.
        driver_errors: What the driver may raise.
        refusal: What such an exception says of the row; None if it is not about a row.
    """

    table: str
    table_name: str
    names: Sequence[str]
    columns: Sequence[JournalColumn]
    driver_errors: tuple[type[Exception], ...]
    refusal: Callable[[Exception], str | None]


class BulkWriter(Protocol):
    """Inserts rows through the driver's own connection, inside the transaction that is open."""

    def write(self, connection: Any, rows: Sequence[Row]) -> list[RejectedRow]:
        """Insert the rows that can be stored, and return the others, in order.

        Args:
            connection: The driver's connection (PEP 249).
            rows: Values of ``InsertTarget.columns``.

        Raises:
            The driver's exceptions that are not about a row: the caller rolls back.
        """
