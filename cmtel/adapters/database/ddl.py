"""The SQL that makes the journal table: printed, or run in the user's database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseError, UsageError

if TYPE_CHECKING:
    from sqlalchemy import Dialect, Engine, Table

#: What ``--dialect`` takes, and what SQLAlchemy calls it.
DIALECTS = ("sqlite", "postgresql", "mysql", "mariadb", "mssql", "oracle")


def statements(dialect: Dialect, name: TableName, columns: Sequence[JournalColumn]) -> list[str]:
    """Return the statements that make the journal and the watermark table, without semicolons."""
    from cmtel.adapters.database.schema import journal_table, watermark_table

    tables = (journal_table(name, columns), watermark_table(name.schema))
    return [sql for table in tables for sql in create_statements(dialect, table)]


def statements_for(
    dialect_name: str, name: TableName, columns: Sequence[JournalColumn]
) -> list[str]:
    """Return the statements for a database that is not connected.

    Raises:
        UsageError: No such dialect.
    """
    return statements(dialect_called(dialect_name), name, columns)


def dialect_called(name: str) -> Dialect:
    """Return SQLAlchemy's dialect of that name, which needs no driver.

    Raises:
        UsageError: No such dialect.
    """
    from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite

    if name not in DIALECTS:
        raise UsageError(f"{name!r} is no dialect.", hint=f"One of: {', '.join(DIALECTS)}.")
    modules: dict[str, Any] = {
        "sqlite": sqlite,
        "postgresql": postgresql,
        "mysql": mysql,
        "mssql": mssql,
        "oracle": oracle,
    }
    # "named" keeps a per cent sign in a name single: the text is for people, not for a driver.
    if name == "mariadb":
        return mysql.mariadb.MariaDBDialect(paramstyle="named")
    dialect: Dialect = modules[name].dialect(paramstyle="named")
    return dialect


def create_tables(
    engine: Engine, name: TableName, columns: Sequence[JournalColumn], *, if_missing: bool
) -> bool:
    """Make the journal table with its indexes, and the watermark table if it is missing.

    Returns:
        False: the table was there, and ``if_missing`` says that this is well; it is unchanged.

    Raises:
        DatabaseError: The table was there already; nothing was changed.
        DatabaseUnavailable, DatabaseSetupError: Nothing was made, except by a database that
            commits each statement (MariaDB, Oracle).
    """
    from cmtel.adapters.database.schema import journal_table

    with translated(engine, f"make the table {name}"):
        if has_table(engine, name):
            if not if_missing:
                raise DatabaseError(
                    f"The table {name} exists already; nothing was changed.",
                    hint="--if-missing takes that as done; 'cmtel journal validate' compares it.",
                    operation="create table",
                )
            create_watermark_table(engine, name.schema)
            return False
        create_watermark_table(engine, name.schema)
        with engine.begin() as connection:
            journal_table(name, columns).create(connection)
    return True


def create_watermark_table(engine: Engine, schema: str | None) -> None:
    """Make the watermark table if it is missing; another process may do it at the same time."""
    import sqlalchemy.exc

    from cmtel.adapters.database.schema import WATERMARK_TABLE, watermark_table

    name = TableName(schema, WATERMARK_TABLE)
    if has_table(engine, name):
        return
    try:
        with engine.begin() as connection:
            watermark_table(schema).create(connection)
    except sqlalchemy.exc.DBAPIError:
        if not has_table(engine, name):
            raise


def has_table(engine: Engine, name: TableName) -> bool:
    """Whether there is a table or view of that name."""
    import sqlalchemy

    with engine.connect() as connection:
        return sqlalchemy.inspect(connection).has_table(name.table, schema=name.schema)


def create_statements(dialect: Dialect, table: Table) -> list[str]:
    """Return the statements that make a table and its indexes."""
    from sqlalchemy.schema import CreateIndex, CreateTable

    made = [str(CreateTable(table).compile(dialect=dialect)).strip()]
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return made + [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
