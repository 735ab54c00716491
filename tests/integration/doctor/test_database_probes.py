"""The probes of the database, on every target: well, and each way of not being well."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from xml.sax.saxutils import quoteattr

import pytest
from sqlalchemy import make_url

from cmtel.bootstrap.journal import create_table, resolve_target
from cmtel.services.doctor import Checked, Verdict
from tests.databases import Database
from tests.integration.doctor.examined import (
    MAIL,
    SOURCE,
    examined,
    journal,
    settings_file,
    the,
    verdict,
)

OWN = ["database", "database-clock", "journal-table", "journal-insert"]
#: Databases that can refuse a row.
SERVERS = [
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]


def path_for(folder: Path, url: str, rest: str = "") -> Path:
    content = f"<Database url={quoteattr(url)}/>" + journal(folder, SOURCE, rest)
    return settings_file(folder, content)


def make_journal(database: Database) -> None:
    create_table(resolve_target(database.admin_url, "journal"), if_missing=False)


def verdicts(found: list[Checked]) -> dict[str, str]:
    return {each.name: str(each.finding.verdict) for each in found}


def test_a_journal_that_is_well(database: Database, tmp_path: Path) -> None:
    make_journal(database)

    found = examined(path_for(tmp_path, database.url, MAIL), *OWN, "feed")

    assert set(verdicts(found).values()) == {"ok"}, found
    assert "a row was written and taken back" in the(found, "journal-insert").text
    assert "with an index" in the(found, "feed").text


def test_nothing_is_left_behind(database: Database, tmp_path: Path) -> None:
    make_journal(database)

    examined(path_for(tmp_path, database.url), *OWN)

    assert database.rows("SELECT COUNT(*) FROM journal") == [(0,)]
    assert database.rows("SELECT COUNT(*) FROM cmtel_watermark") == [(0,)]


def test_without_a_table_that_is_the_failure(database: Database, tmp_path: Path) -> None:
    if database.kind == "sqlite":
        database.run("CREATE TABLE other (a INTEGER)")

    found = examined(path_for(tmp_path, database.url), *OWN)

    assert verdicts(found)["database"] == "ok"
    table = the(found, "journal-table")
    assert table.verdict is Verdict.FAIL
    assert any("CREATE TABLE" in line for line in table.details)
    assert the(found, "journal-insert").text == "not checked, because of journal-table journal"


def test_differences_that_keep_no_row_out_are_a_warning(database: Database, tmp_path: Path) -> None:
    make_journal(database)
    database.run("DROP TABLE cmtel_watermark")

    found = examined(path_for(tmp_path, database.url), *OWN)

    assert the(found, "journal-table").verdict is Verdict.WARN
    assert "not tried: there is no table cmtel_watermark" in the(found, "journal-insert").text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_row_that_the_table_refuses_is_a_failure(database: Database, tmp_path: Path) -> None:
    make_journal(database)
    database.run(
        "CREATE TRIGGER no BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'not today'); END"
    )

    finding = the(examined(path_for(tmp_path, database.url), *OWN), "journal-insert")

    assert finding.verdict is Verdict.FAIL
    assert "not today" in finding.text


@pytest.mark.parametrize("database", SERVERS, indirect=True)
def test_a_user_who_may_only_read_fails_at_the_row(database: Database, tmp_path: Path) -> None:
    make_journal(database)
    user = f"reader_{make_url(database.admin_url).database}"
    if database.kind == "postgresql":
        database.run(
            f"CREATE ROLE {user} LOGIN", f"GRANT SELECT ON journal, cmtel_watermark TO {user}"
        )
        cleaning = [f"DROP OWNED BY {user}", f"DROP ROLE {user}"]
    else:
        user = user[:32]
        name = make_url(database.admin_url).database
        database.run(f"CREATE USER '{user}'@'%'", f"GRANT SELECT ON {name}.* TO '{user}'@'%'")
        cleaning = [f"DROP USER '{user}'@'%'"]
    url = make_url(database.url).set(username=user).render_as_string()

    found = examined(path_for(tmp_path, url), *OWN)

    database.run(*cleaning)
    assert verdicts(found)["journal-table"] == "ok"
    assert the(found, "journal-insert").verdict is Verdict.FAIL


@pytest.mark.mariadb
@pytest.mark.parametrize(
    "database", [pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True
)
def test_a_table_without_transactions_is_not_tried(database: Database, tmp_path: Path) -> None:
    make_journal(database)
    database.run("ALTER TABLE journal ENGINE=MyISAM")

    found = examined(path_for(tmp_path, database.url), *OWN)

    assert "cannot be taken back" in the(found, "journal-insert").text
    assert database.rows("SELECT COUNT(*) FROM journal") == [(0,)]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("postgresql://nobody@127.0.0.1:9/cdr", "could not"),
        ("mariadb://nobody@127.0.0.1:9/cdr", "could not"),
        ("sqlite:///none.db", "unable to open database file"),
        ("nonsense://x", "There is no database dialect"),
    ],
)
def test_a_database_that_cannot_be_reached(tmp_path: Path, url: str, text: str) -> None:
    found = examined(path_for(tmp_path, url), *OWN)

    assert the(found, "database").verdict is Verdict.FAIL
    assert text in the(found, "database").text
    assert not (tmp_path / "none.db").exists()
    assert {each.finding.verdict for each in found[1:]} == {Verdict.WARN}


@pytest.mark.odbc
def test_odbc_drivers_are_listed_with_their_bits(tmp_path: Path) -> None:
    found = examined(path_for(tmp_path, "odbc:Driver={SQLite3};Database=/none"), "odbc-source")

    assert the(found, "odbc").verdict is Verdict.OK
    assert "64 bits" in the(found, "odbc").text
    assert "SQLite3" in the(found, "odbc").text
    assert the(found, "odbc-source").text == "driver SQLite3"


@pytest.mark.odbc
@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("DSN=cmtel-none", "there is no 64-bit data source 'cmtel-none'"),
        ("Driver={None Such}", "there is no 64-bit ODBC driver 'None Such'"),
    ],
)
def test_a_data_source_or_driver_that_is_not_there(tmp_path: Path, words: str, text: str) -> None:
    assert verdict(path_for(tmp_path, f"odbc:{words}"), "odbc-source") == (Verdict.FAIL, text)


@pytest.mark.odbc
def test_a_data_source_of_the_user_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "odbc.ini").write_text("[Telefonia]\nDriver=SQLite3\nDatabase=/none\n")
    monkeypatch.setenv("ODBCINI", str(tmp_path / "odbc.ini"))

    assert verdict(path_for(tmp_path, "odbc:DSN=telefonia"), "odbc-source") == (
        Verdict.OK,
        "telefonia is there, with driver SQLite3",
    )


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_feed_without_index_is_a_warning_with_the_statement(
    database: Database, tmp_path: Path
) -> None:
    database.run("CREATE TABLE bilhetes (nr INTEGER, hora TEXT)")
    feed = '<Feed name="T" source="database" table="bilhetes" keyColumn="nr" timeColumn="hora"/>'

    finding = the(examined(path_for(tmp_path, database.url, MAIL + feed), "feed"), "feed")

    assert finding.verdict is Verdict.WARN
    assert finding.details[-1] == "CREATE INDEX bilhetes_nr_ix ON bilhetes (nr);"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_journal_mode_of_a_file_stays_as_it_is(database: Database, tmp_path: Path) -> None:
    make_journal(database)
    file = Path(make_url(database.admin_url).database or "")
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    before = file.read_bytes()

    examined(path_for(tmp_path, database.url), *OWN)

    assert file.read_bytes() == before
