"""``cmtel format detect``: files, standard input and live feeds; proposals of layouts."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus
from tests.samples import DATA

Captured = pytest.CaptureFixture[str]

KNOWN = b"01.07.25 12:00:00;RING;0;0301;4930999;SIP0;\r\n01.07.25 12:00:09;DISCONNECT;0;0;\r\n"
UNKNOWN = DATA / "layouts" / "heading_german.txt"
JOURNAL = """<CmTelNotifier version="1" timeZone="Europe/Berlin"><Hotel id="H1" name="H"/>
<Database url="sqlite:///calls.db"/><Journal>{source}</Journal></CmTelNotifier>"""


def detected(captured: Captured) -> list[dict[str, Any]]:
    document: list[dict[str, Any]] = json.loads(captured.readouterr().out)
    return document


def test_a_known_format_needs_no_proposal(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "calls.log"
    path.write_bytes(KNOWN)

    assert main(["--json", "format", "detect", str(path)]) == ExitStatus.DONE
    (found,) = detected(capsys)
    assert found == {
        "format_name": "fritzbox", "calls": 1, "skipped": 0, "rejected": 0, "share": 1.0,
    }  # fmt: skip


def test_a_proposal_comes_with_words_and_xml_that_pass_the_check(
    tmp_path: Path, capsys: Captured
) -> None:
    assert main(["--json", "format", "detect", str(UNKNOWN)]) == ExitStatus.DONE
    proposal = detected(capsys)[0]["proposal"]
    settings = tmp_path / "CmTelNotifier.xml"
    settings.write_text(JOURNAL.format(source=proposal["xml"]), encoding="utf-8")

    assert main(["--quiet", "--config", str(settings), "config", "check"]) == ExitStatus.DONE
    assert proposal["words"].startswith("--format delimited --opt fields=direction,date,time")
    assert len(proposal["examples"]) == 3


def test_a_proposal_for_people_shows_fields_notes_and_calls(capsys: Captured) -> None:
    assert main(["format", "detect", str(UNKNOWN)]) == ExitStatus.DONE

    text = capsys.readouterr().out
    for words in ("delimited (proposed)", "Nebenstelle", '<Option name="fields"', "--opt", "CONN"):
        assert words in text


def test_layout_proposes_one_also_where_a_format_fits(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "tickets.txt"
    path.write_bytes(b"TAR 5105 01/08/2017 10:54 012311 99999999999\r\n" * 30)

    main(["--json", "format", "detect", "--layout", str(path)])

    assert ["proposal" in each for each in detected(capsys)].count(True) == 1


def test_a_known_format_with_bad_lines_stays_the_first(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "noisy.log"
    path.write_bytes(KNOWN * 4 + b"01.07.25 12:00:00;NOISE;0301;4930999\r\n" * 8)

    main(["--json", "format", "detect", "--layout", str(path)])

    assert detected(capsys)[0]["format_name"] == "fritzbox"


def test_what_has_no_layout_ends_with_a_failure(tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "prose.txt"
    path.write_text("Dear all,\nnothing of that kind.\nYours\n")

    assert main(["format", "detect", str(path)]) == ExitStatus.FAILURE
    assert "No format fits" in capsys.readouterr().err


@contextmanager
def switch(sends: bytes) -> Iterator[int]:
    """A switch on loopback that sends to the first who connects, then waits for him to go."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(sends)
                connection.recv(1)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)


def test_a_live_feed_is_listened_to_and_can_be_kept(tmp_path: Path, capsys: Captured) -> None:
    kept = tmp_path / "kept.log"
    with switch(KNOWN) as port:
        words = ["--source", f"tcp:127.0.0.1:{port}", "--secs", "1", "--save", str(kept)]

        assert main(["--json", "format", "detect", *words]) == ExitStatus.DONE

    captured = capsys.readouterr()
    assert json.loads(captured.out)[0]["format_name"] == "fritzbox"
    assert "No spool" in captured.err
    assert kept.read_bytes() == KNOWN


def test_listening_ends_when_enough_has_come(capsys: Captured) -> None:
    with switch(UNKNOWN.read_bytes() * 5) as port:
        words = ["--source", f"tcp:127.0.0.1:{port}", "--secs", "600"]

        assert main(["--json", "format", "detect", *words]) == ExitStatus.DONE

    (found,) = detected(capsys)
    assert f'address="127.0.0.1:{port}"' in found["proposal"]["xml"]


def test_nothing_comes(capsys: Captured) -> None:
    words = ["--source", "tcp-listen:127.0.0.1:0", "--secs", "0.2"]

    assert main(["format", "detect", *words]) == ExitStatus.FAILURE
    assert "Nothing came" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [[], ["a.log", "--source", "tcp:127.0.0.1:1"], ["--source", "x"], ["--source", "stdin"]],
)
def test_wrong_usage(words: list[str]) -> None:
    assert main(["format", "detect", *words]) == ExitStatus.USAGE


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path, capsys: Captured) -> None:
    kept = tmp_path / "kept.log"
    kept.write_bytes(b"precious")

    with switch(KNOWN) as port:
        words = ["--source", f"tcp:127.0.0.1:{port}", "--secs", "0.5", "--save", str(kept)]
        assert main(["format", "detect", *words]) == ExitStatus.USAGE

    assert kept.read_bytes() == b"precious"
    assert "already" in capsys.readouterr().err
