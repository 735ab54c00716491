"""The probes of phone books: files, tables, and a directory that is not there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cmtel.services.doctor import Verdict
from tests.integration.doctor.examined import SOURCE, journal, settings_file, verdict
from tests.servers import free_port


def looked(folder: Path, section: str) -> tuple[Verdict, str]:
    return verdict(settings_file(folder, journal(folder, SOURCE + section)), "phone-book")


def csv_book(folder: Path) -> str:
    return f'<PhoneBook kind="csv" path="{folder}/book.csv" number="tel" name="name"/>'


def test_a_file_that_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "book.csv").write_text("tel,name\n123,Anna\n")

    assert looked(tmp_path, csv_book(tmp_path)) == (Verdict.OK, "it can be read")


def test_an_empty_file_is_a_warning_and_a_missing_one_a_failure(tmp_path: Path) -> None:
    assert looked(tmp_path, csv_book(tmp_path))[0] is Verdict.FAIL

    (tmp_path / "book.csv").write_text("tel,name\n")
    assert looked(tmp_path, csv_book(tmp_path)) == (
        Verdict.WARN,
        "it can be read, and is empty",
    )


def test_a_table_is_looked_at_and_a_missing_file_is_not_made(tmp_path: Path) -> None:
    file = tmp_path / "book.db"
    section = (
        f'<PhoneBook kind="sql" url="sqlite:///{file}" table="people" number="tel" name="name"/>'
    )
    assert looked(tmp_path, section)[0] is Verdict.FAIL
    assert not file.exists()

    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE people (tel TEXT, name TEXT)")
        connection.execute("INSERT INTO people VALUES ('1', 'Anna')")
    before = file.read_bytes()

    assert looked(tmp_path, section) == (Verdict.OK, "it can be read")
    assert file.read_bytes() == before


def test_a_list_of_extensions(tmp_path: Path) -> None:
    (tmp_path / "rooms.csv").write_text("ext,room\n101,R1\n")
    section = f'<Extensions kind="csv" path="{tmp_path}/rooms.csv" extension="ext" room="room"/>'

    assert looked(tmp_path, section) == (Verdict.OK, "it can be read")


@pytest.mark.filterwarnings("ignore:(tag|type)Map is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:ssl.match_hostname:DeprecationWarning")
def test_a_directory_that_does_not_answer_is_a_failure(tmp_path: Path) -> None:
    section = (
        f'<PhoneBook kind="ldap" url="ldap://127.0.0.1:{free_port()}" base="dc=x"'
        ' number="telephoneNumber" name="cn"/>'
    )

    found, text = looked(tmp_path, section)

    assert found is Verdict.FAIL
    assert "cannot be read" in text
