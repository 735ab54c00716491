"""Records of a table or a query of any database: phone books and lists of extensions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.domain.phone_books import Record
from cmtel.domain.table_names import TableName
from cmtel.errors import PhoneBookError

if TYPE_CHECKING:
    from sqlalchemy import Engine, Executable

#: Rows fetched at a time.
_PAGE_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class TableRecords:
    """The rows of a table, or of a SELECT. Implements phone_book_ports.RecordSource.

    Attributes:
        open_engine: Opens the database; it is closed after each reading.
        table: The table; None if there is a query.
        query: A SELECT whose result has the columns that are asked for.
    """

    open_engine: Callable[[], Engine]
    table: TableName | None
    query: str | None = None

    def records(self, fields: Sequence[str]) -> Iterator[Record]:
        engine = self.open_engine()
        try:
            with translated(engine, "read the phone book"), engine.connect() as connection:
                streaming = connection.execution_options(stream_results=True, yield_per=_PAGE_ROWS)
                with streaming.execute(self._statement(fields)) as found:
                    places = _places(list(found.keys()), fields)
                    for row in found:
                        yield tuple(_cell(row[place]) for place in places)
        finally:
            engine.dispose()

    def version(self) -> str | None:
        return None  # no database tells what has changed without being read

    def _statement(self, fields: Sequence[str]) -> Executable:
        from sqlalchemy import column, select, table, text

        if self.table is None:
            return text(self.query or "")
        columns: list[Any] = [column(name) for name in dict.fromkeys(fields)]
        return select(*columns).select_from(
            table(self.table.table, *columns, schema=self.table.schema)
        )


def _places(found: Sequence[str], fields: Sequence[str]) -> list[int]:
    """Oracle and others change the case of names that are not quoted."""
    names = [name.casefold() for name in found]
    missing = [name for name in fields if name.casefold() not in names]
    if missing:
        raise PhoneBookError(
            f"The query of the phone book gives no column {', '.join(missing)}.",
            hint=f"It gives {', '.join(found)}.",
        )
    return [names.index(name.casefold()) for name in fields]


def _cell(value: Any) -> tuple[str, ...]:
    """An id that came as 12.0, as over some ODBC drivers, is 12."""
    if value is None:
        return ()
    if isinstance(value, (float, Decimal)) and value == int(value):
        value = int(value)
    if isinstance(value, (datetime, date)):
        value = value.isoformat()
    elif isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    text = str(value).strip()
    return (text,) if text else ()
