"""The journal's database goes away for a minute under load: calls are accepted all the same."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy

from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from tests.crash.killable import IngestProcess, Sender, cmtel, free_port, pause, prefixes
from tests.crash.test_kill_ingest import wait_until_drained, wait_until_listening
from tests.databases import need_odbc_driver
from tests.servers import OwnPostgresql, own_postgresql

CALLS_PER_SEC = 500
OUTAGE_SECS = 60
PSYCOPG = "postgresql://postgres@127.0.0.1:{port}/postgres"
ODBC = (
    "odbc:Driver={{PostgreSQL Unicode}};Server=127.0.0.1;Port={port};UID=postgres;Database=postgres"
)
COLUMNS = "ID,Journal_Zeitpunkt,Cmtel_CallID"

pytestmark = [pytest.mark.slow, pytest.mark.postgresql, pytest.mark.timeout(300)]


class SteadySender(threading.Thread):
    """Sends 500 calls a second, in steps of 50 ms, until told to stop."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self._sender = Sender(port)
        self._is_stopping = threading.Event()

    @property
    def sent(self) -> int:
        return sum(self._sender.sent.values())

    def run(self) -> None:
        started = time.monotonic()
        while not self._is_stopping.wait(0.05):
            due = int((time.monotonic() - started) * CALLS_PER_SEC)
            self._sender.send(due - self.sent)

    def stop(self) -> None:
        self._is_stopping.set()
        self.join()
        self._sender.hang_up()


def received(folder: Path) -> int:
    spool = SqliteSpool(folder)
    try:
        return sum(source.received for source in spool.sources())
    finally:
        spool.close()


def test_a_minute_without_the_database_loses_nothing(tmp_path: Path) -> None:
    spool = tmp_path / "spool"
    with own_postgresql() as database, started(database, tmp_path) as (process, port, url):
        switch = SteadySender(port)
        switch.start()
        pause(2)

        database.stop()
        accepted = received(spool)
        for _ in range(OUTAGE_SECS):
            pause(1)
            before, accepted = accepted, received(spool)
            assert accepted - before > CALLS_PER_SEC / 4, "acceptance has stopped"
        database.start()

        pause(3)
        switch.stop()
        wait_until_drained(spool)
        assert received(spool) == switch.sent
        assert process.end() == 0, process.log()
        assert sum(prefixes(call_ids(url)).values()) == switch.sent > CALLS_PER_SEC * OUTAGE_SECS


def test_a_database_that_hangs_does_not_keep_the_ingest_from_ending(tmp_path: Path) -> None:
    with own_postgresql() as database, started(database, tmp_path) as (process, port, url):
        sender = Sender(port)
        sender.send(100)
        wait_until_drained(tmp_path / "spool")
        database.signal(signal.SIGSTOP)
        try:
            sender.send(100)
            pause(1)
            assert process.end(timeout_secs=5) == 0, process.log()
        finally:
            database.signal(signal.SIGCONT)
            sender.hang_up()
        assert received(tmp_path / "spool") == 200

        process.start()
        wait_until_drained(tmp_path / "spool")
        assert process.end() == 0
        assert sum(prefixes(call_ids(url)).values()) == 200


@pytest.mark.parametrize("template", [PSYCOPG, pytest.param(ODBC, marks=pytest.mark.odbc)])
def test_an_ingest_can_be_started_while_the_database_is_down(tmp_path: Path, template: str) -> None:
    if template == ODBC:
        need_odbc_driver("PostgreSQL Unicode")
    spool = tmp_path / "spool"
    with own_postgresql() as database, started(database, tmp_path, template) as (process, port, _):
        sender = Sender(port)
        sender.send(10)
        wait_until_drained(spool)
        assert process.end() == 0, process.log()
        sender.hang_up()

        database.stop()
        process.start()
        wait_until_listening(port)
        sender.send(10)
        sender.hang_up()
        while received(spool) < 20:
            pause(0.1)
        database.start()

        wait_until_drained(spool)
        assert process.end() == 0, process.log()
        url = PSYCOPG.format(port=database.server.port)
        assert sum(prefixes(call_ids(url)).values()) == 20


@contextmanager
def started(
    database: OwnPostgresql, folder: Path, template: str = PSYCOPG
) -> Iterator[tuple[IngestProcess, int, str]]:
    """A journal in ``database`` and a running ingest; yields it, its port and the URL."""
    url = template.format(port=database.server.port)
    made = cmtel("journal", "create-table", "--url", url, "--columns", COLUMNS, folder=folder)
    assert made.returncode == 0, made.stderr
    port = free_port()
    process = IngestProcess(
        folder, "--url", url, "--source", f"tcp-listen:127.0.0.1:{port}",
        "--format", "asterisk-csv", "--columns", COLUMNS, "--spool", str(folder / "spool"),
    )  # fmt: skip
    process.start()
    wait_until_listening(port)
    yield process, port, url


def call_ids(url: str) -> list[str]:
    engine = sqlalchemy.create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        query = sqlalchemy.text("SELECT call_id FROM journal ORDER BY id")
        found = [str(row[0]) for row in connection.execute(query)]
    engine.dispose()
    return found
