"""The journal table for ``phonebook backfill``: rows without a name, and their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.inspection import find_table
from cmtel.domain.column_fitting import columns_of
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import RECORD_ID
from cmtel.domain.phone_books import Hit
from cmtel.domain.record_ids import record_number
from cmtel.domain.table_differences import Family, FoundTable
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseSetupError
from cmtel.services.backfill import Fill, Nameless

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine, TableClause

#: Rows read at a time.
_PAGE_ROWS = 2_000
#: Keys in one statement; SQLite and SQL Server have limits not far above.
_MAX_KEYS = 500

_NUMBER, _E164, _NAME = "Journal_Rufnummer", "Cmtel_E164", "Journal_Name"
_IN_OUT = "Journal_In_Out"
_MOMENTS = ("Journal_ZeitpunktNumerisch", "Journal_Zeitpunkt")


class SqlNameTable:
    """Implements backfill.NameTable.

    Args:
        engine: From connect.open_engine.
        table: The journal table; it needs columns for ID, number and name.
        columns: Those whose names or sizes are not the usual ones.
        since: Only calls from this moment on, local.
    """

    def __init__(
        self, engine: Engine, table: TableName, columns: Sequence[JournalColumn],
        since: datetime | None = None,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._name = table
        self._since = since
        found = find_table(engine, table)
        if found is None:
            raise DatabaseSetupError(
                f"There is no table {table} in the database.", hint="--table names it."
            )
        self._columns = {each.type.name: each for each in columns_of(found, columns)}
        self._is_id_numeric = self._has_numeric_id(found)
        for needed in ("ID", _NUMBER, _NAME):
            self._column(needed)

    def pages(self) -> Iterator[Sequence[Nameless]]:
        from sqlalchemy import null, select

        key, number = self._column("ID"), self._column(_NUMBER)
        more = [self._column(n) if n in self._columns else null() for n in (_E164, _IN_OUT)]
        base = select(key, number, *more).select_from(self._clause()).where(self._is_nameless())
        base = base.where(number.is_not(None), *self._period()).order_by(key).limit(_PAGE_ROWS)
        page: list[Nameless] = []
        while not page or len(page) == _PAGE_ROWS:
            statement = base.where(key > page[-1].row_id) if page else base
            with translated(self._engine, "read the journal"), self._engine.connect() as connection:
                page = [Nameless(*row) for row in connection.execute(statement)]
            if not page:
                return
            yield page

    def fill(self, fills: Sequence[Fill]) -> int:
        count = 0
        with translated(self._engine, "add names"), self._engine.begin() as connection:
            for fill in fills:
                for start in range(0, len(fill.row_ids), _MAX_KEYS):
                    keys = fill.row_ids[start : start + _MAX_KEYS]
                    count += connection.execute(self._update(fill.hit, keys)).rowcount
        return count

    def _update(self, hit: Hit, keys: Sequence[int]) -> Any:
        """A column that has something already, such as a company, keeps it."""
        from sqlalchemy import func, literal, update

        values: dict[Any, Any] = {}
        for type_name, value in self._values(hit).items():
            if type_name in self._columns and value is not None:
                column = self._column(type_name)
                kept = column if type_name != _NAME else None
                given = literal(value)
                values[column] = given if kept is None else func.coalesce(kept, given)
        key = self._column("ID")
        return update(self._clause()).values(values).where(key.in_(keys), self._is_nameless())

    def _values(self, hit: Hit) -> dict[str, str | int | None]:
        record_id = record_number(hit.record_id) if self._is_id_numeric else hit.record_id
        found = {
            _NAME: hit.name or hit.company, "Journal_Firma": hit.company,
            "Journal_DatensatzTabelle": hit.table, RECORD_ID: record_id,
        }  # fmt: skip
        return {name: self._fitted(name, value) for name, value in found.items()}

    def _fitted(self, type_name: str, value: str | int | None) -> str | int | None:
        column = self._columns.get(type_name)
        if column is None or column.size is None or not isinstance(value, str):
            return value
        return value[: column.size]

    def _is_nameless(self) -> ColumnElement[bool]:
        name = self._column(_NAME)
        return name.is_(None) | (name == "")

    def _period(self) -> list[ColumnElement[bool]]:
        """Text compares as the moments do: YYYY-MM-DD HH:MM:SS."""
        if self._since is None:
            return []
        names = [name for name in _MOMENTS if name in self._columns] or [_MOMENTS[0]]
        is_text = names[0] == _MOMENTS[1] or self._engine.dialect.name == "sqlite"
        return [self._column(names[0]) >= (str(self._since) if is_text else self._since)]

    def _column(self, type_name: str) -> ColumnElement[Any]:
        from sqlalchemy import column

        if type_name not in self._columns:
            raise DatabaseSetupError(
                f"The table {self._name} has no column for {type_name}, which this needs.",
                hint="--name TYPE=COLUMN says what it is called.",
            )
        return column(self._columns[type_name].name)

    def _clause(self) -> TableClause:
        from sqlalchemy import column, table

        parts: list[Any] = [column(each.name) for each in self._columns.values()]
        return table(self._name.table, *parts, schema=self._name.schema)

    def _has_numeric_id(self, found: FoundTable) -> bool:
        mine = self._columns.get(RECORD_ID)
        families = {each.name.casefold(): each.family for each in found.columns}
        return mine is not None and families[mine.name.casefold()] is not Family.TEXT
