"""Which bulk writer a database gets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.bulk import savepoints
from cmtel.adapters.database.bulk.copy import CopyWriter
from cmtel.adapters.database.bulk.encoding import PlainWriter
from cmtel.adapters.database.bulk.many import ManyWriter
from cmtel.adapters.database.bulk.multi_row import MultiRowWriter
from cmtel.adapters.database.bulk.seam import BulkWriter, InsertTarget
from cmtel.adapters.database.bulk.sqlite import SqliteWriter
from cmtel.adapters.database.errors import driver_errors, refusal_of
from cmtel.domain.column_selection import JournalColumn, written_columns
from cmtel.domain.table_names import TableName

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Values in one statement, 250 rows of the usual columns: measured, MariaDB and psqlodbc are as
#: fast as with thousands. SQLite's limit is 32,766, PostgreSQL's protocol ends at 65,535.
_MAX_VALUES = 4_000


def choose_writer(
    engine: Engine,
    name: TableName,
    columns: Sequence[JournalColumn],
    *,
    one_by_one: bool = False,
) -> BulkWriter:
    """Return the fastest writer there is for the engine's driver.

    Args:
        engine: The database.
        name: The table.
        columns: What rows have values for.
        one_by_one: The table cannot take rows back, so each goes in by itself.
    """
    target = insert_target(engine, name, columns)
    dialect, driver = engine.dialect.name, engine.dialect.driver
    if driver == "psycopg" and not one_by_one:
        return CopyWriter(target)
    if dialect == "sqlite" and driver == "pysqlite":
        return SqliteWriter(target)
    writer = _statement_writer(engine, target, one_by_one=one_by_one)
    return PlainWriter(writer, target.columns) if dialect == "sqlite" else writer


def _statement_writer(engine: Engine, target: InsertTarget, *, one_by_one: bool) -> BulkWriter:
    dialect, marks = engine.dialect.name, _marks(engine, target)
    if not one_by_one and dialect not in _MULTI_ROW:
        points = _SAVEPOINTS.get(dialect, savepoints.STANDARD)
        return ManyWriter(target, marks, points, is_fast=engine.dialect.driver == "pyodbc")
    return MultiRowWriter(
        target,
        marks,
        1 if one_by_one else max(1, _MAX_VALUES // len(target.names)),
        savepoints.STANDARD if dialect == "postgresql" else savepoints.NONE,
        tells_row=dialect in ("mysql", "mariadb"),
        cuts_at_nul=dialect in ("postgresql", "sqlite"),
    )


def insert_target(
    engine: Engine, name: TableName, columns: Sequence[JournalColumn]
) -> InsertTarget:
    """Return the table and its columns, quoted as the engine's database wants it."""
    prepare = engine.dialect.identifier_preparer
    written = written_columns(columns)
    # The preparer doubles per cent signs for psycopg, but COPY has no values, so none is halved.
    once = (lambda text: text.replace("%%", "%")) if engine.dialect.driver == "psycopg" else str
    quoted_schema = f"{prepare.quote_schema(name.schema)}." if name.schema else ""
    return InsertTarget(
        table=once(quoted_schema + prepare.quote_identifier(name.table)),
        table_name=name.table,
        names=[once(prepare.quote_identifier(column.name)) for column in written],
        columns=written,
        driver_errors=driver_errors(engine),
        refusal=lambda exc: refusal_of(exc, engine),
    )


#: Products that take many rows in one INSERT, and take all of them back if one is refused.
_MULTI_ROW = frozenset({"postgresql", "mysql", "mariadb", "sqlite"})

_SAVEPOINTS = {"mssql": savepoints.SQL_SERVER, "oracle": savepoints.ORACLE}


def _marks(engine: Engine, target: InsertTarget) -> list[str]:
    style: Any = engine.dialect.paramstyle
    numbers = range(1, len(target.names) + 1)
    if style in ("named", "numeric"):
        return [f":{n}" for n in numbers]
    return ["?" if style == "qmark" else "%s"] * len(target.names)
