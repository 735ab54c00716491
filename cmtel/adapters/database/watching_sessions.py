"""How a session is made that only looks: read-only where the database can, and never for long."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

#: Seconds for one answer.
ANSWER_SECS = 10


def watching_args(url: URL, defaults: dict[str, Any]) -> dict[str, Any]:
    """Return driver arguments for a session that only looks; the URL's own words win.

    Source:
        PostgreSQL manual, "Client Connection
        Defaults" (statement_timeout, default_transaction_read_only).
    """
    name, _, driver = url.drivername.partition("+")
    given = dict(defaults)
    if name == "sqlite" and driver in ("", "pysqlite"):
        if "timeout" in given:
            given["timeout"] = ANSWER_SECS
    elif driver == "psycopg":
        given["tcp_user_timeout"] = ANSWER_SECS * 1000
        if "options" not in url.query:
            limit = f"-c statement_timeout={ANSWER_SECS * 1000}"
            given["options"] = f"{limit} -c default_transaction_read_only=on"
    elif driver == "pymysql":
        for word in ("read_timeout", "write_timeout"):
            if word in given:
                given[word] = ANSWER_SECS
    return given


def prepare_watching_session(engine: Engine) -> Callable[[Any, Any], None]:
    """Return what is done with each new connection."""
    name, driver = engine.dialect.name, engine.dialect.driver

    def prepare(connection: Any, _record: Any) -> None:
        if driver == "pyodbc" and name != "postgresql":  # psqlodbc knows no such attribute
            connection.timeout = ANSWER_SECS
        if name in ("mysql", "mariadb"):
            _run(connection, "SET SESSION TRANSACTION READ ONLY")
            # MariaDB's is in seconds; MySQL's, of another name, is in milliseconds.
            if getattr(engine.dialect, "is_mariadb", False):
                _run(connection, f"SET SESSION max_statement_time = {ANSWER_SECS}")
        elif name == "sqlite":
            _run(connection, "PRAGMA query_only = ON")
        elif name == "postgresql" and driver == "pyodbc":
            _run(connection, f"SET statement_timeout = {ANSWER_SECS * 1000}")
            _run(connection, "SET default_transaction_read_only = on")
            connection.commit()

    return prepare


def open_read_only(
    _dialect: Any, _record: Any, words: list[Any], options: dict[str, Any]
) -> None:  # fmt: skip
    """Have SQLite open the file read-only, so that a wrong path makes no new database.

    Source:
        SQLite, "Uniform Resource Identifiers": mode=ro.
    """
    if words and words[0] != ":memory:" and "uri" not in options:
        words[0] = f"{Path(words[0]).absolute().as_uri()}?mode=ro"
        options["uri"] = True


def _run(connection: Any, sql: str) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
    finally:
        cursor.close()
