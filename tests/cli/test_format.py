"""``cmtel format``: output on stdout, one clear line of an error, the published statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cmtel.cli.boundary import main
from cmtel.domain.source_address import SourceKind
from cmtel.domain.source_options import SOURCE_OPTIONS
from cmtel.errors import ExitStatus
from cmtel.formats import registry

Captured = pytest.CaptureFixture[str]

GOOD = b"01.07.26 12:00:00;RING;0;0301;4930999;SIP0;\r\n01.07.26 12:00:09;DISCONNECT;0;0;\r\n"


@pytest.fixture
def good(tmp_path: Path) -> str:
    path = tmp_path / "good.log"
    path.write_bytes(GOOD)
    return str(path)


def decode(*words: str) -> int:
    return main(["format", "decode", *words])


def documents(captured: Captured) -> list[dict[str, object]]:
    return [json.loads(line) for line in captured.readouterr().out.splitlines()]


def test_a_call_has_all_keys_in_their_order(good: str, capsys: Captured) -> None:
    assert decode("--format", "fritzbox", good) == ExitStatus.DONE

    (call,) = documents(capsys)
    assert list(call) == [
        "kind", "direction", "state", "started_at", "ended_at", "remote_number", "local_number",
        "forwarded_via", "name", "ring_ms", "connected_secs", "charge", "charge_cents", "currency",
        "line", "account_code", "call_id", "leg", "raw",
    ]  # fmt: skip
    assert (call["kind"], call["ring_ms"], call["raw"]) == ("call", 9000, GOOD.decode())


def test_rejected_records_end_with_their_own_status(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "bad.log"
    path.write_bytes(b"\r\nnonsense\xff\r\n")

    assert decode("--format", "fritzbox", str(path)) == ExitStatus.DATA_DIFFER
    assert documents(capsys) == [
        {"kind": "skipped", "reason": "blank", "raw": "\r\n"},
        {"kind": "rejected", "reason": "unparsed", "raw": "nonsense\u00ff\r\n"},
    ]


def test_an_empty_file_gives_nothing(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "empty"
    path.touch()

    assert decode("--format", "jsonl", str(path)) == ExitStatus.DONE
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "words",
    [
        ["--format", "nope"], ["--format", "fritzbox", "--timezone", "Mars/Base"],
        ["--format", "fritzbox", "--opt", "no-such=1"],
        ["--format", "fritzbox", "--opt", "encoding"],
        ["--format", "fritzbox", "--opt", "encoding=x"], ["--format", "delimited"],
        ["--format", "fritzbox", "--year-hint", "soon"], ["--no-such-option"], [],
    ],
)  # fmt: skip
def test_wrong_usage(words: list[str], capsys: Captured) -> None:
    # Wrong usage is told before the file is looked at: this one is missing.
    assert decode(*words, "no-such-file") == ExitStatus.USAGE

    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "Traceback" not in captured.err


@pytest.mark.parametrize("name", ["missing.log", "."])
def test_a_file_that_cannot_be_read_is_one_line(
    name: str, tmp_path: Path, capsys: Captured
) -> None:
    path = str(tmp_path / name)

    assert decode("--format", "fritzbox", path) == ExitStatus.FAILURE

    captured = capsys.readouterr()
    assert path in captured.err
    assert captured.err.count("\n") == 1


def test_options_reach_the_format(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "named.csv"
    path.write_text("31/12 23:00;I\n")
    words = ["--opt", "fields=datetime,direction", "--opt", "delimiter=semicolon"]
    words += ["--opt", "date-format=%d/%m %H:%M", "--opt", "direction-map=I=in"]

    decode("--format", "delimited", *words, "--year-hint", "2024-01-03",
           "--timezone", "America/Sao_Paulo", str(path))  # fmt: skip

    (call,) = documents(capsys)
    assert (call["direction"], call["started_at"]) == ("in", "2023-12-31T23:00:00-03:00")


def cmtel(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "cmtel", *words],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )  # fmt: skip


def test_standard_input_is_decoded_as_it_comes() -> None:
    with cmtel("format", "decode", "--format", "jsonl", "-") as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write('{"state": "RING", "name": "Jürgen Đorđe"}\n'.encode())
        process.stdin.flush()

        line = process.stdout.readline()  # before the input has ended

        process.stdin.close()
        assert json.loads(line.decode())["name"] == "Jürgen Đorđe"
        assert process.wait(20) == 0


def test_memory_stays_flat_on_a_line_without_end(tmp_path: Path) -> None:
    """200 MB without a line end, in an address space that could not hold it twice."""
    path = tmp_path / "endless"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    code = (
        "import pathlib, re, sys; from cmtel.cli.boundary import main;"
        "status = main(['format', 'decode', '--format', 'asterisk-csv', sys.argv[1]]);"
        # Not ru_maxrss: that one begins with the size of the process that started this one.
        "memory = pathlib.Path('/proc/self/status').read_text();"
        "peak = re.search(r'VmHWM:\\s+(\\d+)', memory)[1];"
        "sys.stderr.write(f'{status} {peak}')"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True
    )

    status, peak_kib = map(int, done.stderr.split())
    assert json.loads(done.stdout)["reason"] == "oversize"
    assert status == ExitStatus.DATA_DIFFER
    assert peak_kib < 120_000


def test_the_list_names_every_format(capsys: Captured) -> None:
    assert main(["--json", "format", "list"]) == ExitStatus.DONE
    listed = json.loads(capsys.readouterr().out)
    assert [form["name"] for form in listed] == registry.names()
    assert next(form for form in listed if form["name"] == "fritzbox")["default_port"] == 1012

    assert main(["format", "list"]) == ExitStatus.DONE
    assert "fritzbox" in capsys.readouterr().out


@pytest.mark.parametrize("name", registry.names())
def test_a_format_can_be_shown(name: str, capsys: Captured) -> None:
    form = registry.get(name)

    assert main(["format", "show", name]) == ExitStatus.DONE
    shown = capsys.readouterr().out
    assert all(line in shown for line in form.example.splitlines())
    assert all(f"  {option.name}: " in shown for option in form.options)

    assert main(["--json", "format", "show", name]) == ExitStatus.DONE
    document = json.loads(capsys.readouterr().out)
    assert [option["name"] for option in document["options"]] == [o.name for o in form.options]


def test_what_is_said_to_the_switch_is_shown(capsys: Captured) -> None:
    assert main(["--json", "format", "show", "asterisk-ami"]) == ExitStatus.DONE
    shown = json.loads(capsys.readouterr().out)
    assert "logs in" in shown["session"]
    names = {each["name"]: each["required"] for each in shown["session_options"]}
    assert names == {"user": True, "secretRef": True, "auth": False, "keep-alive": False}

    assert main(["format", "show", "nec-sl"]) == ExitStatus.DONE
    text = capsys.readouterr().out
    assert "--source-opt NAME=VALUE" in text
    assert "requests: yes: ask for records and acknowledge them (default: no)" in text

    assert main(["--json", "format", "show", "avaya-ipo"]) == ExitStatus.DONE
    assert json.loads(capsys.readouterr().out)["session"] is None


def test_every_option_of_a_session_can_be_given() -> None:
    known = SOURCE_OPTIONS[SourceKind.TCP]
    for name in registry.names():
        session = registry.get(name).session
        for option in session.options if session else ():
            assert option.name in known, (name, option.name)


def test_a_format_that_is_not_there_cannot_be_shown(capsys: Captured) -> None:
    assert main(["format", "show", "nope"]) == ExitStatus.USAGE
    assert "fritzbox" in capsys.readouterr().err


def test_the_list_says_who_dials_and_on_which_port(capsys: Captured) -> None:
    assert main(["format", "list"]) == ExitStatus.DONE

    lines = capsys.readouterr().out.splitlines()
    (line,) = [each for each in lines if "mitel-mivb" in each]
    assert "cmtel dials port 1752" in line
    assert "3300" in line
    assert sum(name in "\n".join(lines) for name in registry.names()) == len(registry.names())


NEEDED = {
    "delimited": ["fields=call_id,local_number,remote_number,datetime,connected",
                  "delimiter=semicolon"],
    "fixed": ["fields=call_id:1:6,datetime:8:14,caller:23:11,called:35:15,connected:51:6"],
}  # fmt: skip


@pytest.mark.parametrize("name", registry.names())
def test_what_show_gives_as_an_example_is_a_call(
    name: str, tmp_path: Path, capsys: Captured
) -> None:
    path = tmp_path / "example"
    path.write_text(registry.get(name).example + "\n\n", encoding="utf-8")
    options = [word for each in NEEDED.get(name, ()) for word in ("--opt", each)]

    assert decode("--format", name, *options, str(path)) == ExitStatus.DONE
    assert "call" in [each["kind"] for each in documents(capsys)]


@pytest.mark.parametrize("name", registry.names())
def test_show_tells_layout_example_and_legs(name: str, capsys: Captured) -> None:
    assert main(["format", "show", name]) == ExitStatus.DONE

    text = capsys.readouterr().out
    for heading in ("Layout:", "Example:", "Legs (--legs fold):", "Options (--opt NAME=VALUE):"):
        assert heading in text
