"""``cmtel notifier check|history`` and the notifier in ``cmtel status``."""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from tests.notifier.running import running
from tests.notifier.world import World

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def run(capsys: Captured, *words: str) -> tuple[int, str]:
    capsys.readouterr()
    status = main(list(words))
    return status, capsys.readouterr().out


def run_json(capsys: Captured, *words: str) -> tuple[int, Any]:
    status, printed = run(capsys, "--json", *words)
    return status, json.loads(printed)


def test_check_ends_with_0_10_9_and_3(folder: Path, capsys: Captured) -> None:
    statuses = [run(capsys, "notifier", "check")[0]]
    with running(folder):
        statuses.append(run(capsys, "notifier", "check")[0])
    statuses.append(run(capsys, "notifier", "check")[0])
    with running(folder, silent_minutes=40):
        statuses.append(run(capsys, "notifier", "check")[0])
        run(capsys, "notifier", "pause")
        statuses.append(run(capsys, "notifier", "check")[0])

    assert statuses == [3, 0, 3, 10, 9]


def test_blindness_ends_with_8_and_says_why(folder: Path, capsys: Captured) -> None:
    with running(folder, silent_minutes=1) as world:
        world.source.failure = "database is locked"
        world.clock.advance(20 * 60)
        wait_for_state(world, "blind")
        status, printed = run(capsys, "notifier", "check", "--explain")

    assert status == 8
    assert "Main: blind" in printed
    assert "database is locked" in printed


def wait_for_state(world: World, wanted: str) -> None:
    """Let time pass, minute by minute, until the service has noticed."""
    for _ in range(500):
        state = world.store.feed("Main")[0]
        if state is not None and state.state == wanted:
            return
        world.clock.advance(60)
        threading.Event().wait(0.02)
    raise AssertionError(f"it never was {wanted}")


def test_explained_it_says_silence_and_when_it_would_fire(folder: Path, capsys: Captured) -> None:
    with running(folder):
        short = run(capsys, "notifier", "check")[1]
        long = run(capsys, "notifier", "check", "--explain")[1]
        document = run_json(capsys, "notifier", "check")[1]

    assert short == "Main: ok\n"
    assert {"last call", "last look", "silence then", "fires at"} <= {
        line[2:20].strip() for line in long.splitlines()
    }
    assert "mails waiting: 0, failing: 0" in long
    assert document["exit_status"] == 0
    assert document["feeds"][0]["alarm_at"] is not None


def a_table(folder: Path, minutes_ago: float) -> Path:
    """Settings whose feed is a table with one call, so long ago; 30 minutes are too long."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    with closing(sqlite3.connect(folder / "hotel.db")) as db, db:
        db.execute("CREATE TABLE calls (nr INTEGER PRIMARY KEY, at TEXT)")
        db.execute("INSERT INTO calls (at) VALUES (?)", (f"{at:%Y-%m-%d %H:%M:%S}",))
    config = folder / "hotel.xml"
    config.write_text(
        '<CmTelNotifier version="1" timeZone="UTC"><Feed name="Hotel" source="database"'
        f' connection="sqlite:///{folder / "hotel.db"}" table="calls" timeColumn="at"/>'
        '<Silence mode="fixed" after="30m"/></CmTelNotifier>',
        "utf-8",
    )
    return config


@pytest.mark.parametrize(
    ("minutes_ago", "status", "told"), [(1, 0, "Hotel: ok\n"), (40, 10, "Hotel: stalled\n")]
)
def test_without_a_service_it_looks_itself_and_leaves_nothing_behind(
    folder: Path, capsys: Captured, minutes_ago: float, status: int, told: str
) -> None:
    config = a_table(folder, minutes_ago)
    before = sorted(folder.iterdir())
    found = main(["notifier", "check", "--config", str(config)])
    printed = capsys.readouterr()

    assert (found, printed.out) == (status, told)
    assert "one look of this command" in printed.err
    assert sorted(folder.iterdir()) == before
    assert main(["notifier", "check", "--config", str(config), "--feed", "x"]) == 2
    assert "hint: There are Hotel." in capsys.readouterr().err


def test_a_table_that_is_gone_is_blind(folder: Path, capsys: Captured) -> None:
    config = a_table(folder, 1)
    with closing(sqlite3.connect(folder / "hotel.db")) as db:
        db.execute("DROP TABLE calls")
    status, document = run_json(capsys, "notifier", "check", "--config", str(config))

    assert status == 8
    assert document["feeds"][0]["state"] == "blind"
    assert "calls" in document["feeds"][0]["unreadable_reason"]


def test_the_status_has_the_notifier(folder: Path, capsys: Captured) -> None:
    never = run_json(capsys, "status")[1]["notifier"]
    with running(folder, silent_minutes=40):
        status, document = run_json(capsys, "status")
        shown = run(capsys, "status")[1]
    notifier = document["notifier"]

    assert never is None
    assert status == 4  # no service is installed
    assert notifier["process_id"] is not None
    assert notifier["feeds"][0]["stall"]["first_mail_at"] is not None
    assert notifier["last_mail"]["kind"] in ("FIRST", "REPEAT")
    assert f"notifier: running, process {notifier['process_id']}" in shown
    assert "Main: stalled" in shown


def test_a_state_that_cannot_be_read_does_not_hide_the_rest(folder: Path, capsys: Captured) -> None:
    (folder / "notifier.sqlite3").write_bytes(b"no database at all" * 100)
    status, document = run_json(capsys, "status")

    assert status == 4
    assert "notifier.sqlite3" in document["notifier"]["error"]
    assert document["books"] == []
    assert "notifier: The notifier's state" in run(capsys, "status")[1]


def test_the_history_has_incidents_and_events(folder: Path, capsys: Captured) -> None:
    with running(folder, silent_minutes=50):
        run(capsys, "notifier", "ack", "--by", "bob")
        status, document = run_json(capsys, "notifier", "history", "--since", "2h")
        shown = run(capsys, "notifier", "history")[1]
        one = run_json(capsys, "notifier", "history", "-n", "1")[1]
    (incident,) = document["incidents"]

    assert status == 0
    assert (incident["feed"], incident["kind"], incident["acked_by"]) == ("Main", "stall", "bob")
    assert incident["closed_at"] is None
    assert incident["duration_secs"] > 15 * 60
    assert incident["mails"] >= 2
    assert "ACK" in [event["topic"] for event in document["events"]]
    assert "open" in shown
    assert "STALL  feed=Main state=stalled" in shown
    assert len(one["events"]) == 1


def test_history_of_a_feed_that_never_was(folder: Path, capsys: Captured) -> None:
    with running(folder):
        known = main(["notifier", "history", "--feed", "Main"])
        unknown = main(["notifier", "history", "--feed", "x"])
        no_time = main(["notifier", "history", "--since", "x"])

    assert (known, unknown, no_time) == (0, 2, 2)
    assert "hint: There are Main." in capsys.readouterr().err
