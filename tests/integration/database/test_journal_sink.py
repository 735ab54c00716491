"""What a real table asks of the sink beyond the contract."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from cmtel.adapters.database import ddl
from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.journal_sink import SqlJournalSink
from cmtel.domain.column_selection import JournalColumn, select_columns
from cmtel.domain.column_types import COLUMN_TYPES
from cmtel.domain.row_mapping import MappingContext, RowMapper
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import DatabaseSetupError, WatermarkConflict
from cmtel.services.ports import RejectedRow, Row, RowBatch
from tests.builders import a_call
from tests.databases import Database

NUMBER = select_columns(["Journal_Rufnummer"], sizes=["Journal_Rufnummer=5"])
MYISAM = pytest.mark.parametrize("database", ["mariadb", "mariadb-odbc"], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


def a_sink(
    database: Database, columns: Sequence[JournalColumn] = NUMBER, table: str = "journal"
) -> SqlJournalSink:
    sink = SqlJournalSink(open_engine(database.url), parse_table_name(table), columns)
    try:
        sink.prepare()
    except DatabaseSetupError:
        sink.close()
        raise
    return sink


def deliver(sink: SqlJournalSink, rows: Sequence[Row], watermark: int = 0) -> list[int]:
    batch = RowBatch("spool", "s", rows, watermark, watermark + len(rows))
    return [row.position for row in sink.deliver(batch, lambda rejected: None)]


@pytest.mark.parametrize("name", ['a "b" c', "Grün ß", "x?y", "50%s (%(x)s)", "it's", "a`b", "a:b"])
def test_any_name_of_table_and_column_can_be_written_to(database: Database, name: str) -> None:
    columns = select_columns(["Journal_Rufnummer"], [f"Journal_Rufnummer={name}"])
    engine = open_engine(database.url)
    ddl.create_tables(engine, parse_table_name(name), columns, if_missing=False)
    engine.dispose()
    sink = a_sink(database, columns, name)

    assert deliver(sink, [("1",), ("2",)]) == []
    assert deliver(sink, [("3",)], watermark=2) == []
    sink.close()


def test_every_column_can_be_written(database: Database) -> None:
    columns = select_columns(list(COLUMN_TYPES))
    engine = open_engine(database.url)
    ddl.create_tables(engine, parse_table_name("journal"), columns, if_missing=False)
    engine.dispose()
    sink = a_sink(database, columns)
    calls = [a_call(), a_call(charge="12.3456", started_at=None, name=None)]

    rejected = deliver(sink, RowMapper(columns, MappingContext("s")).rows(calls, [1, 2]))
    sink.close()

    assert rejected == []
    found = database.rows(
        "SELECT name, charge, sequence, zeitpunkt_numerisch FROM journal ORDER BY id"
    )
    assert [str(Decimal(str(row[1])).normalize()) for row in found] == ["0.12", "12.3456"]
    assert [(row[0], row[2], row[3] and str(row[3])) for row in found] == [
        ("Müller", 1, "2026-03-01 10:11:12"),
        (None, 2, None),
    ]


def test_a_missing_table_stops_the_start(database: Database) -> None:
    with pytest.raises(DatabaseSetupError, match="no table journal"):
        a_sink(database)


def test_a_table_that_can_take_no_row_stops_the_start(database: Database) -> None:
    database.run("CREATE TABLE journal (x int, y int NOT NULL)")

    with pytest.raises(DatabaseSetupError) as caught:
        a_sink(database)

    assert "rufnummer" in caught.value.message
    assert "y is NOT NULL" in caught.value.message


def test_columns_of_the_users_own_do_not_matter(database: Database) -> None:
    database.run("CREATE TABLE journal (x int, rufnummer varchar(5), y int NOT NULL DEFAULT 7)")
    sink = a_sink(database)

    assert deliver(sink, [("1",)]) == []
    sink.close()
    assert database.rows("SELECT * FROM journal") == [(None, "1", 7)]


@pytest.mark.parametrize("database", ["sqlite", "sqlite-odbc"], indirect=True)
def test_the_watermark_is_the_tables_whatever_the_spelling(database: Database) -> None:
    database.run("CREATE TABLE Journal (rufnummer varchar(5))")
    sink = a_sink(database, table="Journal")
    deliver(sink, [("1",)])
    sink.close()
    other = a_sink(database, table="JOURNAL")

    assert other.watermark("spool", "s") == 1
    other.close()


@MYISAM
def test_a_table_without_transactions_gets_rows_one_by_one(database: Database) -> None:
    database.run("CREATE TABLE journal (rufnummer varchar(5)) ENGINE=MyISAM")
    sink = a_sink(database)
    assert not sink.is_transactional

    rejected = deliver(sink, [("1",), ("123456",), ("3",)])

    assert rejected == [1]
    assert database.rows("SELECT * FROM journal ORDER BY 1") == [("1",), ("3",)]
    assert sink.watermark("spool", "s") == 3
    with pytest.raises(WatermarkConflict):
        deliver(sink, [("9",)])
    sink.close()


@MYISAM
def test_without_transactions_the_watermark_comes_last(database: Database) -> None:
    database.run("CREATE TABLE journal (rufnummer varchar(5)) ENGINE=MyISAM")
    sink = a_sink(database)

    def fail(rejected: Sequence[RejectedRow]) -> None:
        raise WatermarkConflict("stop")

    with pytest.raises(WatermarkConflict):
        sink.deliver(RowBatch("spool", "s", [("1",)], 0, 1), fail)

    assert sink.watermark("spool", "s") == 0
    sink.close()


@POSTGRESQL
@pytest.mark.parametrize("words", ["cidr", "varchar(9)", "text", "char(5)", "bigint", "name"])
def test_copy_takes_any_type_that_the_server_can_convert_to(database: Database, words: str) -> None:
    database.run(f"CREATE TABLE journal (rufnummer {words}, verb_dauer_sec numeric)")
    columns = select_columns(["Journal_Rufnummer", "Journal_VerbDauer_sec"])
    sink = a_sink(database, columns)
    value = "10.0.0.0/8" if words == "cidr" else "12345"

    assert deliver(sink, [(value, 5), (None, None)]) == []
    sink.close()
    assert database.rows("SELECT CAST(rufnummer AS text), verb_dauer_sec FROM journal") == [
        (value, 5),
        (None, None),
    ]


@POSTGRESQL
def test_a_foreign_key_and_a_trigger_reject_single_rows(database: Database) -> None:
    database.run(
        "CREATE TABLE known (n varchar(5) PRIMARY KEY)",
        "INSERT INTO known VALUES ('1'), ('3')",
        "CREATE TABLE journal (rufnummer varchar(5) REFERENCES known (n))",
        "CREATE FUNCTION no_three() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " IF NEW.rufnummer = '3' THEN RAISE EXCEPTION 'no, line 1'; END IF; RETURN NEW; END $$",
        "CREATE TRIGGER t BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION no_three()",
    )
    sink = a_sink(database)

    rejected = deliver(sink, [("1",), ("2",), ("3",), ("1",), ("4",)])
    sink.close()

    assert rejected == [1, 2, 4]
    assert database.rows("SELECT * FROM journal") == [("1",), ("1",)]


@POSTGRESQL
def test_commits_are_durable_even_where_the_server_is_lax(database: Database) -> None:
    name = database.admin_url.rpartition("/")[2]
    database.run(f"ALTER DATABASE {name} SET synchronous_commit = off")
    engine = open_engine(database.url)
    with engine.connect() as connection:
        found = connection.exec_driver_sql("SHOW synchronous_commit").scalar()
    engine.dispose()

    assert found == "on"


@pytest.mark.parametrize("database", ["sqlite", "sqlite-odbc"], indirect=True)
def test_sqlite_is_durable_and_lets_readers_in(database: Database) -> None:
    engine = open_engine(database.url)
    with engine.connect() as connection:
        answers = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout")
        ]
    engine.dispose()

    assert answers == ["wal", 2, 30_000]
