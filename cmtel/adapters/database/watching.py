"""A connection that only looks: at somebody else's table, every few minutes, for years.

It writes nothing, not even by a query from the settings that would (where the database can
refuse that), waits at most ten seconds for anything, stays open between looks, and is made anew
after an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.errors import translated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Engine, Row
    from sqlalchemy.sql import Executable

#: Seconds for one answer.
ANSWER_SECS = 10
#: Drivers whose connections may stay outside transactions; a look is then one round trip.
_AUTOCOMMITTING = frozenset({"psycopg", "pymysql", "pysqlite"})


class WatchingConnection:
    """Runs queries on one connection. Used by one thread."""

    def __init__(self, url: str, *, user: str | None = None, password: str | None = None) -> None:
        """Remember where to connect; nothing is connected yet."""
        self._login = (url, user, password)
        self._engine: Engine | None = None
        self._connection: Connection | None = None

    @property
    def engine(self) -> Engine:
        """The engine; for ODBC the driver is asked now.

        Raises:
            UsageError, MissingExtra, DatabaseUnavailable, DatabaseSetupError
        """
        if self._engine is None:
            url, user, password = self._login
            self._engine = open_engine(url, user=user, password=password, is_watching=True)
        return self._engine

    def rows(
        self, statement: Executable, values: dict[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """Return what a query finds.

        Raises:
            DatabaseUnavailable, DatabaseSetupError, DatabaseError: The connection is closed then.
        """
        engine = self.engine
        try:
            with translated(engine, "be watched"):
                connection = self.connection()
                found = connection.execute(statement, values or {}).all()
                if engine.dialect.driver not in _AUTOCOMMITTING:
                    connection.rollback()
                return found
        except BaseException:
            self.drop()
            raise

    def connection(self) -> Connection:
        """Return the open connection, made if need be. To be used inside ``translated``."""
        if self._connection is None:
            connection = self.engine.connect()
            if self.engine.dialect.driver in _AUTOCOMMITTING:
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            self._connection = connection
        return self._connection

    def drop(self) -> None:
        """Close the connection; the next query makes a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """Close everything."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
