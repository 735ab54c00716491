"""Every difference is found in real databases, and the printed statements remove it."""

from __future__ import annotations

import pytest

from cmtel.adapters.database import ddl
from cmtel.adapters.database.catalog import SqlTableCatalog
from cmtel.adapters.database.connect import open_engine
from cmtel.domain.column_selection import JournalColumn, select_columns
from cmtel.domain.column_types import COLUMN_TYPES
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import DatabaseError
from cmtel.services.journal_table import Finding, validate
from tests.databases import Database

EVERYTHING = select_columns(list(COLUMN_TYPES))
SOME = select_columns(["Journal_Rufnummer", "Journal_VerbDauer_sec", "Journal_ZeitpunktNumerisch"])
NAMES = ["journal", 'a "b" c', "Grün ß", "x?y", "50%s", "it's", "a`b", "select", "a:b", "[x]"]


def find(
    database: Database, columns: tuple[JournalColumn, ...], table: str = "journal"
) -> list[Finding]:
    engine = open_engine(database.url)
    try:
        return validate(SqlTableCatalog(engine, parse_table_name(table), columns), columns)
    finally:
        engine.dispose()


def create(database: Database, columns: tuple[JournalColumn, ...], table: str = "journal") -> bool:
    engine = open_engine(database.url)
    try:
        return ddl.create_tables(engine, parse_table_name(table), columns, if_missing=False)
    finally:
        engine.dispose()


def cure(database: Database, findings: list[Finding]) -> None:
    database.run(*(s.replace(":", "\\:") for finding in findings for s in finding.cure))


def troubles(findings: list[Finding]) -> set[str]:
    return {finding.trouble for finding in findings}


def test_a_table_that_was_made_fits(database: Database) -> None:
    assert create(database, EVERYTHING)

    assert find(database, EVERYTHING) == []


@pytest.mark.parametrize("name", NAMES)
def test_any_name_is_quoted(database: Database, name: str) -> None:
    columns = select_columns(
        ["Journal_Rufnummer", "Journal_ZeitpunktNumerisch"], [f"Journal_Rufnummer={name}"]
    )
    create(database, columns, name)

    assert find(database, columns, name) == []
    assert find(database, EVERYTHING[:2], name) != []


def test_a_schema_can_be_named(database: Database) -> None:
    schema = {"sqlite": "main", "mariadb": database.admin_url.rpartition("/")[2]}
    name = f"{schema.get(database.kind, 'Büro 1')}.journal"
    if database.kind == "postgresql":
        database.run('CREATE SCHEMA "Büro 1"')
    create(database, SOME, name)

    assert find(database, SOME, name) == []


def test_an_existing_table_is_left_alone(database: Database) -> None:
    database.run("CREATE TABLE journal (x int)")

    with pytest.raises(DatabaseError, match="exists already"):
        create(database, SOME)

    assert database.rows("SELECT * FROM journal") == []
    assert "no_watermarks" in troubles(find(database, SOME))


def test_no_table_is_a_difference_that_can_be_cured(database: Database) -> None:
    findings = find(database, SOME)
    assert troubles(findings) == {"no_table"}

    cure(database, findings)
    cure(database, find(database, SOME))

    assert find(database, SOME) == []


def test_missing_columns_and_watermarks_are_found_and_cured(database: Database) -> None:
    database.run("CREATE TABLE journal (x int)")
    columns = tuple(column for column in EVERYTHING if column.type.name != "ID")
    findings = find(database, columns)
    assert troubles(findings) == {"no_column", "no_watermarks"}
    assert len(findings) == len(columns) + 1

    cure(database, findings)

    assert find(database, columns) == []


@pytest.mark.parametrize("database", ["postgresql", "mariadb"], indirect=True)
def test_a_missing_id_is_found_and_cured(database: Database) -> None:
    database.run("CREATE TABLE journal (x int)", "INSERT INTO journal VALUES (1), (2)")
    columns = select_columns(["ID"])

    cure(database, find(database, columns))

    assert find(database, columns) == []
    assert database.rows("SELECT id FROM journal ORDER BY 1") == [(1,), (2,)]


@pytest.mark.parametrize(
    "database", ["postgresql", "mariadb", "postgresql-odbc", "mariadb-odbc"], indirect=True
)
def test_columns_that_are_too_short_are_found_and_cured(database: Database) -> None:
    database.run(
        "CREATE TABLE journal (rufnummer varchar(5) NOT NULL, verb_dauer_sec smallint NOT NULL,"
        " zeitpunkt_numerisch timestamp NULL)"
    )
    findings = find(database, SOME)
    assert {(f.trouble, f.column) for f in findings} >= {
        ("too_short", "rufnummer"),
        ("not_null", "rufnummer"),
        ("too_short", "verb_dauer_sec"),
        ("not_null", "verb_dauer_sec"),
        ("no_watermarks", None),
    }

    cure(database, findings)

    assert find(database, SOME) == []


def test_wrong_types_and_not_null_are_found_and_cured(database: Database) -> None:
    date = "DATE"
    database.run(
        f"CREATE TABLE journal (rufnummer int NOT NULL, verb_dauer_sec varchar(10),"
        f" zeitpunkt_numerisch {date if database.kind != 'sqlite' else 'INTEGER'},"
        " other varchar(10) NOT NULL, filled int NOT NULL DEFAULT 5)",
        "INSERT INTO journal (rufnummer, verb_dauer_sec, other) VALUES (49, '7', 'x')",
    )
    findings = find(database, SOME)
    assert {(f.trouble, f.column) for f in findings} == {
        ("wrong_type", "rufnummer"),
        ("not_null", "rufnummer"),
        ("wrong_type", "verb_dauer_sec"),
        ("wrong_type", "zeitpunkt_numerisch"),
        ("not_filled", "other"),
        ("no_watermarks", None),
    }

    cure(database, findings)

    assert find(database, SOME) == []
    assert database.rows("SELECT rufnummer, verb_dauer_sec, other FROM journal") == [("49", 7, "x")]


@pytest.mark.parametrize("database", ["mariadb", "mariadb-odbc"], indirect=True)
def test_a_character_set_that_lacks_letters_is_found_and_cured(database: Database) -> None:
    database.run(
        "CREATE TABLE journal (rufnummer varchar(30), name varchar(100) NOT NULL) CHARSET latin1"
    )
    columns = select_columns(["Journal_Rufnummer", "Journal_Name"])
    findings = find(database, columns)
    assert {(f.trouble, f.column) for f in findings} == {
        ("not_unicode", "rufnummer"),
        ("not_unicode", "name"),
        ("not_null", "name"),
        ("no_watermarks", None),
    }

    cure(database, findings)

    assert find(database, columns) == []


@pytest.mark.parametrize("database", ["mariadb", "mariadb-odbc"], indirect=True)
def test_tables_without_transactions_are_found_and_cured(database: Database) -> None:
    create(database, SOME)
    database.run("ALTER TABLE journal ENGINE=MyISAM", "ALTER TABLE cmtel_watermark ENGINE=MyISAM")
    findings = find(database, SOME)
    assert troubles(findings) == {"no_transactions", "no_watermark_transactions"}

    cure(database, findings)

    assert find(database, SOME) == []


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_time_with_zone_is_the_wrong_type(database: Database) -> None:
    create(database, SOME)
    database.run("ALTER TABLE journal ALTER COLUMN zeitpunkt_numerisch TYPE timestamptz")
    findings = find(database, SOME)
    assert troubles(findings) == {"wrong_type"}

    cure(database, findings)

    assert find(database, SOME) == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_names_of_either_case_are_the_same_to_sqlite(database: Database) -> None:
    create(database, SOME)

    upper = select_columns(
        [column.type.name for column in SOME], [f"Journal_Rufnummer={'rufnummer'.upper()}"]
    )

    assert find(database, upper, "JOURNAL") == []


def test_a_view_can_be_the_journal(database: Database) -> None:
    create(database, SOME, "base")
    database.run("CREATE VIEW journal AS SELECT * FROM base")

    assert find(database, SOME) == []
