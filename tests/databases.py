"""An empty database of its own for a test, on each kind of target that cmtel writes to."""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, text

from cmtel.adapters.database.connect import open_engine
from tests.servers import Server, missing

#: The targets: database, and the driver it is reached by.
TARGETS = (
    "sqlite",
    "postgresql",
    "mariadb",
    "sqlite-odbc",
    "postgresql-odbc",
    "mariadb-odbc",
)

_ODBC_DRIVERS = {
    "postgresql": "PostgreSQL Unicode",
    "mariadb": "MariaDB Unicode",
    "sqlite": "SQLite3",
}


@dataclass(frozen=True, slots=True)
class Database:
    """An empty database: ``url`` by the driver under test, ``admin_url`` by the usual one."""

    target: str
    url: str
    admin_url: str

    @property
    def kind(self) -> str:
        return self.target.partition("-")[0]

    @property
    def is_odbc(self) -> bool:
        return self.target.endswith("-odbc")

    def run(self, *statements: str) -> None:
        """Run statements by the usual driver, past the one under test."""
        engine = open_engine(self.admin_url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
        engine.dispose()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return what a query finds, by the usual driver."""
        engine = open_engine(self.admin_url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(text(query))]
        engine.dispose()
        return found


@contextmanager
def new_database(target: str, server: Server | None, folder: Path) -> Iterator[Database]:
    """Make an empty database and drop it at the end."""
    kind, _, odbc = target.partition("-")
    if odbc:
        need_odbc_driver(_ODBC_DRIVERS[kind])
    if server is None:
        path = folder / "journal.db"
        url = f"sqlite:///{path}"
        over_odbc = f"odbc:Driver={{SQLite3}};Database={path}"
        yield Database(target, over_odbc if odbc else url, url)
        return
    name = f"cmtel_test_{secrets.token_hex(6)}"
    with _on_server(kind, server, name) as url:
        yield Database(target, _odbc_url(kind, server, name) if odbc else url, url)


def _odbc_url(kind: str, server: Server, name: str) -> str:
    return (
        f"odbc:Driver={{{_ODBC_DRIVERS[kind]}}};Server={server.host};Port={server.port};"
        f"Database={name};UID={server.user}"
    )


@contextmanager
def _on_server(kind: str, server: Server, name: str) -> Iterator[str]:
    base = f"{kind}://{server.user}@{server.host}:{server.port}"
    admin = open_engine(f"{base}/postgres" if kind == "postgresql" else base)
    charset = " CHARACTER SET utf8mb4" if kind == "mariadb" else ""
    force = " WITH (FORCE)" if kind == "postgresql" else ""
    _autocommit(admin, f"CREATE DATABASE {name}{charset}")
    try:
        yield f"{base}/{name}"
    finally:
        _autocommit(admin, f"DROP DATABASE {name}{force}")
        admin.dispose()


def _autocommit(engine: Engine, statement: str) -> None:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(statement))


def need_odbc_driver(name: str) -> None:
    try:
        pyodbc = importlib.import_module("pyodbc")
    except ImportError:
        missing("the ODBC driver manager")
    if name not in pyodbc.drivers():
        missing(f"the ODBC driver {name}")
