"""Values as drivers without date and decimal types take them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import Kind
from cmtel.services.ports import Row


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
