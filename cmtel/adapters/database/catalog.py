"""TableCatalog over a real database: the table as it is, and the SQL that changes it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cmtel.adapters.database.cures import Cures
from cmtel.adapters.database.inspection import find_table
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.table_differences import Difference, FoundTable
from cmtel.domain.table_names import TableName

if TYPE_CHECKING:
    from sqlalchemy import Engine


class SqlTableCatalog:
    """Implements services.journal_table.TableCatalog."""

    def __init__(self, engine: Engine, name: TableName, columns: Sequence[JournalColumn]) -> None:
        self._engine = engine
        self._name = name
        self._columns = columns

    def find(self) -> FoundTable | None:
        return find_table(self._engine, self._name)

    def cure(self, difference: Difference, others: Sequence[Difference]) -> list[str]:
        return Cures(self._engine.dialect.name, self._name, self._columns).cure(difference, others)
