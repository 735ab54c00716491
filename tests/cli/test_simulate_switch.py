"""``cmtel simulate switch`` as a user runs it: words in, records out, a summary at the end."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus
from tests.integration.simulated_switch.peers import read_all

SWITCH = ("simulate", "switch", "--format", "asterisk-csv")
AT = ("--start", "2026-03-02T08:00:00")


def run(*words: str) -> int:
    return main([*SWITCH, *words])


def test_calls_go_to_a_file_and_the_summary_to_stdout(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "Master.csv"

    status = run("--output", str(path), "--rate", "0", "--calls", "50", *AT, "--json")

    captured = capsys.readouterr()
    summary = json.loads(captured.out)
    assert status == ExitStatus.DONE
    assert len(path.read_bytes().splitlines()) == 50
    assert (summary["calls"], summary["records"], summary["is_complete"]) == (50, 50, True)
    assert summary["sent_bytes"] == path.stat().st_size
    assert f"writing to {path}" in captured.err
    assert f"run {summary['run_id']}: --seed 1 --start 2026-03-02T08:00:00+00:00" in captured.err


def test_without_json_the_summary_is_lines_of_names_and_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--output", str(tmp_path / "m.csv"), "--rate", "0", "--calls", "3", "--quiet")

    captured = capsys.readouterr()
    assert re.search(r"^calls +3$", captured.out, re.MULTILINE)
    assert captured.err == ""


def test_equal_words_give_equal_bytes_and_another_seed_others(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one", "two", "three")]
    for path, seed in zip(paths, "778", strict=True):
        run("--output", str(path), "--rate", "0", "--calls", "20", "--seed", seed, *AT)

    one, two, three = (path.read_bytes() for path in paths)
    assert one == two
    assert one != three


def test_a_day_of_realistic_traffic_in_no_time(tmp_path: Path) -> None:
    path = tmp_path / "Master.csv"

    status = run("--output", str(path), "--speed", "10000000", "--calls", "300", *AT)

    assert status == ExitStatus.DONE
    assert len(path.read_bytes().splitlines()) == 300


def test_the_decoded_records_are_the_calls_of_the_manifest(
    tmp_path: Path,
) -> None:
    path, manifest = tmp_path / "Master.csv", tmp_path / "manifest.jsonl"
    run("--output", str(path), "--manifest", str(manifest), "--rate", "0", "--calls", "200", *AT)

    sent = [json.loads(line) for line in manifest.read_bytes().splitlines()]

    assert "".join(call["raw"] for call in sent).encode() == path.read_bytes()
    assert len({call["call_id"] for call in sent}) == 200
    for call in sent:
        assert call["call_id"] in call["raw"]
        assert call["local_number"] in call["raw"]
        assert call["started_at"].replace("T", " ") in call["raw"]


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("--output", "x", "--listen", "127.0.0.1:0"),
        ("--connect", "no-port"),
        ("--connect", "host:70000"),
        ("--connect", ":9000"),
        ("--listen", "127.0.0.1:http"),
        ("--output", "x", "--rate", "-1"),
        ("--output", "x", "--calls", "0"),
        ("--output", "x", "--rate", "1", "--speed", "2"),
        ("--output", "x", "--rate", "1", "--calls-per-day", "2"),
        ("--output", "x", "--many"),
        ("--output", "x", "--drop-after", "3"),
        ("--output", "x", "--switch-opt", "session=none"),
        ("--listen", "127.0.0.1:0", "--switch-opt", "user=ann"),
        ("--listen", "127.0.0.1:0", "--switch-opt", "password=hunter2"),
        ("--listen", "127.0.0.1:0", "--many", "--format", "panasonic"),
        ("--output", "x", "--duration", "1 fortnight"),
        ("--output", "x", "--rotate", "sideways"),
        ("--output", "x", "--rotate", "rename"),
        ("--connect", "127.0.0.1:9", "--rotate-bytes", "5"),
        ("--output", "x", "--start", "yesterday"),
        ("--output", "x", "--timezone", "Middle/Earth"),
        ("--output", "x", "--timezone", "../etc/passwd"),
    ],
)
def test_words_that_make_no_sense_are_wrong_usage(
    words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    in_folder = [str(tmp_path / word) if word == "x" else word for word in words]

    assert run(*in_folder) == ExitStatus.USAGE
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "x").exists()


def test_a_format_that_there_is_not_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("simulate", "switch", "--format", "smoke-signs", "--output", str(tmp_path / "x"))

    assert main(words) == ExitStatus.USAGE
    assert "smoke-signs" in capsys.readouterr().err


def test_a_start_without_an_offset_is_in_the_switchs_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    zone = ("--timezone", "Europe/Berlin")
    run("--output", str(tmp_path / "x"), "--rate", "0", "--calls", "1", *AT, *zone)

    assert "--start 2026-03-02T08:00:00+01:00" in capsys.readouterr().err


class Process:
    """The command as a process of its own, listening on a port that it tells."""

    def __init__(self, *words: str) -> None:
        command = [sys.executable, "-m", "cmtel", *SWITCH, "--listen", "127.0.0.1:0", *words]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self._process.stderr
        match = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", self._process.stderr.readline())
        assert match
        self.port = int(match[1])

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def end(self) -> tuple[int, dict[str, object]]:
        """Exit status and summary, once it has ended by itself."""
        output, _ = self._process.communicate(timeout=20)
        return self._process.returncode, json.loads(output)


def test_a_listening_switch_tells_its_port_and_serves_who_dials_it() -> None:
    process = Process("--rate", "0", "--calls", "5000", "--json")

    with socket.create_connection(("127.0.0.1", process.port)) as link:
        received = read_all(link)

    status, summary = process.end()
    assert status == ExitStatus.DONE
    assert len(received.splitlines()) == summary["records"] == 5000


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM to a process")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_with_whole_records_and_a_summary(name: str) -> None:
    process = Process("--rate", "2000", "--json")
    with socket.create_connection(("127.0.0.1", process.port)) as link:
        head = link.recv(65_536)
        process.signal(getattr(signal, name))
        received = head + read_all(link)

    status, summary = process.end()
    assert status == ExitStatus.DONE
    assert received.endswith(b"\n")
    assert received.count(b"\n") == summary["records"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGTERM to a process")
def test_a_signal_before_the_end_that_was_asked_for_is_an_interruption() -> None:
    process = Process("--rate", "1", "--calls", "1000", "--json")
    process.signal(signal.SIGTERM)

    status, summary = process.end()
    assert status == ExitStatus.INTERRUPTED
    assert summary["is_complete"] is False
