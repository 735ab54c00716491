"""ODBC: the driver is asked which database is behind it, and gets SQLAlchemy's dialect for it.

A connection string (``DSN=name`` or ``Driver={...};Server=...``) does not say whose SQL is spoken.
One connection is made to ask (SQLGetInfo, SQL_DBMS_NAME); the engine then makes its own.

Source:
    ODBC Programmer's Reference: SQLGetInfo (SQL_DBMS_NAME, SQL_TXN_CAPABLE), SQLDriverConnect
    ("Connection Strings": attribute values in braces, a closing brace doubled).
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import as_database_error
from cmtel.errors import DatabaseSetupError, MissingExtra

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Seconds for making a connection (SQL_ATTR_LOGIN_TIMEOUT).
LOGIN_TIMEOUT_SECS = 10

#: What SQL_DBMS_NAME begins with, in lower case, and SQLAlchemy's dialect for it.
_DIALECTS = {
    "postgresql": "postgresql+cmtel_odbc",
    "mariadb": "mariadb+pyodbc",
    "mysql": "mysql+pyodbc",
    "sqlite": "sqlite+cmtel_odbc",
    "microsoft sql server": "mssql+pyodbc",
}

#: One attribute of a connection string: KEY=value or KEY={value}.
_ATTRIBUTE = re.compile(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*)\s*(?:;|$)")

_SECRETS = frozenset({"pwd", "password", "passwd", "secret", "token", "accesstoken"})


def open_odbc_engine(connection_string: str, *, user: str | None, password: str | None) -> Engine:
    """Return an engine for what is behind an ODBC connection string.

    Raises:
        DatabaseUnavailable, DatabaseSetupError: The driver cannot be asked, or is one of a
            database that cmtel has no dialect for.
        MissingExtra: pyodbc or the driver manager is not installed.
    """
    from sqlalchemy import URL, create_engine
    from sqlalchemy.dialects import registry

    registry.register("postgresql.cmtel_odbc", f"{__package__}.odbc_dialects", "PostgresqlOverOdbc")
    registry.register("sqlite.cmtel_odbc", f"{__package__}.odbc_dialects", "SqliteOverOdbc")
    full = with_login(connection_string, user, password)
    dialect = dialect_behind(full)
    url = URL.create(dialect, query={"odbc_connect": mask_odbc(full)})
    return create_engine(url, pool_pre_ping=True, creator=lambda: _connect(full))


def dialect_behind(connection_string: str) -> str:
    """Return SQLAlchemy's dialect and driver for the database behind the driver."""
    pyodbc = _pyodbc()
    label = f"odbc:{mask_odbc(connection_string)}"
    try:
        connection = _connect(connection_string)
    except pyodbc.Error as exc:
        likely = _likely_dialect(f"{connection_string} {exc}")
        raise as_database_error(exc, likely, label, "be reached") from exc
    try:
        product = str(connection.getinfo(pyodbc.SQL_DBMS_NAME))
    finally:
        connection.close()
    for name, dialect in _DIALECTS.items():
        if product.lower().startswith(name):
            return dialect
    raise DatabaseSetupError(
        f"Behind {label} is {product}, whose SQL cmtel does not speak over ODBC.",
        hint=f"Known over ODBC: {', '.join(_DIALECTS)}. Others by an SQLAlchemy URL.",
    )


def _likely_dialect(words: str) -> str:
    """Return whose codes an error is likely to have, when the driver could not be asked yet."""
    signs = {"postgres": "postgresql", "maria": "mysql", "mysql": "mysql", "[ma-": "mysql"}
    signs["sqlite"] = "sqlite"
    return next((name for sign, name in signs.items() if sign in words.lower()), "odbc")


def with_login(connection_string: str, user: str | None, password: str | None) -> str:
    """Return the connection string with UID and PWD where they are given, braces and all."""
    parts = [connection_string.rstrip("; ")]
    parts += [] if user is None else [f"UID={_braced(user)}"]
    parts += [] if password is None else [f"PWD={_braced(password)}"]
    return ";".join(parts)


def mask_odbc(connection_string: str) -> str:
    """Return the connection string with every secret starred out."""
    return ";".join(
        f"{key}={'***' if key.lower() in _SECRETS else value}"
        for key, value in attributes(connection_string)
    )


def attributes(connection_string: str) -> list[tuple[str, str]]:
    """Return the keys and values of a connection string; values in braces with them."""
    return _ATTRIBUTE.findall(connection_string)


def _connect(connection_string: str) -> Any:
    return _pyodbc().connect(connection_string, timeout=LOGIN_TIMEOUT_SECS)


def _pyodbc() -> Any:
    try:
        pyodbc: Any = importlib.import_module("pyodbc")
    except ImportError as exc:
        raise MissingExtra(
            "ODBC cannot be used: pyodbc or the ODBC driver manager is not installed.",
            hint="On Debian: apt install unixodbc; then: pip install pyodbc",
        ) from exc
    # The driver manager's own pool hands out connections that died long ago.
    pyodbc.pooling = False
    return pyodbc


def _braced(value: str) -> str:
    return "{" + value.replace("}", "}}") + "}"
