"""``cmtel phonebook`` through the command line, and names in the rows of an import."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cmtel.cli.boundary import main
from tests.crash.killable import a_line

Captured = pytest.CaptureFixture[str]

BOOK = "id,phone,name,company\n7,+49 30 23125010,Zoë Müller,ACME\n8,+49 40 5555-0,,Hafen AG\n"
EXTENSIONS = (
    "Nebenstelle;Zimmer;Abteilung;Klasse;von;bis\n"
    "201;Z 1;Gäste;Gast;2026-01-01;2026-02-28\n201;Z 2;Gäste;Gast;2026-03-01;\n300;Küche;;Haus;;\n"
)
COLUMNS = (
    "ID,Journal_Zeitpunkt,Journal_Rufnummer,Journal_LokaleRufnummer,Journal_Name,Journal_Firma,"
    "Journal_DatensatzID,Journal_DatensatzTabelle,Cmtel_Room,Cmtel_Department"
)


@pytest.fixture(autouse=True)
def own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Own lists and copies are those of the test."""
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "state"))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A settings file with a number plan and a CSV book; the journal's table is made."""
    (tmp_path / "book.csv").write_text(BOOK, encoding="utf-8")
    return settings(
        tmp_path,
        '<PhoneBook kind="csv" path="book.csv" number="phone" name="name" company="company" '
        'id="id" table="kontakte" switchboard="true"/>',
    )


def settings(folder: Path, books: str) -> Path:
    path = folder / "c.xml"
    path.write_text(
        f'<CmTelNotifier version="1"><Database url="sqlite:///{folder}/j.db"/><Journal>'
        f'<Numbers country="DE" areaCode="30"/>{books}</Journal></CmTelNotifier>',
        encoding="utf-8",
    )
    create = ["--config", str(path), "--quiet", "journal", "create-table", "--if-missing"]
    assert main([*create, "--columns", COLUMNS]) == 0
    return path


def run(capsys: Captured, config: Path, *words: object) -> tuple[int, list[Any], str]:
    """Return status, the JSON documents on stdout, and stderr."""
    capsys.readouterr()
    status = main(["--config", str(config), "--json", *map(str, words)])
    out, err = capsys.readouterr()
    return status, [json.loads(line) for line in out.splitlines()], err


def rows(capsys: Captured, config: Path) -> list[dict[str, Any]]:
    status, (found,), _ = run(capsys, config, "journal", "list")
    assert status == 0
    return list(found)


def take(capsys: Captured, config: Path, calls: int = 2) -> None:
    path = config.parent / "Master.csv"
    with path.open("ab") as file:
        file.writelines(a_line(f"1.{n}").replace(b"Zo\xc3\xab", b"") for n in range(calls))
    status, _, _ = run(capsys, config, "journal", "import", "--format", "asterisk-csv", path)
    assert status == 0


def test_lookup_tells_whose_numbers_they_are(config: Path, capsys: Captured) -> None:
    status, found, _ = run(
        capsys, config, "phonebook", "lookup", "23125010", "0049 40 5555123", "0891"
    )

    assert status == 1
    assert found[0] == {
        "number": "23125010", "key": "+493023125010", "is_found": True, "name": "Zoë Müller",
        "company": "ACME", "record_id": "7", "table": "kontakte", "is_switchboard": False,
    }  # fmt: skip
    assert (found[1]["name"], found[1]["is_switchboard"]) == ("Hafen AG (Zentrale)", True)
    assert found[2] == {"number": "0891", "key": "0891", "is_found": False}


def test_lookup_for_people(config: Path, capsys: Captured) -> None:
    assert main(["--config", str(config), "phonebook", "lookup", "03023125010", "089"]) == 1
    out, err = capsys.readouterr()

    assert "Zoë Müller" in out
    assert "089 (089) is in no phone book." in err


def test_rows_of_an_import_have_names_rooms_and_departments(
    config: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "ext.csv").write_text(EXTENSIONS, encoding="utf-8")
    status, (imported,), _ = run(
        capsys, config, "phonebook", "import", "--extensions", tmp_path / "ext.csv"
    )
    assert (status, imported) == (0, {"came": 3, "now": 3, "faults": []})

    take(capsys, config)

    for row in rows(capsys, config):
        assert {name: row[name] for name in row if name not in ("ID", "id")} == {
            "zeitpunkt": "2026-03-02 08:00:00", "rufnummer": "03023125010",
            "lokale_rufnummer": "201", "name": "Zoë Müller", "firma": "ACME",
            "datensatz_id": "7", "datensatz_tabelle": "kontakte", "room": "Z 2",
            "department": "Gäste",
        }  # fmt: skip


def test_a_dead_book_leaves_names_out_and_backfill_adds_them(
    config: Path, tmp_path: Path, capsys: Captured
) -> None:
    book = tmp_path / "book.csv"
    book.rename(tmp_path / "away.csv")
    take(capsys, config)
    assert {row["name"] for row in rows(capsys, config)} == {None}
    status, (states,), _ = run(capsys, config, "phonebook", "list")
    assert (status, states[0]["entries"]) == (0, 0)
    assert "cannot be read" in states[0]["failure"]
    assert run(capsys, config, "phonebook", "backfill")[0] == 8

    (tmp_path / "away.csv").rename(book)
    dry = run(capsys, config, "phonebook", "backfill", "--dry-run")
    assert {row["name"] for row in rows(capsys, config)} == {None}
    filled = run(capsys, config, "phonebook", "backfill")
    again = run(capsys, config, "phonebook", "backfill")

    expected = {"rows": 2, "found": 2, "filled": 0, "is_complete": True, "dry_run": True}
    assert dry[:2] == (0, [expected])
    assert filled[:2] == (0, [{**expected, "filled": 2, "dry_run": False}])
    assert again[1][0]["rows"] == 0
    assert {(row["name"], row["datensatz_id"]) for row in rows(capsys, config)} == {
        ("Zoë Müller", "7")
    }


def test_since_is_the_first_call_that_backfill_looks_at(config: Path, capsys: Captured) -> None:
    take(capsys, settings(config.parent, ""))
    config = settings(
        config.parent, '<PhoneBook kind="csv" path="book.csv" number="phone" name="name"/>'
    )

    later = run(capsys, config, "phonebook", "backfill", "--since", "2026-03-03")
    all_of_it = run(capsys, config, "phonebook", "backfill", "--since", "2026-03-02")

    assert later[1][0]["filled"] == 0
    assert all_of_it[1][0]["filled"] == 2


def test_the_last_good_copy_is_used_while_a_book_is_away(
    config: Path, tmp_path: Path, capsys: Captured
) -> None:
    assert run(capsys, config, "phonebook", "lookup", "03023125010")[0] == 0
    (tmp_path / "book.csv").unlink()

    status, found, err = run(capsys, config, "phonebook", "lookup", "03023125010", "--refresh")

    assert (status, found[0]["name"]) == (8, "Zoë Müller")
    assert "book.csv cannot be read" in err


def test_own_numbers_come_first_and_can_be_added_and_replaced(
    config: Path, tmp_path: Path, capsys: Captured
) -> None:
    own = tmp_path / "own.csv"
    own.write_bytes("Rufnummer;Vorname;Nachname\n030 23125010;Jörg;Own\n".encode("cp1252"))
    cards = tmp_path / "own.vcf"
    cards.write_text("BEGIN:VCARD\nFN:Carla\nTEL:0301\nTEL:0302\nEND:VCARD\n")

    first = run(capsys, config, "phonebook", "import", own, "--encoding", "cp1252")
    second = run(capsys, config, "phonebook", "import", cards)
    _, found, _ = run(capsys, config, "phonebook", "lookup", "03023125010", "0302")
    third = run(capsys, config, "phonebook", "import", cards, "--replace")
    _, after, _ = run(capsys, config, "phonebook", "lookup", "03023125010")

    assert [each[1][0]["now"] for each in (first, second, third)] == [1, 3, 2]
    assert [(each["name"], each["table"]) for each in found] == [
        ("Jörg Own", "cmtel"), ("Carla", "cmtel"),
    ]  # fmt: skip
    assert after[0]["table"] == "kontakte"


def test_import_without_a_file_reads_all_books_anew(
    config: Path, tmp_path: Path, capsys: Captured
) -> None:
    status, (states,), _ = run(capsys, config, "phonebook", "import")
    assert (status, states[0]["entries"]) == (0, 2)
    (tmp_path / "book.csv").unlink()

    assert run(capsys, config, "phonebook", "import")[0] == 8


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "does not tell which columns"),
        ("number,name\n,\n", "no number with a name"),
    ],
)
def test_a_file_that_is_no_phone_book_is_told(
    config: Path, tmp_path: Path, capsys: Captured, text: str, told: str
) -> None:
    (tmp_path / "x.csv").write_text(text)

    status, _, err = run(capsys, config, "phonebook", "import", tmp_path / "x.csv")

    assert status == 1
    assert told in err


def test_rows_of_extensions_with_faults_are_told_and_the_others_taken(
    config: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "e.csv").write_text("extension,room,valid_from\n201,A,soon\n202,B,\n")

    status, (imported,), err = run(
        capsys, config, "phonebook", "import", "--extensions", tmp_path / "e.csv"
    )

    assert (status, imported["came"]) == (11, 1)
    assert "Row 2 has 'soon'" in err


def test_extensions_are_listed_and_held_against_the_calls(
    config: Path, tmp_path: Path, capsys: Captured
) -> None:
    (tmp_path / "e.csv").write_text(
        "extension,room,valid_from,valid_to\n300,A,,2099-01-31\n300,B,2099-01-01,\n"
    )
    run(capsys, config, "phonebook", "import", "--extensions", tmp_path / "e.csv")
    take(capsys, config)
    engine_rows = f"sqlite:///{tmp_path}/j.db"
    from tests.databases import Database

    Database("sqlite", engine_rows, engine_rows).run(
        "UPDATE journal SET zeitpunkt = datetime('now', '-1 day')"
    )

    status, (listed,), _ = run(capsys, config, "phonebook", "list", "--extensions")
    problem_status, (problems,), _ = run(
        capsys, config, "phonebook", "list", "--extensions", "--problems"
    )

    assert (status, [each["room"] for each in listed]) == (0, ["A", "B"])
    assert problem_status == 11
    assert [(each["number"], each["calls"]) for each in problems["unknown"]] == [("201", 2)]
    assert [each["room"] for each in problems["unused"]] == ["A"]
    assert [[each["room"] for each in pair] for pair in problems["overlapping"]] == [["A", "B"]]
    assert main(["--config", str(config), "phonebook", "list", "--extensions", "--problems"]) == 11
    out = capsys.readouterr().out
    assert "unknown      201: 2 calls" in out
    assert "overlapping  300: A (ever to 2099-01-31); B (2099-01-01 to further notice)" in out


def test_lists_for_people(config: Path, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "e.csv").write_text(EXTENSIONS.replace(";", ","), encoding="utf-8")
    main(["--config", str(config), "phonebook", "import", "--extensions", str(tmp_path / "e.csv")])
    main(["--config", str(config), "phonebook", "list"])
    main(["--config", str(config), "phonebook", "list", "--extensions"])
    out = capsys.readouterr().out

    assert "3 entries imported; 3 in all." in out
    assert "book.csv" in out
    assert "2026-02-28" in out


def test_what_cannot_be_asked_for_is_told(config: Path, capsys: Captured) -> None:
    nothing = settings(config.parent, "")

    assert run(capsys, nothing, "phonebook", "backfill")[0] == 2
    assert run(capsys, nothing, "phonebook", "list", "--problems")[0] == 2
    assert run(capsys, nothing, "phonebook", "import", "x.csv", "--encoding", "ebcdic")[0] == 2
