"""Where calls stop, seen beside a real ingest: each of the five stages."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_connection, socket
from typing import Any

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.way import make_way_report
from cmtel.domain.way import Stage, Stop, where_it_stopped
from tests.crash.killable import IngestProcess, a_line, cmtel, free_port, pause
from tests.servers import own_postgresql

TIMEOUT_SECS = 30


class Site:
    """A running ingest, and one who looks along the way by the settings."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.port = free_port()
        assert cmtel("journal", "create-table", "--url", url, folder=folder).returncode == 0
        self.config = folder / "CmTelNotifier.xml"
        self.config.write_text(
            f'<CmTelNotifier version="1" timeZone="UTC"><Database url="{url}"/>'
            '<Journal><Spool folder="spool"/></Journal></CmTelNotifier>',
            "utf-8",
        )
        self.ingest = IngestProcess(
            folder, "--url", url, "--source", f"tcp-listen:127.0.0.1:{self.port}",
            "--format", "asterisk-csv", "--spool", str(folder / "spool"),
        )  # fmt: skip
        self.report = make_way_report(load_config(str(self.config)), SystemClock())

    def stop(self, silent_for: timedelta = timedelta(0)) -> Stop | None:
        way = self.report.way("Main")
        return where_it_stopped(way, datetime.now(UTC) - silent_for) if way else None

    def reaches(self, stage: Stage, silent_for: timedelta = timedelta(0), detail: str = "") -> Stop:
        found: list[Stop] = []

        def is_there() -> bool:
            stop = self.stop(silent_for)
            if stop is not None and stop.stage is stage and detail in stop.detail:
                found.append(stop)
            return bool(found)

        wait_until(is_there, lambda: f"not {stage}: {self.report.way('Main')}")
        return found[0]

    def status(self) -> dict[str, Any]:
        done = cmtel(
            "status", "--json", "--config", str(self.config),
            "--spool", str(self.folder / "spool"), folder=self.folder,
        )  # fmt: skip
        (way,) = json.loads(done.stdout)["ways"]
        return dict(way)


def wait_until(is_there: Callable[[], bool], say: Callable[[], str]) -> None:
    end = time.monotonic() + TIMEOUT_SECS
    while not is_there():
        assert time.monotonic() < end, say()
        pause(0.1)


@contextmanager
def running(site: Site) -> Iterator[None]:
    site.ingest.start()
    try:
        yield
    finally:
        site.ingest.kill()


def dialled(port: int) -> socket:
    wait_until(lambda: _answers(port), lambda: "nobody listens")
    return create_connection(("127.0.0.1", port))


def _answers(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def test_link_bytes_records_and_charging(tmp_path: Path) -> None:
    site = Site(tmp_path, f"sqlite:///{tmp_path / 'journal.db'}")
    assert site.stop() is None  # no spool yet: nothing is known
    with running(site):
        site.reaches(Stage.LINK, detail="listening")
        with dialled(site.port) as switch:
            assert site.reaches(Stage.BYTES).since is None

            switch.sendall(b"no call\r\n" * 5)
            records = site.reaches(Stage.RECORDS)
            assert records.detail.endswith("% rejected, last: unparsed: no call")
            assert records.since is not None
            stopped = site.status()["stopped"]
            assert stopped["stage"] == "records"
            assert "format detect" in stopped["remedy"]

            switch.sendall(a_line("1.1"))  # it has no price
            charging = site.reaches(Stage.CHARGING, silent_for=timedelta(hours=1))
            assert charging.detail == ""
            assert site.reaches(Stage.BYTES).since is not None  # nothing since that call
        site.reaches(Stage.LINK)
    down = site.reaches(Stage.LINK)
    assert down.detail == "no ingest is running"


@pytest.mark.postgresql
def test_a_database_that_is_down(tmp_path: Path) -> None:
    with own_postgresql() as database:
        server = database.server
        site = Site(tmp_path, f"postgresql://{server.user}@{server.host}:{server.port}/postgres")
        with running(site), dialled(site.port) as switch:
            switch.sendall(a_line("1.1"))
            site.reaches(Stage.BYTES)
            database.stop()
            switch.sendall(a_line("1.2"))

            stop = site.reaches(Stage.DATABASE)

            assert "refused" in stop.detail
            way = site.status()
            assert way["stopped"]["stage"] == "database"
            assert way["waiting"] == 1
            database.start()
            site.reaches(Stage.BYTES)
