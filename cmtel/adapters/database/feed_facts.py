"""Whether an index serves a feed: asked of the catalog, or for a query of the database's plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.feed_rows import SqlRows, statement_of
from cmtel.adapters.database.feed_shape import Shape
from cmtel.services.notifier.feeds.facts import IndexCheck

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: What the plans of the databases say where they sort what no index has in order.
#: Source: SQLite, "EXPLAIN QUERY PLAN"; PostgreSQL manual, "Using EXPLAIN"; MariaDB, "EXPLAIN".
_EXPLAIN = {
    "sqlite": ("EXPLAIN QUERY PLAN", "temp b-tree"),
    "postgresql": ("EXPLAIN", "sort"),
    "mysql": ("EXPLAIN", "filesort"),
    "mariadb": ("EXPLAIN", "filesort"),
}


def check_index(rows: SqlRows) -> IndexCheck:
    """Return whether records are found by an index.

    Raises:
        DatabaseUnavailable, DatabaseSetupError: The table cannot be looked at.
    """
    shape = rows.shape
    if shape.leading is None:
        return _of_plan(rows.engine, shape)
    if shape.key in shape.leading:
        return IndexCheck(True, f"Records are found by the index on {shape.key}.")
    return IndexCheck(
        False,
        f"The table {shape.name} has no index that begins with {shape.key}: each look reads all "
        "of it.",
        _cure(rows.engine, shape),
    )


def _cure(engine: Engine, shape: Shape) -> str:
    quote = engine.dialect.identifier_preparer.quote
    if shape.name is None:
        return ""
    table = ".".join(quote(part) for part in shape.name if part)
    index = quote(f"{shape.name.table}_{shape.key}_ix")
    return f"CREATE INDEX {index} ON {table} ({quote(shape.key)})"


def _of_plan(engine: Engine, shape: Shape) -> IndexCheck:
    words = _EXPLAIN.get(engine.dialect.name)
    if words is None:
        return IndexCheck(None, "Whether an index serves the query is not known here.")
    explain, sign = words
    statement = statement_of(shape, "last", has_key=False)
    with translated(engine, "explain the feed's query"), engine.connect() as connection:
        compiled: Any = statement.params(limit=1).compile(
            dialect=engine.dialect, compile_kwargs={"literal_binds": True}
        )
        found = connection.exec_driver_sql(f"{explain} {compiled}").all()
    plan = " ".join(str(cell) for row in found for cell in row).lower()
    if sign in plan:
        return IndexCheck(
            False, f"The query is sorted by {shape.key} at each look: no index has that order."
        )
    return IndexCheck(True, f"The query is read in the order of {shape.key} by an index.")
