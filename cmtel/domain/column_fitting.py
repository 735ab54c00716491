"""The columns that a table which is there can take: what is written, and to what length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import COLUMN_TYPES
from cmtel.domain.table_differences import FoundColumn, FoundTable


def fit_columns(columns: Sequence[JournalColumn], table: FoundTable) -> list[JournalColumn]:
    """Return ``columns``, none longer than the table's own column of that name.

    Columns that the table does not have stay as they are: comparing the two is another matter.
    """
    by_name = _by_name(table)
    return [_fitted(column, by_name.get(_fold(column.name, table))) for column in columns]


def columns_of(table: FoundTable, named: Sequence[JournalColumn] = ()) -> list[JournalColumn]:
    """Return a fitted column for every type whose column the table has.

    This is what is written when nobody has chosen columns: a table made with some of them, or
    adapted by hand, then needs no list of columns a second time.

    Args:
        named: Types whose column has a name or size of its own; all others have the usual one.
    """
    by_name = _by_name(table)
    own = {column.type.name: column for column in named}
    candidates = [
        own.get(t.name, JournalColumn(t, t.column, t.size)) for t in COLUMN_TYPES.values()
    ]
    return fit_columns([c for c in candidates if _fold(c.name, table) in by_name], table)


def _fitted(column: JournalColumn, found: FoundColumn | None) -> JournalColumn:
    if found is None or found.size is None or column.size is None or found.size >= column.size:
        return column
    return replace(column, size=found.size)


def _by_name(table: FoundTable) -> dict[str, FoundColumn]:
    return {_fold(column.name, table): column for column in table.columns}


def _fold(name: str, table: FoundTable) -> str:
    return name.casefold() if table.folds_case else name
