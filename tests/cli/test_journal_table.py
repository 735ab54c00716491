"""``cmtel journal create-table|validate|columns|list|export`` through the program's entry."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cmtel.cli.boundary import main


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/journal.db"


def fill(url: str, *rows: tuple[str, str]) -> None:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection, connection:
        connection.executemany(
            "INSERT INTO journal (rufnummer, name, zeitpunkt_numerisch, verb_zustand)"
            " VALUES (?, ?, '2026-03-01 10:11:12', 'CONN')",
            rows,
        )


def test_a_table_is_made_once(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "create-table", "--url", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"table": "journal", "created": True}

    assert main(["journal", "create-table", "--url", url]) == 1
    assert "exists already" in capsys.readouterr().err

    assert main(["journal", "create-table", "--url", url, "--if-missing"]) == 0
    assert main(["journal", "validate", "--url", url]) == 0


def test_columns_names_and_sizes_are_taken(url: str) -> None:
    words = ["--columns", "Journal_Gebuehren,Journal_Firma", "--name", "Journal_Firma=Wer"]
    assert main(["journal", "create-table", "--url", url, *words, "--size", "Journal_Firma=7"]) == 0
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        found = connection.execute("SELECT name, type FROM pragma_table_info('journal')").fetchall()

    assert found == [("gebuehren", "INTEGER"), ("Wer", "VARCHAR(7)")]


def test_sql_is_printed_without_a_database(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--print-sql", "--dialect", "mssql", "--columns", "Journal_Name"]
    assert main(["journal", "create-table", *words]) == 0
    out = capsys.readouterr().out

    assert "CREATE TABLE journal (\n\tname NVARCHAR(100) NULL\n);" in out
    assert "cmtel_watermark" in out


def test_sql_is_printed_for_the_database_of_a_url_that_is_not_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    url = "postgresql://nobody@127.0.0.1:1/none"
    assert main(["journal", "create-table", "--print-sql", "--url", url]) == 0

    assert "TIMESTAMP WITHOUT TIME ZONE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["create-table"], 6),
        (["create-table", "--print-sql"], 6),
        (["create-table", "--dialect", "nosuch"], 2),
        (["create-table", "--dialect", "sqlite", "--columns", "Foo"], 2),
        (["validate", "--url", "nonsense"], 2),
        (["validate", "--url", "sqlite:///a.db?timeout=abc"], 2),
        (["validate", "--url", "mssql+pyodbc://u:p@host/db"], 2),
        (["validate", "--url", "postgresql://127.0.0.1:1/x?foo=bar"], 6),
        (["validate", "--url", "postgresql://nobody:s3cret@127.0.0.1:1/none"], 12),
        (["list", "--url", "postgresql://nobody:s3cret@127.0.0.1:1/none"], 12),
    ],
)
def test_errors_have_their_exit_status(
    words: list[str], status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["journal", *words]) == status
    captured = capsys.readouterr()

    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert "s3cret" not in captured.err


def test_validate_lists_every_difference(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["journal", "create-table", "--url", url, "--columns", "Journal_Name"])
    capsys.readouterr()

    assert main(["journal", "validate", "--url", url, "--json"]) == 11
    result = json.loads(capsys.readouterr().out)
    assert result["fits"] is False
    assert {d["trouble"] for d in result["differences"]} == {"no_column"}
    assert len(result["differences"]) == 16

    assert main(["journal", "validate", "--url", url]) == 11
    out = capsys.readouterr().out
    assert "Column firma for Journal_Firma" in out
    assert "ALTER TABLE journal ADD COLUMN firma VARCHAR(100);" in out


def test_validate_without_a_table_differs(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "validate", "--url", url]) == 11
    assert "There is no such table." in capsys.readouterr().out


def test_all_types_are_listed_with_their_formats(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["journal", "columns", "--json"]) == 0
    types = {t["type"]: t for t in json.loads(capsys.readouterr().out)}

    assert len(types) == 34
    assert types["Journal_In_Out"]["format"] == "Text[1]"
    assert types["Journal_DatensatzID"]["format"] == "Text[50] or long"
    assert types["Journal_Rufdauer_ms"]["format"] == "long"
    assert types["Journal_ZeitpunktNumerisch"]["format"] == "date/time"


def test_rows_are_listed_newest_first(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["journal", "create-table", "--url", url])
    fill(url, ("0049301", "Müller"), ("0049302", "Ж"))
    capsys.readouterr()

    assert main(["journal", "list", "--url", url, "--json", "--number", "0049*"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["Ж", "Müller"]
    assert rows[0]["zeitpunkt_numerisch"] == "2026-03-01T10:11:12"

    words = ["--csv", "--columns", "Journal_Name", "--limit", "1", "--state", "CONN"]
    assert main(["journal", "list", "--url", url, *words]) == 0
    assert capsys.readouterr().out == "name\nЖ\n"


def test_a_column_that_the_table_lacks_is_wrong_usage(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["journal", "create-table", "--url", url])

    assert main(["journal", "list", "--url", url, "--columns", "Cmtel_Room"]) == 2
    assert "Cmtel_Room" in capsys.readouterr().err


def test_an_export_opens_safely_in_a_spreadsheet(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["journal", "create-table", "--url", url])
    fill(url, ("+49 30 1", "=cmd|' /C calc'!A0"), ("-2", 'a,"b"\nc'))
    words = ["export", "--url", url, "--columns", "Journal_Rufnummer,Journal_Name"]

    assert main(["journal", *words, "--output", str(tmp_path / "out.csv")]) == 0
    text = (tmp_path / "out.csv").read_text("utf-8")
    assert list(csv.reader(io.StringIO(text))) == [
        ["rufnummer", "name"],
        ["+49 30 1", "'=cmd|' /C calc'!A0"],
        ["-2", 'a,"b"\nc'],
    ]

    capsys.readouterr()
    assert main(["journal", *words, "--format", "jsonl"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first == {"rufnummer": "+49 30 1", "name": "=cmd|' /C calc'!A0"}


def test_a_file_that_cannot_be_written_is_named(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["journal", "create-table", "--url", url])

    path = tmp_path / "nosuch" / "out.csv"
    assert main(["journal", "export", "--url", url, "--output", str(path)]) == 1
    assert str(path) in capsys.readouterr().err
