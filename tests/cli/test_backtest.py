"""``cmtel notifier backtest``: words, output, exit statuses."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from tests.unit.domain.silence.fitting.traffic import VIENNA, poisson

Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def arrivals(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a year of an office in local time, without offsets; an outage on 20 May 2026."""
    outage = [datetime(2026, 5, 20, hour, tzinfo=VIENNA).timestamp() for hour in (10, 15)]
    stamps = [s for s in poisson(120, 182, 7) if not outage[0] <= s < outage[1]]
    local = [datetime.fromtimestamp(s, VIENNA).replace(tzinfo=None) for s in stamps]
    path = tmp_path_factory.mktemp("history") / "calls.txt"
    path.write_text("".join(f"{t.isoformat(timespec='seconds')}\n" for t in local))
    return path


def backtest(arrivals: Path, *words: str) -> int:
    return main(["notifier", "backtest", "--arrivals", str(arrivals), *words])


def report(arrivals: Path, captured: Captured, *words: str) -> Any:
    zone = ["--timezone", "Europe/Vienna", "--train-until", "2026-04-06", "--json"]
    assert backtest(arrivals, *zone, *words) == 0
    return json.loads(captured.readouterr().out)


def test_the_json_document_has_what_was_promised(arrivals: Path, capsys: Captured) -> None:
    told = report(arrivals, capsys, "--holidays", "AT", "--what-if")

    assert told["limit"] > 5
    assert told["test_months"] == pytest.approx(2.9, abs=0.2)
    assert told["false_alarms_per_month"] == pytest.approx(
        len(told["alarms"]) / told["test_months"], abs=0.01
    )
    outage = next(alarm for alarm in told["alarms"] if alarm["at"].startswith("2026-05-20"))
    assert outage["at"].endswith("+02:00")
    assert outage["last_arrival"] < outage["at"] < outage["next_arrival"]
    assert outage["expected"] >= outage["limit"] >= told["limit"]
    for part in ("day", "night"):
        assert 0 < told["what_if"][part]["median_minutes"] <= told["what_if"][part]["p95_minutes"]
    times = [datetime.fromisoformat(died_at) for died_at, _ in told["what_if"]["delays"]]
    assert times[0].isoformat() == "2026-04-06T00:00:00+02:00"
    assert times[1] - times[0] == timedelta(minutes=15)
    assert all(m is None or m >= 0 for _, m in told["what_if"]["delays"])


def test_without_what_if_there_is_none(arrivals: Path, capsys: Captured) -> None:
    assert report(arrivals, capsys)["what_if"] is None


def test_stamps_with_offset_give_the_same(arrivals: Path, tmp_path: Path, capsys: Captured) -> None:
    lines = arrivals.read_text().splitlines()
    utc = tmp_path / "utc.txt"
    stamps = [datetime.fromisoformat(line).replace(tzinfo=VIENNA) for line in lines]
    utc.write_text("".join(f"{s.isoformat()}\n" for s in stamps))

    assert report(utc, capsys, "--what-if") == report(arrivals, capsys, "--what-if")


def test_the_zone_decides_what_day_and_night_are(arrivals: Path, capsys: Captured) -> None:
    vienna = report(arrivals, capsys, "--what-if")
    words = ["--timezone", "Asia/Tokyo", "--train-until", "2026-04-06", "--what-if", "--json"]
    assert backtest(arrivals, *words) == 0
    tokyo = json.loads(capsys.readouterr().out)

    assert tokyo["test_from"].endswith("+09:00")
    assert tokyo["what_if"]["day"] == vienna["what_if"]["day"]


def test_the_text_has_the_numbers_the_alarms_and_the_plot(arrivals: Path, capsys: Captured) -> None:
    words = ["--timezone", "Europe/Vienna", "--train-until", "2026-04-06", "--what-if"]
    assert backtest(arrivals, *words) == 0
    told = capsys.readouterr()

    assert "missed calls" in told.out
    assert "Wed 2026-05-20" in told.out
    assert "\n03  █" in told.out
    assert told.err == ""


def test_a_short_history_is_told_on_stderr(arrivals: Path, capsys: Captured) -> None:
    words = ["--timezone", "Europe/Vienna", "--train-until", "2026-01-12"]
    assert backtest(arrivals, *words) == 0

    assert "note: Fewer than 3 weeks" in capsys.readouterr().err


def test_times_of_a_lost_clock_are_left_out(
    arrivals: Path, tmp_path: Path, capsys: Captured
) -> None:
    odd = tmp_path / "odd.txt"
    odd.write_text(f"0001-01-01T00:00:00\n{arrivals.read_text()}9999-12-31T23:59:59\n")
    whole = report(arrivals, capsys, "--holidays", "AT")
    found = report(odd, capsys, "--holidays", "AT")

    assert found["notes"][0].startswith("2 time stamps lie more than a year away")
    assert found["alarms"] == whole["alarms"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2026-01-01T10:00:00\nnonsense\n", "Line 2 of "),
        ("", "no two arrivals"),
        ("2026-01-01T10:00:00\n", "no two arrivals"),
    ],
)
def test_a_history_that_is_none_is_a_failure(
    text: str, message: str, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "calls.txt"
    path.write_text(text)

    assert backtest(path) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert message in told.err
    assert "\nhint: " in told.err


def test_a_file_that_is_not_there_is_a_failure(tmp_path: Path, capsys: Captured) -> None:
    assert backtest(tmp_path / "none.txt") == 1
    assert "none.txt cannot be read" in capsys.readouterr().err


def test_a_file_that_is_no_text_is_a_failure(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "calls.bin"
    path.write_bytes(b"\xff\xfe\x00")

    assert backtest(path) == 1
    assert "no UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--timezone", "Europe/Atlantis"], "no time zone 'Europe/Atlantis'"),
        (["--timezone", "../etc"], "no time zone"),
        (["--holidays", "XX"], "no holidays of 'XX'"),
        (["--working-days", "Mon-Fry"], "'Fry' is no day"),
        (["--train-until", "soon"], "--train-until soon is no time"),
        (["--train-until", "2030-01-01"], "not inside the history"),
        (["--false-alarms-per-month", "0"], "more than 0"),
    ],
)
def test_a_word_that_is_not_understood_is_a_usage_error(
    words: list[str], message: str, arrivals: Path, capsys: Captured
) -> None:
    assert backtest(arrivals, *words) == 2
    assert message in capsys.readouterr().err


def test_a_history_must_be_named(capsys: Captured) -> None:
    assert main(["notifier", "backtest"]) == 2
    assert "--arrivals" in capsys.readouterr().err


def test_a_byte_order_mark_is_no_time(arrivals: Path, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bom.txt"
    path.write_bytes(b"\xef\xbb\xbf" + arrivals.read_bytes().replace(b"\n", b"\r\n"))

    assert report(path, capsys)["alarms"] == report(arrivals, capsys)["alarms"]


def test_standard_input_is_a_dash(arrivals: Path) -> None:
    words = ["--timezone", "Europe/Vienna", "--json"]
    command = [sys.executable, "-m", "cmtel", "notifier", "backtest", "--arrivals", "-", *words]
    with arrivals.open() as file:
        done = subprocess.run(command, stdin=file, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["limit"] > 5


def test_the_group_starts_without_numpy() -> None:
    code = (
        "import sys; import cmtel.cli.notifier, cmtel.domain.silence.rule;"
        "sys.exit(bool({'numpy', 'holidays'} & {*sys.modules}))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
