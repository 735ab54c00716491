"""cmtel status: on one screen, for scripts, and for who may read the status files only."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.sd_notify import SystemdNotify
from cmtel.adapters.status_file import StatusFile
from cmtel.bootstrap.herald import Herald
from cmtel.cli.boundary import main
from cmtel.cli.status_view import show
from cmtel.domain.service_states import JOURNAL, NOTIFIER, ServiceState, ServiceStatus, StartMode
from cmtel.errors import ExitStatus
from cmtel.services.status import Found, status_document

Captured = pytest.CaptureFixture[str]

BOOK = {
    "source": "reception", "journal_id": "j", "received": 7, "delivered": 5, "dead_letters": 1,
    "skipped": 1, "waiting": 0, "last_received_at": None, "link": "listening", "link_detail": "",
    "link_since": None, "oldest_waiting_at": None,
}  # fmt: skip
SPOOL = {"folder": "/nowhere/spool", "spool_id": "s", "used_bytes": 1, "process_id": 7}
NOTIFIER_STATUS: dict[str, Any] = {
    "process_id": 7, "feeds": [], "outbox": {"waiting": 2, "failing": []}, "requests": [],
    "last_mail": {"kind": "FIRST", "accepted_at": SystemClock().now()},
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    return tmp_path


def tell(folder: Path, job: str, document: dict[str, Any]) -> None:
    clock = SystemClock()
    file = StatusFile(folder, job)
    Herald(job, clock, file, SystemdNotify({}), None).look(lambda: document)


def test_what_services_tell_is_shown_where_nothing_else_can_be_read(
    folder: Path, capsys: Captured
) -> None:
    tell(folder, "journal", {"spools": [{**SPOOL, "books": [BOOK]}], "table": "anrufe"})
    tell(folder, "notifier", {"notifier": NOTIFIER_STATUS})

    assert main(["--json", "status"]) == ExitStatus.NOT_INSTALLED

    document = json.loads(capsys.readouterr().out)
    assert document["books"] == [{**BOOK, "spool": "/nowhere/spool"}]
    assert document["journal"]["table"] == "anrufe"
    assert document["notifier"]["outbox"]["waiting"] == 2
    assert main(["status"]) == ExitStatus.NOT_INSTALLED
    shown = capsys.readouterr().out
    assert "table: anrufe" in shown
    assert "last mail: FIRST, " in shown


def test_the_check_looks_at_the_settings_too(folder: Path, capsys: Captured) -> None:
    config = folder / "broken.xml"
    config.write_text("<CmTelNotifier", encoding="utf-8")

    plain = main(["status", "--config", str(config)])
    checked = main(["status", "--check", "--config", str(config)])

    assert (plain, checked) == (ExitStatus.NOT_INSTALLED, ExitStatus.CONFIGURATION)
    assert "NOT WELL: " in capsys.readouterr().out


def test_what_is_wrong_comes_first_on_the_screen(capsys: Captured) -> None:
    now = SystemClock().now()
    services = [
        ServiceStatus(NOTIFIER, ServiceState.RUNNING, now, "cmtel", StartMode.AUTO, 7),
        ServiceStatus(JOURNAL, ServiceState.PAUSED, now, "cmtel", StartMode.AUTO, 8),
    ]
    pause = {"paused_until": now + timedelta(hours=1), "paused_by": "ana", "pause_reason": "Umbau"}
    book = {**BOOK, "link": "down", "link_since": "2026-05-04", "link_detail": "refused"}
    spools = [{**SPOOL, "process_id": 9, "books": [book]}]

    show(status_document(Found(services, spools, journal={**pause, "table": "anrufe"}), now))

    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("NOT WELL: cmtel-journal is paused; the journal is paused; ")
    assert "running in the foreground: process 9" in lines
    assert "last call: none yet" in lines
    assert "reception is down since 2026-05-04: refused" in lines
    assert any(line.endswith(" by ana: Umbau") for line in lines)


def test_all_is_well(capsys: Captured) -> None:
    services = [ServiceStatus(NOTIFIER, ServiceState.RUNNING)]

    show(status_document(Found(services, []), SystemClock().now()))

    assert capsys.readouterr().out.splitlines()[1] == "All is well."
