"""What a database says of itself and of its clock, over a connection that only looks.

Source:
    PostgreSQL manual, "Date/Time Functions" (clock_timestamp); MariaDB knowledge base,
    "UTC_TIMESTAMP"; Microsoft, SYSUTCDATETIME; Oracle, SYS_EXTRACT_UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from cmtel.adapters.database.watching import WatchingConnection

#: The time of day in UTC by dialect. SQLite has the clock of this machine.
_NOW = {
    "postgresql": "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS double precision)",
    "mysql": "SELECT UTC_TIMESTAMP(3)",
    "mariadb": "SELECT UTC_TIMESTAMP(3)",
    "mssql": "SELECT SYSUTCDATETIME()",
    "oracle": "SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) FROM DUAL",
}


class DatabaseProduct(NamedTuple):
    """What answers."""

    dialect: str
    #: Such as 16.4; empty where it does not say.
    version: str


def product_of(connection: WatchingConnection) -> DatabaseProduct:
    """Connect, and return what answers.

    Raises:
        UsageError, MissingExtra, DatabaseUnavailable, DatabaseSetupError
    """
    from sqlalchemy import literal, select

    connection.rows(select(literal(1)))
    dialect = connection.engine.dialect
    version = getattr(dialect, "server_version_info", None) or ()
    name = "mariadb" if getattr(dialect, "is_mariadb", False) else dialect.name
    return DatabaseProduct(name, ".".join(str(part) for part in version))


def database_now(connection: WatchingConnection) -> datetime | None:
    """Return the database's time of day, aware, UTC; None: it has no clock of its own.

    Raises:
        DatabaseUnavailable, DatabaseSetupError, DatabaseError
    """
    from sqlalchemy import text

    statement = _NOW.get(connection.engine.dialect.name)
    if statement is None:
        return None
    value: Any = connection.rows(text(statement))[0][0]
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return datetime.fromtimestamp(float(value), UTC)
