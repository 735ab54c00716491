"""The services on Windows' service control manager, as Wine has it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.windows.console import Console
from tests.windows.wine import Done, Windows, wait_until

pytestmark = pytest.mark.timeout(300)  # the first one may have to make the Windows Python

#: Controls a service as services.msc does, past cmtel: {name} and {code} (winsvc.h).
_CONTROL = """
import win32service
manager = win32service.OpenSCManager(None, None, 1)
service = win32service.OpenService(manager, "{name}", 0xF01FF)
print(win32service.ControlService(service, {code})[1])
win32service.CloseServiceHandle(service)  # an open one would keep the service from being removed
win32service.CloseServiceHandle(manager)
"""
_PAUSE, _CONTINUE, _INTERROGATE = 2, 3, 4
_PAUSED = "7"


@pytest.fixture(autouse=True)
def no_services(console: Console, settings: Path) -> Iterator[None]:
    yield
    for job in ("notifier", "journal"):
        console.cmtel(job, "uninstall")


def told(done: Done) -> dict[str, Any]:
    """What a command printed with --json; it must have ended well."""
    assert done.status == 0, done
    found: dict[str, Any] = json.loads(done.out)
    return found


def status(console: Console, job: str = "notifier") -> Done:
    return console.cmtel("--json", job, "status")


def state(console: Console, job: str = "notifier") -> str:
    return str(json.loads(status(console, job).out)["state"])


def started(console: Console, job: str = "notifier") -> None:
    done = console.cmtel(job, "install", "--now")

    assert done.status == 0, done


def test_the_notifier_from_install_to_uninstall(
    windows: Windows, console: Console, settings: Path
) -> None:
    assert status(console).status == 4
    assert console.cmtel("journal", "create-table", "--if-missing").status == 0
    installed = console.cmtel("notifier", "install")
    assert installed.status == 0, installed
    assert told(console.cmtel("--json", "notifier", "install"))["did"] == "unchanged"
    assert status(console).status == 3
    begun = console.cmtel("notifier", "start")
    assert begun.status == 0, begun
    found = told(windows.cmtel("--json", "notifier", "status"))
    assert found["state"] == "running"
    assert found["account"] == r"NT SERVICE\cmtel-notifier"
    assert found["config_file"] == console.settings
    assert told(console.cmtel("--json", "notifier", "stop"))["state"] == "stopped"
    gone = console.cmtel("notifier", "uninstall")
    assert gone.status == 0, gone
    assert status(console).status == 4
    log = (windows.program_data / "CmTelNotifier.log").read_text(encoding="utf-8")
    assert "START" in log
    assert "END" in log
    assert (settings.parent / "journal.db").exists()


def test_a_pause_is_the_services_and_a_pause_of_windows_is_kept(
    windows: Windows, console: Console
) -> None:
    started(console)
    assert wait_until(lambda: console.cmtel("notifier", "pause").status == 0, 60)
    assert wait_until(lambda: status(console).status == 9, 20)
    interrogated = console.python(_CONTROL.format(name="cmtel-notifier", code=_INTERROGATE))
    assert interrogated.out.strip() == _PAUSED
    assert console.cmtel("notifier", "resume").status == 0
    assert wait_until(lambda: status(console).status == 0, 20)
    console.python(_CONTROL.format(name="cmtel-notifier", code=_PAUSE))
    assert wait_until(lambda: state(console) == "paused", 20)
    assert console.cmtel("notifier", "restart").status == 0
    assert wait_until(lambda: state(console) == "paused", 30), "a pause outlives a restart"
    console.python(_CONTROL.format(name="cmtel-notifier", code=_CONTINUE))
    assert wait_until(lambda: state(console) == "running", 20)


def test_a_broken_configuration_is_told_at_the_start(
    windows: Windows, console: Console, settings: Path
) -> None:
    assert console.cmtel("notifier", "install").status == 0
    settings.write_text('<CmTelNotifier version="1"><Mial/></CmTelNotifier>', encoding="utf-8")
    done = console.cmtel("notifier", "start")
    assert done.status == 1
    assert "exit status 6, configuration" in done.error
    found = json.loads(status(console).out)
    assert (found["state"], found["exit_code"]) == ("failed", 6)
    log = (windows.program_data / "CmTelNotifier.log").read_text(encoding="utf-8")
    assert "ERROR CONFIG" in log
    assert "Mial" in log


def test_a_killed_service_is_seen_and_starts_again(windows: Windows, console: Console) -> None:
    started(console)
    process_id = json.loads(status(console).out)["process_id"]
    assert windows.run("taskkill", "/F", "/PID", str(process_id)).status == 0
    assert wait_until(lambda: status(console).status == 3, 10)
    assert console.cmtel("notifier", "start").status == 0
    assert json.loads(status(console).out)["process_id"] != process_id


def test_an_installed_service_is_brought_up_to_date(
    windows: Windows, console: Console, settings: Path
) -> None:
    assert console.cmtel("notifier", "install").status == 0
    moved = settings.parent / "Neue Einstellungen.xml"
    moved.write_bytes(settings.read_bytes())
    console.settings = windows.path(moved)
    words = ("--json", "--lang", "de", "notifier", "install", "--start", "manual")
    changed = told(console.cmtel(*words))
    assert changed["did"] == "updated"
    assert {each["what"] for each in changed["drift"]} == {
        "command", "start", "display name", "description",
    }  # fmt: skip
    assert changed["config_file"] == console.settings
    assert changed["start"] == "manual"


def test_the_journal_is_a_service_too(windows: Windows, console: Console, settings: Path) -> None:
    assert console.cmtel("journal", "create-table", "--if-missing").status == 0
    call = {
        "kind": "call", "direction": "in", "state": "CONN", "remote_number": "030123",
        "local_number": "10", "started_at": "2026-11-22T10:00:00", "connected_secs": 5,
    }  # fmt: skip
    (settings.parent / "smdr.log").write_text(json.dumps(call) + "\n", encoding="utf-8")
    started(console, "journal")
    assert wait_until(lambda: "030123" in console.cmtel("--json", "journal", "list").out, 30), (
        console.cmtel("journal", "list")
    )
    assert wait_until(lambda: console.cmtel("journal", "pause").status == 0, 20)
    assert wait_until(lambda: status(console, "journal").status == 9, 20)
    assert console.cmtel("journal", "resume").status == 0
    assert wait_until(lambda: status(console, "journal").status == 0, 20)
    assert console.cmtel("journal", "stop").status == 0
    assert (windows.program_data / "CmTelJournal.log").read_text(encoding="utf-8")


def test_the_original_programs_words_work(console: Console) -> None:
    steps = {
        "/install": "stopped", "/start": "running", "/pause": "paused", "/start ": "running",
        "/stop": "stopped", "/uninstall": "not installed",
    }  # fmt: skip
    for words, becomes in steps.items():
        done = console.drop_in(words.strip())
        assert done.status == 0, (words, done)
        assert wait_until(partial(is_drop_in, console, becomes), 20), words


def is_drop_in(console: Console, wanted: str) -> bool:
    found = json.loads(console.drop_in("--json", "/status").out)
    assert found["service"] == "CmTelNotifier"
    return bool(found["state"] == wanted)


def test_a_vendors_service_is_left_alone_unless_told(windows: Windows, console: Console) -> None:
    theirs = r"C:\Vendor\CmTelNotifier.exe"
    created = windows.run("sc", "create", "CmTelNotifier", "binPath=", theirs)
    assert created.status == 0, created
    refused = console.drop_in("/install")
    assert refused.status == 6
    assert theirs in refused.error
    assert console.drop_in("/uninstall").status == 6
    replaced = console.drop_in("/install", "--replace")
    assert replaced.status == 0, replaced
    assert console.drop_in("/uninstall").status == 0
    refused = console.drop_in("/install")
    assert theirs in refused.error, "what was replaced is there again"
    assert windows.run("sc", "delete", "CmTelNotifier").status == 0
