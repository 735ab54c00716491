"""``cmtel demo`` does the whole job with nothing to configure."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from cmtel.cli.boundary import main


def test_the_calls_of_the_switch_are_in_the_journal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["demo", "--calls", "40", "--rate", "80", "--folder", str(tmp_path), "--json"]

    status = main(words)

    printed = json.loads(capsys.readouterr().out)
    assert status == 0
    assert printed["sent_calls"] == printed["rows"] == printed["books"]["delivered"] == 45
    assert [printed["mails"][0], printed["mails"][-1]] == ["FIRST", "RECOVERED"]
    assert set(printed["mails"][1:-1]) == {"REPEAT"}
    with sqlite3.connect(printed["journal"]) as journal:
        assert journal.execute("SELECT count(DISTINCT id) FROM journal").fetchone() == (45,)
    journal.close()


def test_without_json_each_call_is_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--lang", "de", "demo", "--calls", "5", "--rate", "50", "--folder", str(tmp_path)]
    status = main(words)

    lines = capsys.readouterr().out.splitlines()
    assert status == 0
    assert sum(" -> " in line or " <- " in line or " -- " in line for line in lines) == 10
    assert lines[-2:] == [
        "The switch sent 10 calls; the journal has 10 rows.",
        "received 10 = delivered 10 + dead letters 0 + skipped 0 + waiting 0",
    ]
    text = "\n".join(lines)
    assert "reception@example.org: [CmTel] Demo (DEMO)" in text
    # The simulated switch has hung up, and the mail says that it stopped there.
    assert "Verbindung" in text


def test_a_folder_that_is_not_empty_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").touch()

    assert main(["demo", "--folder", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
