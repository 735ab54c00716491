"""``cmtel notifier ack|unack|pause|resume|downtime`` beside a running service, and without one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from tests.notifier.running import running

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("STATE_DIRECTORY", "HOME", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    return tmp_path


def run(*words: str) -> int:
    return main(["notifier", *words])


def run_json(capsys: Captured, *words: str) -> Any:
    capsys.readouterr()
    assert main(["--json", "notifier", *words]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_stall_is_acknowledged_and_that_taken_back(folder: Path, capsys: Captured) -> None:
    with running(folder, silent_minutes=40):
        statuses = [
            run("ack", "--by", "bob", "--reason", "cable"),
            run("ack", "--by", "zoe"),
            run("unack"),
            run("unack"),
        ]

    assert statuses == [0, 0, 0, 0]
    assert capsys.readouterr().out.splitlines() == [
        "Main: acknowledged by bob",
        "Main: already acknowledged by bob",
        "Main: not acknowledged",
        "Main: already not acknowledged",
    ]


def test_nothing_to_acknowledge_and_no_such_feed(folder: Path, capsys: Captured) -> None:
    with running(folder):
        statuses = [run("ack"), run("pause", "--feed", "x")]
    told = capsys.readouterr().err

    assert statuses == [1, 2]
    assert "Nothing is stalled" in told
    assert "hint: There are Main." in told


def test_a_pause_and_its_end(folder: Path, capsys: Captured) -> None:
    with running(folder):
        (paused,) = run_json(capsys, "pause", "--for", "2h", "--by", "bob", "--reason", "vacuum")
        (again,) = run_json(capsys, "pause")
        (resumed,) = run_json(capsys, "resume")

    assert (paused["feed"], paused["changed"], paused["paused_by"]) == ("Main", True, "bob")
    assert (again["changed"], again["paused_until"]) == (False, paused["paused_until"])
    assert (resumed["changed"], resumed["paused_until"]) == (True, None)


def test_downtimes_are_announced_listed_and_called_off(folder: Path, capsys: Captured) -> None:
    with running(folder):
        run_json(capsys, "downtime", "add", "--for", "2h", "--by", "bob", "--reason", "cable")
        run_json(capsys, "downtime", "add", "--from", "2099-01-01", "--for", "1h")
        works = run_json(capsys, "downtime", "list")
        shown = run("downtime", "list"), capsys.readouterr().out
        run_json(capsys, "downtime", "remove", works[0]["id"])
        left = run_json(capsys, "downtime", "list")
        gone = run("downtime", "remove", "x")

    assert [(work["reason"], work["running"]) for work in works] == [("cable", True), ("", False)]
    assert shown[0] == 0
    assert "cable" in shown[1]
    assert [work["id"] for work in left] == [works[1]["id"]]
    assert gone == 1


def test_times_are_local_to_the_site(folder: Path, capsys: Captured) -> None:
    config = folder / "site.xml"
    config.write_text('<CmTelNotifier version="1" timeZone="Asia/Kolkata"/>', "utf-8")
    with running(folder):
        words = ["downtime", "add", "--until", "2027-06-01 12:00", "--from", "2027-06-01 10:00"]
        status = run(*words, "--config", str(config))
        (work,) = run_json(capsys, "downtime", "list")

    assert status == 0
    assert (work["from"], work["until"]) == (
        "2027-06-01T04:30:00+00:00",
        "2027-06-01T06:30:00+00:00",
    )


@pytest.mark.parametrize(
    "words",
    [
        ["pause", "--for", "soon"],
        ["pause", "--for", "8d"],
        ["pause", "--until", "25:00"],
        ["downtime", "add"],
        ["downtime", "add", "--for", "2h", "--from", "x"],
        ["downtime", "remove"],
    ],
)
def test_words_that_are_not_understood_end_with_2_and_an_example(
    folder: Path, capsys: Captured, words: list[str]
) -> None:
    with running(folder):
        assert run(*words) == 2
    assert "hint: " in capsys.readouterr().err


def test_without_a_service_it_is_kept_and_the_status_is_3(folder: Path, capsys: Captured) -> None:
    never = run("pause")
    with running(folder):
        pass
    stopped = run("pause", "--by", "bob")
    told = capsys.readouterr().err
    run("check")
    shown = capsys.readouterr().out
    with running(folder) as world:
        state = world.store.feed("Main")[0]

    assert (never, stopped) == (3, 3)
    assert "has not run here yet" in told
    assert "is kept, and done when it starts" in told
    assert "asked for, not done yet: verb=pause feed=Main by=bob" in shown
    assert state is not None
    assert state.pause is not None
