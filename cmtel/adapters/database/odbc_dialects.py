"""SQLAlchemy's dialects for PostgreSQL and SQLite, over pyodbc, which SQLAlchemy does not have.

Only what differs from the other drivers of both: how the version is asked for, and that generated
values are not fetched. Registered by odbc.py under the driver name ``cmtel_odbc``.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.connectors.pyodbc import PyODBCConnector
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.dialects.sqlite.base import SQLiteDialect


class PostgresqlOverOdbc(PyODBCConnector, PGDialect):
    """PostgreSQL through psqlodbc."""

    driver = "pyodbc"
    supports_statement_cache = True
    default_paramstyle = "qmark"
    insert_returning = False
    use_insertmanyvalues = False

    def _get_server_version_info(self, connection: Any) -> Any:
        return PGDialect._get_server_version_info(self, connection)  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it untyped


class SqliteOverOdbc(PyODBCConnector, SQLiteDialect):
    """SQLite through sqliteodbc."""

    driver = "pyodbc"
    supports_statement_cache = True
    default_paramstyle = "qmark"
    insert_returning = False
    use_insertmanyvalues = False

    def __init__(self, dbapi: Any = None, **options: Any) -> None:
        # SQLAlchemy asks the driver's module for SQLite's version, which pyodbc does not know.
        SQLiteDialect.__init__(self, paramstyle="qmark", **options)
        self.dbapi = dbapi
        self.supports_default_values = True
        self.supports_cast = True

    def _get_server_version_info(self, connection: Any) -> Any:
        text = connection.exec_driver_sql("SELECT sqlite_version()").scalar()
        return tuple(int(part) for part in str(text).split("."))
