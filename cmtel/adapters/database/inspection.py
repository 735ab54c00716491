"""The journal table as the database describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.type_families import affinity, family_of, size_of
from cmtel.domain.table_differences import FoundColumn, FoundTable
from cmtel.domain.table_names import TableName

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

#: Products to which names that differ only in case are the same.
_FOLDING = frozenset({"sqlite", "mysql", "mariadb", "mssql"})


def find_table(engine: Engine, name: TableName) -> FoundTable | None:
    """Return the table, or None if there is none (a view counts).

    Raises:
        DatabaseUnavailable, DatabaseSetupError
    """
    from sqlalchemy import inspect

    from cmtel.adapters.database.schema import WATERMARK_TABLE

    watermarks = TableName(name.schema, WATERMARK_TABLE)
    with translated(engine, f"describe the table {name}"), engine.connect() as connection:
        inspector = inspect(connection)
        if not inspector.has_table(name.table, schema=name.schema):
            return None
        has_watermarks = inspector.has_table(WATERMARK_TABLE, schema=name.schema)
        read = _READERS.get(engine.dialect.name, _read_any)
        return FoundTable(
            columns=read(connection, name),
            has_watermarks=has_watermarks,
            is_transactional=is_transactional(connection, name),
            are_watermarks_transactional=not has_watermarks
            or is_transactional(connection, watermarks),
            folds_case=engine.dialect.name in _FOLDING,
        )


def is_transactional(connection: Connection, name: TableName) -> bool:
    """Whether what is written to the table can be taken back: asked of driver and engine.

    Source:
        ODBC Programmer's Reference, SQLGetInfo, SQL_TXN_CAPABLE (SQL_TC_NONE is 0);
        MariaDB knowledge base, "Information Schema ENGINES Table".
    """
    from sqlalchemy import text

    dialect = connection.dialect
    if dialect.driver == "pyodbc":
        driver: Any = connection.connection.dbapi_connection
        module: Any = dialect.dbapi
        if driver.getinfo(module.SQL_TXN_CAPABLE) == 0:
            return False
    if dialect.name not in ("mysql", "mariadb"):
        return True
    answer = connection.execute(
        text(
            "SELECT e.TRANSACTIONS FROM information_schema.TABLES t"
            " JOIN information_schema.ENGINES e ON e.ENGINE = t.ENGINE"
            " WHERE t.TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND t.TABLE_NAME = :table"
        ),
        {"schema": name.schema, "table": name.table},
    ).scalar()
    # A view has no engine of its own; the tables behind it are the administrator's to know.
    return answer is None or answer == "YES"


def _read_any(connection: Connection, name: TableName) -> list[FoundColumn]:
    from sqlalchemy import inspect

    inspector = inspect(connection)
    columns = inspector.get_columns(name.table, schema=name.schema)
    return [_from_sqlalchemy(connection, column) for column in columns]


def _from_sqlalchemy(connection: Connection, column: Mapping[str, Any]) -> FoundColumn:
    sql_type = column["type"]
    words = sql_type.compile(dialect=connection.dialect)
    name = type(sql_type).__name__.upper()
    family = family_of(words.lower(), date_has_time=connection.dialect.name == "oracle")
    return FoundColumn(
        name=column["name"],
        family=family,
        sql_type=words,
        size=size_of(family, words, getattr(sql_type, "length", None)),
        is_nullable=bool(column["nullable"]),
        fills_itself=column.get("default") is not None
        or column.get("autoincrement") is True
        or bool(column.get("identity") or column.get("computed")),
        is_unicode=connection.dialect.name != "mssql" or name.startswith("N") or "UTF8" in words,
    )


def _read_sqlite(connection: Connection, name: TableName) -> list[FoundColumn]:
    """SQLite: the declared type decides what happens to a value, its size does not.

    Source: SQLite, "Datatypes In SQLite", Determination Of Column Affinity; "Rowid Tables".
    """
    quote = connection.dialect.identifier_preparer.quote
    schema = f"{quote(name.schema)}." if name.schema else ""
    sql = f"PRAGMA {schema}table_xinfo({quote(name.table)})"
    found = [tuple(row) for row in connection.exec_driver_sql(_doubled(connection, sql))]
    keys = [row for row in found if row[5]]
    return [
        FoundColumn(
            name=str(row[1]),
            family=affinity(str(row[2] or "")),
            sql_type=str(row[2] or "without a type"),
            is_nullable=not row[3] and not (row[5] and len(keys) == 1),
            fills_itself=row[4] is not None
            or bool(row[6])
            or (bool(row[5]) and len(keys) == 1 and str(row[2]).upper() == "INTEGER"),
        )
        for row in found
    ]


def _read_postgresql(connection: Connection, name: TableName) -> list[FoundColumn]:
    """PostgreSQL: asked of its catalog, which psqlodbc can do and SQLAlchemy through it cannot."""
    from sqlalchemy import text

    quoted = ['"' + part.replace('"', '""') + '"' for part in name if part]
    rows = connection.execute(text(_POSTGRESQL_COLUMNS), {"name": ".".join(quoted)})
    encoding = str(connection.execute(text("SHOW server_encoding")).scalar())
    is_unicode = encoding in ("UTF8", "SQL_ASCII")
    found = []
    for column, words, limit, is_not_null, fills_itself in rows:
        family = family_of(words)
        found.append(
            FoundColumn(
                name=column,
                family=family,
                sql_type=words,
                size=size_of(family, words, limit),
                is_nullable=not int(is_not_null),
                fills_itself=bool(int(fills_itself)),
                is_unicode=is_unicode,
            )
        )
    return found


#: atttypmod of varchar and char is the limit plus the four bytes of a header.
_POSTGRESQL_COLUMNS = """
SELECT a.attname, format_type(a.atttypid, a.atttypmod),
       CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN a.atttypmod - 4 END,
       CAST(a.attnotnull AS int),
       CASE WHEN a.atthasdef OR a.attidentity <> '' THEN 1 ELSE 0 END
FROM pg_catalog.pg_attribute a
WHERE a.attrelid = CAST(CAST(:name AS text) AS regclass) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""


def _read_mysql(connection: Connection, name: TableName) -> list[FoundColumn]:
    """MariaDB and MySQL: asked of the information schema, which has the character sets."""
    from sqlalchemy import text

    rows = connection.execute(
        text(
            "SELECT COLUMN_NAME, COLUMN_TYPE, CHARACTER_MAXIMUM_LENGTH, IS_NULLABLE,"
            " COLUMN_DEFAULT, EXTRA, CHARACTER_SET_NAME FROM information_schema.COLUMNS"
            " WHERE TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND TABLE_NAME = :table"
            " ORDER BY ORDINAL_POSITION"
        ),
        {"schema": name.schema, "table": name.table},
    )
    return [_from_mysql(*row) for row in rows]


def _from_mysql(
    column: str, words: str, limit: Any, nullable: str, default: Any, extra: str, charset: Any
) -> FoundColumn:
    family = family_of(words.lower(), timestamp_shifts=True)
    return FoundColumn(
        name=column,
        family=family,
        sql_type=words,
        size=size_of(family, words.lower(), None if limit is None else int(limit)),
        is_nullable=nullable == "YES",
        fills_itself=default is not None
        or any(word in extra.lower() for word in ("auto_increment", "generated", "default")),
        is_unicode=charset is None or str(charset).startswith(("utf", "ucs2")),
    )


_READERS: Mapping[str, Callable[[Connection, TableName], list[FoundColumn]]] = {
    "sqlite": _read_sqlite,
    "postgresql": _read_postgresql,
    "mysql": _read_mysql,
    "mariadb": _read_mysql,
}


def _doubled(connection: Connection, sql: str) -> str:
    """Return SQL for exec_driver_sql: a driver that marks values with % wants it doubled."""
    style: Any = connection.dialect.paramstyle
    return sql.replace("%", "%%") if style in ("format", "pyformat") else sql


def spelled_as_found(engine: Engine, name: TableName) -> TableName:
    """Return the name as the database spells the table, where it takes other spellings, too."""
    from sqlalchemy import inspect

    if engine.dialect.name not in _FOLDING:
        return name
    with translated(engine, f"describe the table {name}"), engine.connect() as connection:
        tables = inspect(connection).get_table_names(schema=name.schema)
    if name.table in tables:
        return name
    same = [table for table in tables if table.casefold() == name.table.casefold()]
    return TableName(name.schema, same[0]) if len(same) == 1 else name
