"""Fixtures that many tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import TARGETS, Database, new_database
from tests.servers import Server, mariadb_server, postgresql_server

_MARKS = {
    "sqlite": [],
    "postgresql": [pytest.mark.postgresql],
    "mariadb": [pytest.mark.mariadb],
    "sqlite-odbc": [pytest.mark.odbc],
    "postgresql-odbc": [pytest.mark.odbc, pytest.mark.postgresql],
    "mariadb-odbc": [pytest.mark.odbc, pytest.mark.mariadb],
}

#: Parameters for a test that is to run on every target.
EVERY_TARGET = [pytest.param(name, marks=_MARKS[name]) for name in TARGETS]


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server."""
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[Server]:
    """A MariaDB server."""
    with mariadb_server() as server:
        yield server


@pytest.fixture(params=EVERY_TARGET)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database; a test that asks for it runs on every target.

    One or some targets: ``@pytest.mark.parametrize("database", [...], indirect=True)``.
    """
    kind = request.param.partition("-")[0]
    server = None if kind == "sqlite" else request.getfixturevalue(kind)
    with new_database(request.param, server, tmp_path) as made:
        yield made
