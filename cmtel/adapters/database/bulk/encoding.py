"""Values as drivers without date and decimal types take them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cmtel.adapters.database.bulk.seam import BulkWriter
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import Kind
from cmtel.services.ports import RejectedRow, Row


class PlainWriter:
    """Gives another writer rows of text and whole numbers only."""

    def __init__(self, writer: BulkWriter, columns: Sequence[JournalColumn]) -> None:
        self._writer = writer
        self._columns = columns

    def write(self, connection: Any, rows: Sequence[Row]) -> list[RejectedRow]:
        return self._writer.write(connection, plain_rows(rows, self._columns))


def plain_rows(rows: Sequence[Row], columns: Sequence[JournalColumn]) -> list[Row]:
    """Return rows of text and whole numbers: date/times and decimals become text.

    Date/times are ``YYYY-MM-DD HH:MM:SS``, which SQLite's date functions understand.
    """
    if not rows or not any(column.kind in _TO_TEXT for column in columns):
        return list(rows)
    values = [
        [value if value is None else _TO_TEXT[column.kind](value) for value in cells]
        if column.kind in _TO_TEXT
        else cells
        for column, cells in zip(columns, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*values, strict=True))


def _moment(value: Any) -> str:
    text: str = value.isoformat(" ")
    return text


_TO_TEXT: dict[Kind, Callable[[Any], str]] = {Kind.DATE_TIME: _moment, Kind.DECIMAL: str}
