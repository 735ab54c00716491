"""``--legs fold`` from the command line: one row a call."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from cmtel.cli.boundary import main
from tests.samples import DATA

LIVE = str(DATA / "legs" / "live_600.csv")


def test_decode_prints_an_object_for_each_call(capsys: pytest.CaptureFixture[str]) -> None:
    words = "format", "decode", "--format", "asterisk-csv", "--timezone", "Europe/Berlin", LIVE

    assert main([*words, "--legs", "fold"]) == 0
    folded = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert main([*words]) == 0
    kept = [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    assert (len(folded), len(kept)) == (488, 600)
    assert sum(call["legs"] for call in folded) == 600
    assert not any("legs" in leg for leg in kept)


def test_import_writes_a_row_for_each_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = "Cmtel_CallID,Cmtel_Legs,Journal_VerbDauer_sec"
    target = "--url", f"sqlite:///{tmp_path}/j.db", "--columns", columns
    assert main(["journal", "create-table", *target]) == 0
    spool = "--spool", str(tmp_path / "spool")
    words = "journal", "import", *target, *spool, "--format", "asterisk-csv", LIVE

    assert main(["--json", *words, "--legs", "fold"]) == 0
    books = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert main(["--quiet", *words, "--legs", "fold"]) == 0  # all of it is there already

    with sqlite3.connect(tmp_path / "j.db") as journal:
        rows = journal.execute("SELECT call_id, legs, verb_dauer_sec FROM journal").fetchall()
    assert len(rows) == len({call_id for call_id, _, _ in rows}) == 488
    assert sum(legs for _, legs, _ in rows) == 600
    assert sum(secs for _, _, secs in rows) == 1_533
    assert (books["received"], books["delivered"], books["waiting"]) == (600, 600, 0)


def test_show_says_how_legs_are_joined(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["format", "show", "asterisk-csv"]) == 0
    assert "joined by linkedid" in capsys.readouterr().out
    assert main(["format", "show", "hipath"]) == 0
    assert "no joining id" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--legs", "x"], ["--legs-wait", "2d"], ["--legs-wait", "5"]])
def test_bad_words_are_wrong_usage(words: list[str], tmp_path: Path) -> None:
    target = "--url", f"sqlite:///{tmp_path}/j.db", "--format", "asterisk-csv", LIVE

    assert main(["journal", "import", *target, *words]) == 2
