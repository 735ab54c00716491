"""Fixtures that many tests share."""

from __future__ import annotations

import os
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


@pytest.fixture(scope="session", autouse=True)
def own_state_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Nothing that a test runs, here or in a child process, touches this machine's own state."""
    folder = tmp_path_factory.mktemp("state")
    before = {name: os.environ.get(name) for name in ("STATE_DIRECTORY", "XDG_STATE_HOME")}
    os.environ.update(dict.fromkeys(before, str(folder)))
    yield folder
    for name, value in before.items():
        if value is None:
            del os.environ[name]
        else:
            os.environ[name] = value


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
