"""Reading the journal table: rows stream through, memory stays flat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.inspection import find_table
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.column_types import Kind
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseSetupError, UsageError
from cmtel.services.reading_ports import JournalQuery

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine, Select

#: Rows fetched at a time.
_PAGE_ROWS = 1_000

_MOMENT, _MOMENT_TEXT = "Journal_ZeitpunktNumerisch", "Journal_Zeitpunkt"


class SqlJournalReader:
    """Implements ports.JournalReader.

    Args:
        engine: From connect.open_engine.
        table: The journal table; columns that it does not have are left out.
        columns: What to read.
    """

    def __init__(self, engine: Engine, table: TableName, columns: Sequence[JournalColumn]) -> None:
        self._engine = engine
        self._name = table
        self._wanted = columns
        self._found: Sequence[JournalColumn] | None = None

    @property
    def columns(self) -> Sequence[JournalColumn]:
        """The columns that the table has of those that were asked for."""
        if self._found is None:
            self._found = self._look_up()
        return self._found

    def rows(self, query: JournalQuery) -> Iterator[dict[str, Any]]:
        """Yield the rows as mappings of column type name to value.

        Date/times are naive, as they are in the table. Numbers of ``query`` may end in ``*``.

        Raises:
            UsageError: A filter needs a column that the table does not have.
            DatabaseUnavailable, DatabaseSetupError
        """
        columns = self.columns
        statement = self._select(query)
        with translated(self._engine, "read the journal"), self._engine.connect() as connection:
            streaming = connection.execution_options(stream_results=True, yield_per=_PAGE_ROWS)
            with streaming.execute(statement) as found:
                for row in found:
                    yield {
                        column.type.name: _value(column, cell)
                        for column, cell in zip(columns, row, strict=True)
                    }

    def close(self) -> None:
        self._engine.dispose()

    def _look_up(self) -> list[JournalColumn]:
        found = find_table(self._engine, self._name)
        if found is None:
            raise DatabaseSetupError(
                f"There is no table {self._name} in the database.",
                hint="--table names it; 'cmtel journal create-table' makes it.",
            )
        fold = str.casefold if found.folds_case else str
        names = {fold(column.name) for column in found.columns}
        columns = [column for column in self._wanted if fold(column.name) in names]
        if not columns:
            raise DatabaseSetupError(
                f"The table {self._name} has none of the journal's columns.",
                hint="--name TYPE=COLUMN says what they are called.",
            )
        return columns

    def _select(self, query: JournalQuery) -> Select[Any]:
        from sqlalchemy import column, select, table

        parts: list[Any] = [column(c.name) for c in self.columns]
        base = select(*parts).select_from(table(self._name.table, *parts, schema=self._name.schema))
        statement = base.where(*self._conditions(query)).order_by(*self._order(query))
        return statement if query.limit is None else statement.limit(query.limit)

    def _conditions(self, query: JournalQuery) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if query.since is not None or query.until is not None:
            found += self._period(query.since, query.until)
        for type_name, wanted in (
            ("Journal_Rufnummer", query.number),
            ("Journal_LokaleRufnummer", query.local_number),
            ("Journal_VerbZustand", query.state and query.state.upper()),
        ):
            if wanted is not None:
                found.append(_matches(self._column(type_name), wanted))
        if query.after is not None:
            found += [self._column(name) > value for name, value in query.after.items()]
        return found

    def _period(self, since: datetime | None, until: datetime | None) -> list[ColumnElement[bool]]:
        """``since`` is in the period, ``until`` is not."""
        moment = self._column(_MOMENT, _MOMENT_TEXT)
        is_text = not self._has(_MOMENT) or self._engine.dialect.name == "sqlite"
        bounds = [None if b is None else str(b) if is_text else b for b in (since, until)]
        after = [] if bounds[0] is None else [moment >= bounds[0]]
        return after + ([] if bounds[1] is None else [moment < bounds[1]])

    def _order(self, query: JournalQuery) -> list[ColumnElement[Any]]:
        names = [_MOMENT, _MOMENT_TEXT, "ID"]
        if query.after is not None:
            names = [*query.after, *names]
        keys = [self._column(name) for name in dict.fromkeys(names) if self._has(name)]
        return [key.asc() if query.oldest_first else key.desc() for key in keys]

    def _has(self, type_name: str) -> bool:
        return any(column.type.name == type_name for column in self.columns)

    def _column(self, *type_names: str) -> ColumnElement[Any]:
        """Return the first of the columns that the table has."""
        from sqlalchemy import column

        for type_name in type_names:
            for found in self.columns:
                if found.type.name == type_name:
                    return column(found.name)
        raise UsageError(
            f"The table {self._name} has no column for {type_names[0]} to filter by.",
            hint="--name TYPE=COLUMN says what it is called.",
        )


def _matches(column: ColumnElement[Any], wanted: str) -> ColumnElement[bool]:
    if not wanted.endswith("*"):
        return column == wanted
    return column.startswith(wanted.rstrip("*"), autoescape=True)


def _value(column: JournalColumn, cell: Any) -> Any:
    """Return date/times as such, also from a database that keeps them as text."""
    if column.kind is Kind.DATE_TIME and isinstance(cell, str):
        return datetime.fromisoformat(cell)
    if type(cell) is date:
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  # the journal's times are local
    return cell
