"""Whether the journal table fits, and what would make it fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.table_differences import Difference, FoundTable, compare


class TableCatalog(Protocol):
    """What a database knows about its tables."""

    def find(self) -> FoundTable | None:
        """Return the journal table, or None if there is none."""

    def cure(self, difference: Difference, others: Sequence[Difference]) -> list[str]:
        """Return the statements that remove a difference."""


class Finding(NamedTuple):
    """A difference, in words, with the statements that remove it."""

    trouble: str
    column: str | None
    message: str
    cure: list[str]


def validate(catalog: TableCatalog, columns: Sequence[JournalColumn]) -> list[Finding]:
    """Return every difference between the table and the columns; none: it fits."""
    differences = compare(columns, catalog.find())
    return [_finding(catalog, difference, differences) for difference in differences]


def _finding(
    catalog: TableCatalog, difference: Difference, others: Sequence[Difference]
) -> Finding:
    named = difference.found or difference.wanted
    return Finding(
        trouble=difference.trouble.value,
        column=named.name if named else None,
        message=difference.message,
        cure=catalog.cure(difference, others),
    )
