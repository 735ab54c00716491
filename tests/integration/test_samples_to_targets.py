"""Sample files are imported into every target, and each row is what the sheet says.

The mapping is written down here a second time, one call at a time, from DESIGN.md 1.2.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from tests.databases import Database
from tests.samples import DATA, SHARED

FORMATS = ("asterisk-csv", "avaya-ipo", "fritzbox", "delimited", "fixed", "jsonl")


def sample_files(folder: Path) -> list[Path]:
    return [
        path
        for name in FORMATS
        for path in sorted((folder / name).glob("*"))
        if path.suffix != ".md" and not path.name.endswith((".expected.jsonl", ".options.json"))
    ]


FILES = sample_files(DATA) + sample_files(SHARED)


def words_of(path: Path) -> list[str]:
    options = path.parent / f"{path.stem}.options.json"
    if not options.exists():
        return []
    words = []
    for name, value in json.loads(options.read_text("utf-8")).items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        words += [f"--{name}", text] if name in ("timezone", "year-hint") else [
            "--opt", f"{name}={text}"
        ]  # fmt: skip
    return words


def expected_rows(path: Path) -> list[tuple[Any, ...]]:
    lines = (path.parent / f"{path.stem}.expected.jsonl").read_text("utf-8").splitlines()
    calls = [call for call in map(json.loads, lines) if call["kind"] == "call"]
    return sorted((expected_row(call) for call in calls), key=repr)


def expected_row(call: dict[str, Any]) -> tuple[Any, ...]:
    """The columns of the usual table that a call fills, as texts."""
    started = call["started_at"]
    moment = started and str(datetime.fromisoformat(started).replace(tzinfo=None))[:19]
    return (
        "i" if call["direction"] == "in" else "o",
        moment,
        moment,
        call["state"],
        call["remote_number"],
        call["name"],
        call["local_number"],
        call["forwarded_via"],
        call["ring_ms"],
        call["connected_secs"],
        call["charge_cents"],
        call["call_id"],
        call["leg"],
    )


QUERY = (
    "SELECT in_out, zeitpunkt, zeitpunkt_numerisch, verb_zustand, rufnummer, name, "
    "lokale_rufnummer, weitergeleitet, rufdauer_ms, verb_dauer_sec, gebuehren, call_id, leg "
    "FROM journal"
)


def found_rows(database: Database) -> list[tuple[Any, ...]]:
    rows = [
        (row[0], row[1], None if row[2] is None else str(row[2])[:19], *row[3:])
        for row in database.rows(QUERY)
    ]
    return sorted(rows, key=repr)


def test_samples_arrive_as_the_sheet_says(
    database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = "ID,In_Out,Zeitpunkt,ZeitpunktNumerisch,VerbZustand,Rufnummer,Name,LokaleRufnummer"
    more = "Weitergeleitet,Rufdauer_ms,VerbDauer_sec,Gebühren"
    types = [name if name == "ID" else f"Journal_{name}" for name in f"{usual},{more}".split(",")]
    columns = ",".join([*types, "Cmtel_CallID", "Cmtel_Leg"])
    for number, path in enumerate(FILES):
        made = main(["journal", "create-table", "--url", database.url, "--columns", columns])
        assert made == 0, capsys.readouterr().err
        words = ["--format", path.parent.name, "--spool", str(tmp_path / str(number))]
        main(["--json", "journal", "import", "--url", database.url, *words, *words_of(path),
              str(path)])  # fmt: skip
        printed = capsys.readouterr()

        assert found_rows(database) == expected_rows(path), f"{path}: {printed.err}"
        books = json.loads(printed.out)
        lines = (path.parent / f"{path.stem}.expected.jsonl").read_text("utf-8").splitlines()
        kinds = [json.loads(line)["kind"] for line in lines]
        assert books["waiting"] == 0, path
        assert books["dead_letters"] == kinds.count("rejected"), path
        database.run("DROP TABLE journal", "DROP TABLE cmtel_watermark")
