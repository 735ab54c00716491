"""``cmtel notifier log``: words, output, exit statuses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast

import pytest

from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.cli.boundary import main
from cmtel.cli.notifier_log import is_coloured
from cmtel.domain.incidents.actions import Level, Log

Captured = pytest.CaptureFixture[str]
AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "CmTelNotifier.xml"
    path.write_text(
        '<CmTelNotifier version="1" timeZone="Europe/Berlin"><Log file="n.log"/></CmTelNotifier>',
        "utf-8",
    )
    log = NotifierLog(tmp_path / "n.log", zone=UTC)
    for number in range(30):
        level = Level.ERROR if number == 5 else Level.INFO
        log.write(AT + timedelta(minutes=number), Log(level, "MAIL", (("n", number),)))
    log.close()
    return path


def run(config: Path, *words: str) -> int:
    return main(["--config", str(config), "notifier", "log", *words])


def numbers(text: str) -> list[int]:
    return [int(line.rpartition("n=")[2]) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], [*range(10, 30)]),
        (["-n", "3"], [27, 28, 29]),
        (["-n", "0"], []),
        (["--level", "WARNING"], [5]),
        (["--since", "2026-11-22 13:25"], [*range(25, 30)]),  # local to the site
        (["--since", "2026-11-22T12:28Z", "-n", "1"], [29]),
    ],
)
def test_the_lines_that_are_wanted(
    config: Path, capsys: Captured, words: list[str], wanted: list[int]
) -> None:
    assert run(config, *words) == 0
    assert numbers(capsys.readouterr().out) == wanted


def test_json_is_an_object_a_line(config: Path, capsys: Captured) -> None:
    assert run(config, "-n", "2", "--json") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[1] == {
        "time": "2026-11-22T12:29:00+00:00",
        "level": "INFO",
        "topic": "MAIL",
        "fields": {"n": "29"},
    }


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--level", "loud"], "no level 'loud'"),
        (["--since", "tomorrow"], "--since tomorrow is no time"),
        (["-n", "-1"], "--lines"),
    ],
)
def test_words_that_are_not_understood_end_with_2(
    config: Path, capsys: Captured, words: list[str], told: str
) -> None:
    assert run(config, *words) == 2
    assert told in capsys.readouterr().err


def test_no_log_yet_says_who_makes_it(config: Path, capsys: Captured) -> None:
    (config.parent / "n.log").unlink()

    assert run(config) == 1
    assert "hint: The notifier makes it" in capsys.readouterr().err


def test_control_characters_are_shown_not_obeyed(config: Path, capsys: Captured) -> None:
    with (config.parent / "n.log").open("ab") as file:
        file.write(b"\x1b[2Jcleared \xff\n")
    run(config, "-n", "1")

    assert capsys.readouterr().out == "\\x1b[2Jcleared \ufffd\n"


class Screen:
    """A stream that says whether it is a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.mark.parametrize(
    ("is_terminal", "environment", "wanted"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    is_terminal: bool, environment: dict[str, str], wanted: bool
) -> None:
    screen = cast("IO[str]", Screen(is_terminal=is_terminal))

    assert is_coloured(screen, environment) is wanted


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGTERM to send")
def test_following_shows_what_comes_through_a_new_start_and_ends_when_asked(config: Path) -> None:
    words = ["--config", str(config), "notifier", "log", "--follow", "-n", "1"]
    child = subprocess.Popen(
        [sys.executable, "-m", "cmtel", *words], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    try:
        seen = [child.stdout.readline()]
        log = NotifierLog(config.parent / "n.log", zone=UTC)
        log.write(AT, Log(Level.INFO, "MAIL", (("n", 100),)))
        log.close()
        seen.append(child.stdout.readline())
        child.send_signal(signal.SIGTERM)
        status = child.wait(20)
    finally:
        child.kill()
        child.communicate()

    assert numbers("".join(seen)) == [29, 100]
    assert status == 0


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
def test_on_a_terminal_errors_are_red_and_a_narrow_one_cuts_nothing(config: Path) -> None:
    ours, theirs = os.openpty()
    environment = {k: v for k, v in os.environ.items() if k != "NO_COLOR"} | {
        "TERM": "xterm", "COLUMNS": "20"
    }  # fmt: skip
    words = ["--config", str(config), "notifier", "log", "--level", "error"]
    subprocess.run(
        [sys.executable, "-m", "cmtel", *words], stdout=theirs, env=environment, check=True
    )
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)

    assert "\x1b[1;31m" in shown
    assert "2026-11-22T12:05:00+00:00 ERROR MAIL   n=5" in shown
