"""Which indexes a table has: asked of the catalog, by drivers that SQLAlchemy cannot ask, too.

Source:
    PostgreSQL manual, "pg_index"; MariaDB knowledge base, "Information Schema STATISTICS Table".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmtel.domain.table_names import TableName

if TYPE_CHECKING:
    from sqlalchemy import Connection

_POSTGRESQL = """
SELECT a.attname, CAST(i.indisprimary AS int), i.indnatts
FROM pg_catalog.pg_index i
JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = CAST(CAST(:name AS text) AS regclass) AND i.indpred IS NULL AND i.indisvalid
"""
_MYSQL = """
SELECT s.COLUMN_NAME, CASE WHEN s.INDEX_NAME = 'PRIMARY' THEN 1 ELSE 0 END,
       (SELECT COUNT(*) FROM information_schema.STATISTICS o WHERE o.TABLE_SCHEMA = s.TABLE_SCHEMA
        AND o.TABLE_NAME = s.TABLE_NAME AND o.INDEX_NAME = s.INDEX_NAME)
FROM information_schema.STATISTICS s
WHERE s.TABLE_SCHEMA = COALESCE(:schema, DATABASE()) AND s.TABLE_NAME = :table
      AND s.SEQ_IN_INDEX = 1
"""


def leading_columns(connection: Connection, name: TableName) -> tuple[set[str], str | None]:
    """Return the columns by which the table can be sought, and the primary key if it is one column.

    Partial and invalid indexes do not count.
    """
    from sqlalchemy import text

    dialect = connection.dialect.name
    if dialect == "postgresql":
        quoted = ".".join('"' + part.replace('"', '""') + '"' for part in name if part)
        found = connection.execute(text(_POSTGRESQL), {"name": quoted}).all()
    elif dialect in ("mysql", "mariadb"):
        values = {"schema": name.schema, "table": name.table}
        found = connection.execute(text(_MYSQL), values).all()
    else:
        return _inspected(connection, name)
    primary = [str(row[0]) for row in found if int(row[1]) and int(row[2]) == 1]
    return {str(row[0]) for row in found}, primary[0] if primary else None


def _inspected(connection: Connection, name: TableName) -> tuple[set[str], str | None]:
    from sqlalchemy import inspect

    inspector = inspect(connection)
    primary: list[str] = inspector.get_pk_constraint(name.table, name.schema)["constrained_columns"]
    leading = {primary[0]} if primary else set()
    for index in inspector.get_indexes(name.table, name.schema):
        columns: list[Any] = index["column_names"]
        if columns and columns[0] and not _is_partial(index):
            leading.add(str(columns[0]))
    return leading, primary[0] if len(primary) == 1 else None


def _is_partial(index: Any) -> bool:
    options = index.get("dialect_options") or {}
    return any(key.endswith("_where") and value is not None for key, value in options.items())
