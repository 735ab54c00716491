"""Real ingest processes log in to simulated switches, over cut lines and kills: who loses what."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.simulation import (
    SwitchOrder,
    WayOut,
    format_encoder,
    format_talk,
    switch_simulation,
)
from cmtel.domain.calls import CallRecord
from cmtel.domain.traffic import TrafficPlan
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions
from cmtel.services.simulation import SimulationSummary
from tests.crash.killable import IngestProcess, cmtel, pause
from tests.format_samples import decode_bytes
from tests.integration.simulated_switch.peers import wait_until

SECRET = "s3cret-of-the-switch"  # noqa: S105  # of a simulation

Key = tuple[str | None, str | None, int | None]


class Site:
    """A simulated switch in a thread, an ingest process that dials it, and their journal."""

    def __init__(self, folder: Path, name: str, *words: str) -> None:
        os.environ["CMTEL_TEST_SECRET"] = SECRET
        self.folder, self.name = folder, name
        self.told: list[str] = []
        self.clock = SystemClock()
        self.manifest = folder / "manifest.jsonl"
        self._database = folder / "journal.db"
        self._words = words
        self._talk = format_talk(name, [word for word in words if "interval" not in word], None)
        self._thread: threading.Thread | None = None
        self._summary: SimulationSummary | None = None

    def play(self, calls: int, rate: float, drop_after: int | None = None) -> None:
        """Start the switch, and the ingest."""
        order = SwitchOrder(
            TrafficPlan(1, datetime.now(UTC).replace(microsecond=0), rate),
            WayOut(listen=("127.0.0.1", 0), drop_after=drop_after, talk=self._talk),
            max_calls=calls,
            manifest=self.manifest,
        )
        encode = format_encoder(self.name)
        simulation = switch_simulation(order, encode, self.clock, self.told.append)

        def run() -> None:
            self._summary = simulation.run()

        self._thread = threading.Thread(target=run)
        self._thread.start()
        url = f"sqlite:///{self._database}"
        assert cmtel("journal", "create-table", "--url", url, folder=self.folder).returncode == 0
        options = [part for word in self._words for part in ("--source-opt", word)]
        self.ingest = IngestProcess(
            self.folder, "--url", url, "--spool", str(self.folder / "spool"), "--format", self.name,
            "--source", f"tcp:{self.told[0].rpartition(' ')[2]}", *options,
        )  # fmt: skip
        self.ingest.start()

    def finish(self, timeout_secs: float = 60) -> SimulationSummary:
        """Wait until the switch has sent all."""
        assert self._thread is not None
        self._thread.join(timeout_secs)
        assert not self._thread.is_alive(), self.told[-5:]
        assert self._summary is not None
        return self._summary

    def rows(self) -> Counter[Key]:
        with sqlite3.connect(self._database, timeout=10) as database:
            found = database.execute(
                "select rufnummer, lokale_rufnummer, verb_dauer_sec from journal"
            ).fetchall()
        database.close()
        return Counter(found)

    def sent(self) -> Counter[Key]:
        """The calls that the switch has sent, as its format tells them."""
        lines = [json.loads(line) for line in self.manifest.read_bytes().splitlines()]
        data = "".join(line["raw"] for line in lines).encode()
        outcomes = decode_bytes(registry.get(self.name), DecodeOptions(), data)
        calls = [each for each in outcomes if isinstance(each, CallRecord)]
        assert len(calls) == len(lines)
        return Counter((c.remote_number, c.local_number, c.connected_secs) for c in calls)

    def close(self) -> None:
        self.clock.stop()
        if self._thread is not None:
            self._thread.join(10)
        process = self.ingest.process
        if process is not None and process.poll() is None:
            self.ingest.kill()


@pytest.fixture
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    name, *words = request.param
    found = Site(tmp_path, name, *words)
    yield found
    found.close()


KEEPERS = [
    ("panasonic", "secretRef=env:CMTEL_TEST_SECRET"),
    ("mitel-5000",),
    ("alcatel-oxe",),
    ("nec-sl", "requests=yes", "interval=1"),
]


@pytest.mark.parametrize("site", KEEPERS, indirect=True, ids=lambda words: words[0])
def test_every_call_arrives_once_over_cut_lines(site: Site) -> None:
    site.play(calls=40, rate=40, drop_after=15)
    summary = site.finish()
    wait_until(lambda: sum(site.rows().values()) >= 40, timeout_secs=20)
    assert site.ingest.end() == 0

    assert summary.links == 3
    assert site.rows() == site.sent()


@pytest.mark.parametrize("site", [KEEPERS[-1]], indirect=True)
def test_acknowledged_calls_arrive_once_over_kills(site: Site) -> None:
    site.play(calls=300, rate=60, drop_after=90)
    random = Random(5)
    for _ in range(4):
        pause(random.uniform(0.8, 1.6))
        site.ingest.kill()
        site.ingest.start()
    site.finish()
    wait_until(lambda: sum(site.rows().values()) >= 300, timeout_secs=30)
    assert site.ingest.end() == 0

    assert site.rows() == site.sent(), site.told


@pytest.mark.parametrize(
    "site",
    [("asterisk-ami", "user=cmtel", "secretRef=env:CMTEL_TEST_SECRET")],
    indirect=True,
)
def test_what_asterisk_tells_nobody_is_lost_and_nothing_else(site: Site) -> None:
    site.play(calls=60, rate=20, drop_after=15)
    site.finish()
    lost = [line for line in site.told if "while nobody was logged in" in line]
    lost_count = int(lost[0].split()[0])
    wait_until(lambda: sum(site.rows().values()) >= 60 - lost_count, timeout_secs=20)
    assert site.ingest.end() == 0

    assert 0 < lost_count < 50
    assert sum(site.rows().values()) == 60 - lost_count
    assert site.rows() <= site.sent()


@pytest.mark.parametrize(
    "site", [("asterisk-ami", "user=cmtel", "secretRef=env:CMTEL_TEST_SECRET")], indirect=True
)
def test_the_secret_is_nowhere(site: Site, tmp_path: Path) -> None:
    site.play(calls=10, rate=20)
    site.finish()
    wait_until(lambda: sum(site.rows().values()) >= 10, timeout_secs=20)
    assert site.ingest.process is not None
    command_line = Path(f"/proc/{site.ingest.process.pid}/cmdline")
    if command_line.exists():  # Linux only
        assert SECRET.encode() not in command_line.read_bytes()
    assert site.ingest.end() == 0

    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any(path.name.startswith("spool") for path in files)
    for path in files:
        assert SECRET.encode() not in path.read_bytes(), path
    assert SECRET not in "".join(site.told)


@pytest.mark.parametrize(
    "site", [("asterisk-ami", "user=ann", "secretRef=env:HOME")], indirect=True
)
def test_the_status_says_that_a_login_is_refused(site: Site) -> None:
    site._talk = format_talk("asterisk-ami", [], None)
    site.play(calls=1, rate=1)
    wait_until(lambda: any("wrong user or secret" in line for line in site.told), 20)

    def status() -> str:
        spool = str(site.folder / "spool")
        return cmtel("status", "--spool", spool, folder=site.folder).stdout

    wait_until(lambda: "down since" in status(), 20)
    assert "Asterisk refused the login of 'ann': Authentication failed; next try in" in status()
    assert site.ingest.end() == 0
