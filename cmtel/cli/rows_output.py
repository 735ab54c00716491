"""Rows of the journal as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from cmtel.domain.csv_cells import csv_cell

if TYPE_CHECKING:
    from cmtel.domain.column_selection import JournalColumn

Values = Mapping[str, Any]


def headings(columns: Sequence[JournalColumn]) -> list[str]:
    """Return the names of the columns as they are in the table."""
    return [column.name for column in columns]


def cells(columns: Sequence[JournalColumn], row: Values) -> list[Any]:
    """Return the values of a row in the order of the columns."""
    return [row[column.type.name] for column in columns]


def json_object(columns: Sequence[JournalColumn], row: Values) -> dict[str, Any]:
    """Return a row as JSON: numbers are numbers, date/times ISO 8601, decimals text."""
    return {column.name: _plain(row[column.type.name]) for column in columns}


def write_csv(stream: IO[str], columns: Sequence[JournalColumn], rows: Iterable[Values]) -> int:
    """Write rows as CSV with headings and return how many; formulas are defused."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in headings(columns)])
    count = 0
    for row in rows:
        writer.writerow([csv_cell(cell) for cell in cells(columns, row)])
        count += 1
    return count


def write_json_lines(
    stream: IO[str], columns: Sequence[JournalColumn], rows: Iterable[Values]
) -> int:
    """Write rows as JSON, one object a line, exactly as they are, and return how many."""
    count = 0
    for row in rows:
        stream.write(json.dumps(json_object(columns, row), ensure_ascii=False) + "\n")
        count += 1
    return count


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, int | float | str) else str(value)
