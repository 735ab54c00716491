"""How a session is made for what is tried and taken back: as for work, but it leaves no trace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Engine

#: Seconds that a trial waits for a writer in SQLite.
_BUSY_SECS = 5


def prepare_sqlite_trials(engine: Engine) -> None:
    """SQLite: no file is made where there is none, and the journal mode stays as it is."""
    from sqlalchemy import event

    if engine.dialect.driver == "pysqlite":
        event.listen(engine, "do_connect", _open_existing)
        event.listen(engine, "connect", _take_transactions)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "connect", _prepare_over_odbc)


def _open_existing(
    _dialect: Any, _record: Any, words: list[Any], options: dict[str, Any]
) -> None:  # fmt: skip
    """Source: SQLite, "Uniform Resource Identifiers": mode=rw."""
    options["timeout"] = _BUSY_SECS
    if words and words[0] != ":memory:" and "uri" not in options:
        words[0] = f"{Path(words[0]).absolute().as_uri()}?mode=rw"
        options["uri"] = True


def _take_transactions(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # else Python would begin transactions by its own ideas
    connection.execute("PRAGMA foreign_keys=ON")


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def _prepare_over_odbc(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA busy_timeout={_BUSY_SECS * 1000}")
    finally:
        cursor.close()
