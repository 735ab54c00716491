"""Phone books in tables and queries of every database, and the journal's rows without a name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from sqlalchemy import Engine

from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.local_numbers import local_numbers
from cmtel.adapters.database.name_table import SqlNameTable
from cmtel.adapters.database.table_records import TableRecords
from cmtel.bootstrap.journal import create_table, resolve_target
from cmtel.domain.phone_books import Hit
from cmtel.domain.table_names import TableName, parse_table_name
from cmtel.errors import DatabaseError, DatabaseSetupError, PhoneBookError
from cmtel.services.backfill import Fill, Nameless
from tests.databases import Database

COLUMNS = [
    "ID", "Journal_In_Out", "Journal_Zeitpunkt", "Journal_ZeitpunktNumerisch",
    "Journal_Rufnummer", "Journal_Name", "Journal_Firma", "Journal_LokaleRufnummer",
    "Journal_DatensatzID", "Journal_DatensatzTabelle",
]  # fmt: skip


def records(database: Database, table: str | None, query: str | None = None) -> TableRecords:
    name = parse_table_name(table) if table else None
    return TableRecords(lambda: open_engine(database.url), name, query)


def contacts(database: Database) -> None:
    database.run(
        "CREATE TABLE contacts (id INTEGER, phone VARCHAR(40), mobile VARCHAR(40),"
        " name VARCHAR(80), score NUMERIC(8,2))",
        "INSERT INTO contacts VALUES (7, '030 1', '0171 2', 'Zoë Müller', 12)",
        "INSERT INTO contacts VALUES (8, NULL, '', 'Ben', NULL)",
    )


def test_a_table_gives_its_rows(database: Database) -> None:
    contacts(database)

    found = list(records(database, "contacts").records(["phone", "mobile", "name", "id", "score"]))

    assert sorted(found, key=lambda record: record[3][0]) == [
        (("030 1",), ("0171 2",), ("Zoë Müller",), ("7",), ("12",)),
        ((), (), ("Ben",), ("8",), ()),
    ]


def test_a_query_gives_what_it_says(database: Database) -> None:
    contacts(database)
    query = "SELECT phone AS nummer, name FROM contacts WHERE id = 7"

    assert list(records(database, None, query).records(["NAME", "nummer"])) == [
        (("Zoë Müller",), ("030 1",))
    ]
    with pytest.raises(PhoneBookError, match="no column mobile"):
        list(records(database, None, query).records(["mobile"]))


def test_a_table_that_is_not_there_is_told(database: Database) -> None:
    with pytest.raises(DatabaseError, match="read the phone book"):
        list(records(database, "nothing").records(["phone"]))


def journal(database: Database, *sizes: str) -> None:
    target = resolve_target(database.url, "journal", COLUMNS, (), sizes)
    create_table(target, if_missing=False)


def names(database: Database) -> list[tuple[object, ...]]:
    return database.rows(
        "SELECT id, name, firma, datensatz_id, datensatz_tabelle FROM journal ORDER BY id"
    )


def insert(database: Database, number: str, name: str, day: int = 1, local: str = "201") -> None:
    database.run(
        "INSERT INTO journal (in_out, zeitpunkt, zeitpunkt_numerisch, rufnummer, name, firma,"
        f" lokale_rufnummer) VALUES ('i', '2026-03-0{day} 08:00:00', '2026-03-0{day} 08:00:00',"
        f" '{number}', {name}, NULL, '{local}')"
    )


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    made = open_engine(database.url)
    yield made
    made.dispose()


def table(engine: Engine, since: datetime | None = None) -> SqlNameTable:
    return SqlNameTable(engine, TableName(None, "journal"), (), since)


ANNA = Hit("Anna " + "x" * 100, "ACME", "42", "contacts")


@pytest.mark.parametrize("sizes", [[], ["Journal_DatensatzID=long"]])
def test_only_rows_without_a_name_get_one(
    database: Database, engine: Engine, sizes: list[str]
) -> None:
    journal(database, *sizes)
    for number, name in (("0301", "NULL"), ("0302", "'as sent'"), ("0301", "''"), ("0303", "NULL")):
        insert(database, number, name)
    work = table(engine)

    found = [row for page in work.pages() for row in page]
    count = work.fill([Fill(ANNA, (1, 2, 3))])

    assert found == [
        Nameless(1, "0301", None, "i"), Nameless(3, "0301", None, "i"),
        Nameless(4, "0303", None, "i"),
    ]  # fmt: skip
    record_id = 42 if sizes else "42"
    filled = (("Anna " + "x" * 100)[:100], "ACME", record_id, "contacts")
    nothing = (None, None, None)
    assert count == 2
    assert names(database) == [
        (1, *filled), (2, "as sent", *nothing), (3, *filled), (4, None, *nothing),
    ]  # fmt: skip
    assert [row.row_id for page in table(engine).pages() for row in page] == [4]
    assert work.fill([Fill(ANNA, (1, 3))]) == 0


def test_what_a_row_has_already_stays(database: Database, engine: Engine) -> None:
    journal(database)
    insert(database, "0301", "NULL")
    database.run("UPDATE journal SET firma = 'kept'")

    assert table(engine).fill([Fill(Hit(None, "ACME", "A1", "b"), (1,))]) == 1
    assert names(database) == [(1, "ACME", "kept", "A1", "b")]


def test_an_id_that_is_no_number_is_left_out_of_a_column_of_numbers(
    database: Database, engine: Engine
) -> None:
    journal(database, "Journal_DatensatzID=long")
    insert(database, "0301", "NULL")

    assert table(engine).fill([Fill(Hit("Anna", None, "A1", "b"), (1,))]) == 1
    assert names(database) == [(1, "Anna", None, None, "b")]


def test_since_leaves_older_calls_out(database: Database, engine: Engine) -> None:
    journal(database)
    insert(database, "0301", "NULL", day=1)
    insert(database, "0301", "NULL", day=2)
    since = datetime(2026, 3, 2)  # noqa: DTZ001  # the journal's times are local

    assert [r.row_id for page in table(engine, since).pages() for r in page] == [2]


def test_own_numbers_are_counted(database: Database, engine: Engine) -> None:
    journal(database)
    for day, local in ((1, "201"), (2, "201"), (3, "201"), (3, "9")):
        insert(database, "0301", "NULL", day, local)
    since = datetime(2026, 3, 2)  # noqa: DTZ001  # the journal's times are local

    found = local_numbers(engine, TableName(None, "journal"), (), since)

    assert found == [("201", 2, "2026-03-03 08:00:00"), ("9", 1, "2026-03-03 08:00:00")]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_table_without_the_columns_is_told(database: Database, engine: Engine) -> None:
    with pytest.raises(DatabaseSetupError, match="no table"):
        table(engine)
    database.run("CREATE TABLE journal (id INTEGER PRIMARY KEY, rufnummer TEXT)")
    with pytest.raises(DatabaseSetupError, match="Journal_Name"):
        table(engine)
    with pytest.raises(DatabaseSetupError, match="Journal_LokaleRufnummer"):
        local_numbers(engine, TableName(None, "journal"), (), datetime.min)  # noqa: DTZ901  # the beginning of time


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_pages_go_through_the_whole_table(database: Database, engine: Engine) -> None:
    journal(database)
    values = ", ".join(f"('030{n}')" for n in range(4_500))
    database.run(f"INSERT INTO journal (rufnummer) VALUES {values}")

    pages = list(table(engine).pages())

    assert [len(page) for page in pages] == [2000, 2000, 500]
    assert len({row.row_id for page in pages for row in page}) == 4_500
