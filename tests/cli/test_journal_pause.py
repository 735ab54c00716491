"""journal pause and resume, from another process, with a journal that runs in the foreground."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus

Captured = pytest.CaptureFixture[str]


class Journal:
    """An ingest of a growing file, in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'journal.db'}"
        self.state = folder / "journal.json"
        self._database = folder / "journal.db"
        self._calls = folder / "Master.csv"
        self._calls.write_text("", encoding="utf-8")
        words = ["journal", "ingest", "--url", self.url, "--source", f"file:{self._calls}"]
        self.words = [sys.executable, "-m", "cmtel", *words, "--format", "jsonl"]
        self.process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        self.process = subprocess.Popen(self.words, stderr=subprocess.DEVNULL)
        wait_until(lambda: self.told().get("process_id") == self.process_id)

    @property
    def process_id(self) -> int | None:
        return self.process.pid if self.process else None

    def told(self) -> dict[str, object]:
        if not self.state.exists():
            return {}
        found: dict[str, object] = json.loads(self.state.read_text(encoding="utf-8"))
        return found

    def call(self) -> None:
        told = {"direction": "out", "state": "CONN", "started_at": "2026-05-04T10:00:00"}
        with self._calls.open("a", encoding="utf-8") as file:
            file.write(json.dumps(told) + "\n")

    def rows(self) -> int:
        with closing(sqlite3.connect(self._database)) as db:
            return int(db.execute("SELECT count(*) FROM journal").fetchone()[0])

    def received(self) -> int:
        spools = self.told()["spools"]
        assert isinstance(spools, list)
        return sum(book["received"] for book in spools[0]["books"])

    def end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(10)


def wait_until(is_so: Callable[[], bool], timeout_secs: float = 20) -> None:
    clock = SystemClock()
    until = clock.monotonic() + timeout_secs
    while not is_so():
        assert clock.monotonic() < until, "it did not become so"
        clock.wait(0.05)


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    made = Journal(tmp_path)
    assert main(["journal", "create-table", "--url", made.url]) == ExitStatus.DONE
    yield made
    made.end()


def test_a_paused_journal_accepts_and_delivers_nothing_until_resumed(
    journal: Journal, capsys: Captured
) -> None:
    journal.run()
    capsys.readouterr()

    assert main(["journal", "pause", "--for", "1h", "--reason", "Umbau"]) == ExitStatus.DONE
    journal.call()
    wait_until(lambda: journal.received() == 1)
    assert main(["journal", "pause"]) == ExitStatus.DONE
    assert capsys.readouterr().out == "journal: paused\njournal: already paused\n"
    assert journal.rows() == 0
    assert journal.told()["pause_reason"] == "Umbau"

    assert main(["journal", "resume"]) == ExitStatus.DONE
    wait_until(lambda: journal.rows() == 1)


def test_a_pause_outlives_a_restart_and_can_be_asked_for_before(
    journal: Journal, capsys: Captured
) -> None:
    assert main(["journal", "pause"]) == ExitStatus.NOT_RUNNING
    assert "what was asked is kept" in capsys.readouterr().err

    journal.run()

    wait_until(lambda: journal.told()["paused_until"] is not None)


def test_a_pause_has_an_end(journal: Journal, capsys: Captured) -> None:
    assert main(["journal", "pause", "--for", "8d"]) == ExitStatus.USAGE
    assert "7 days at most" in capsys.readouterr().err
    assert main(["journal", "pause", "--for", "soon"]) == ExitStatus.USAGE


def test_the_status_file_is_for_everybody(journal: Journal) -> None:
    journal.run()

    assert journal.state.stat().st_mode & 0o777 == 0o644
