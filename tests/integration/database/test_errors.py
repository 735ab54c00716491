"""What the real drivers say, and what it means to cmtel."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.journal_sink import SqlJournalSink
from cmtel.domain.column_selection import select_columns
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import (
    DatabaseError,
    DatabaseSetupError,
    DatabaseUnavailable,
    RecordRejected,
    UsageError,
)
from cmtel.services.ports import RejectedRow, Row, RowBatch
from tests.databases import Database
from tests.servers import free_port

COLUMNS = select_columns(
    ["Journal_Rufnummer", "Journal_VerbDauer_sec"], sizes=["Journal_Rufnummer=5"]
)
SERVERS = ["postgresql", "mariadb", "postgresql-odbc", "mariadb-odbc"]
only_servers = pytest.mark.parametrize("database", SERVERS, indirect=True)


@pytest.fixture
def engine(database: Database) -> Iterator[Engine]:
    made = open_engine(database.url)
    yield made
    made.dispose()


def run(engine: Engine, statement: str) -> None:
    with translated(engine, "run a test"), engine.begin() as connection:
        connection.execute(text(statement))


def connect(url: str, *, user: str | None = None, password: str | None = None) -> None:
    engine = open_engine(url, user=user, password=password)
    try:
        run(engine, "SELECT 1")
    finally:
        engine.dispose()


def test_a_missing_table_is_for_the_administrator(engine: Engine) -> None:
    with pytest.raises(DatabaseSetupError, match="nosuch"):
        run(engine, "SELECT * FROM nosuch")


def test_a_missing_column_is_for_the_administrator(engine: Engine, database: Database) -> None:
    database.run("CREATE TABLE t (a int)")

    with pytest.raises(DatabaseSetupError, match="nosuch"):
        run(engine, "SELECT nosuch FROM t")


def test_not_null_rejects_the_record(engine: Engine, database: Database) -> None:
    database.run("CREATE TABLE t (a int NOT NULL)")

    with pytest.raises(RecordRejected):
        run(engine, "INSERT INTO t VALUES (NULL)")


def test_a_duplicate_key_rejects_the_record(engine: Engine, database: Database) -> None:
    database.run("CREATE TABLE t (a int PRIMARY KEY)", "INSERT INTO t VALUES (1)")

    with pytest.raises(RecordRejected):
        run(engine, "INSERT INTO t VALUES (1)")


@only_servers
def test_too_long_a_text_rejects_the_record(engine: Engine, database: Database) -> None:
    database.run("CREATE TABLE t (a varchar(3))")

    with pytest.raises(RecordRejected):
        run(engine, "INSERT INTO t VALUES ('abcd')")


@only_servers
def test_a_wrong_type_rejects_the_record(engine: Engine, database: Database) -> None:
    database.run("CREATE TABLE t (a int)")

    with pytest.raises(RecordRejected):
        run(engine, "INSERT INTO t VALUES ('abc')")


@only_servers
def test_too_large_a_number_rejects_the_record(engine: Engine, database: Database) -> None:
    database.run("CREATE TABLE t (a int)")

    with pytest.raises(RecordRejected):
        run(engine, "INSERT INTO t VALUES (3000000000)")


@only_servers
def test_a_server_that_is_not_there_can_be_tried_again(database: Database) -> None:
    known = "5432" if database.kind == "postgresql" else "3306"

    with pytest.raises(DatabaseUnavailable):
        connect(_with_port(database.url, known, free_port()))


@only_servers
def test_a_database_that_does_not_exist_is_for_the_administrator(database: Database) -> None:
    with pytest.raises(DatabaseSetupError):
        connect(database.url.replace("cmtel_test_", "cmtel_nosuch_"))


@only_servers
def test_a_refused_login_is_for_the_administrator_and_the_password_stays_secret(
    database: Database,
) -> None:
    with pytest.raises(DatabaseSetupError) as caught:
        connect(database.url, user="nobody_x", password="s3cr}t;Pwd=x")  # noqa: S106  # no login of anybody

    assert "s3cr" not in f"{caught.value.message}{caught.value.hint}"


@pytest.mark.odbc
def test_an_unknown_data_source_is_for_the_administrator() -> None:
    with pytest.raises(DatabaseSetupError):
        connect("odbc:DSN=cmtel_nosuch;PWD=s3cret")


@pytest.mark.odbc
def test_an_unknown_odbc_driver_is_for_the_administrator() -> None:
    with pytest.raises(DatabaseSetupError):
        connect("odbc:Driver={cmtel nosuch};Server=x")


def test_a_folder_that_does_not_exist_is_for_the_administrator(tmp_path: Path) -> None:
    with pytest.raises(DatabaseSetupError):
        connect(f"sqlite:///{tmp_path}/nosuch/journal.db")


@pytest.mark.parametrize("url", ["", "nonsense", "nosuch://host/db", "postgresql+nosuch://host"])
def test_what_is_no_url_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError):
        connect(url)


@only_servers
def test_a_deadlock_can_be_tried_again(database: Database) -> None:
    database.run("CREATE TABLE t (a int PRIMARY KEY, b int)", "INSERT INTO t VALUES (1, 0), (2, 0)")
    if database.kind == "mariadb":
        database.run("ALTER TABLE t ENGINE=InnoDB")
    first, second = open_engine(database.url), open_engine(database.url)
    meet = threading.Barrier(2, timeout=20)
    seen: list[DatabaseError | None] = []

    def update(engine: Engine, keys: tuple[int, int]) -> None:
        try:
            with translated(engine, "run a test"), engine.begin() as connection:
                connection.execute(text("UPDATE t SET b = b + 1 WHERE a = :a"), {"a": keys[0]})
                meet.wait()
                connection.execute(text("UPDATE t SET b = b + 1 WHERE a = :a"), {"a": keys[1]})
            seen.append(None)
        except DatabaseError as error:
            seen.append(error)

    other = threading.Thread(target=update, args=(second, (2, 1)))
    other.start()
    update(first, (1, 2))
    other.join(30)
    first.dispose()
    second.dispose()

    errors = [error for error in seen if error is not None]
    assert len(errors) == 1
    assert isinstance(errors[0], DatabaseUnavailable)


def test_a_locked_sqlite_file_can_be_tried_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/journal.db"
    holder, other = open_engine(url), open_engine(f"{url}?timeout=0.1")
    run(holder, "CREATE TABLE t (a int)")
    with holder.begin() as connection:
        connection.execute(text("INSERT INTO t VALUES (1)"))

        with pytest.raises(DatabaseUnavailable):
            run(other, "INSERT INTO t VALUES (2)")
    holder.dispose()
    other.dispose()


def make_sink(database: Database) -> SqlJournalSink:
    database.run("CREATE TABLE journal (rufnummer varchar(5), verb_dauer_sec int)")
    sink = SqlJournalSink(open_engine(database.url), parse_table_name("journal"), COLUMNS)
    sink.prepare()
    return sink


def deliver(sink: SqlJournalSink, rows: list[Row], watermark: int = 0) -> list[int]:
    def ignore(rejected: object) -> None: ...

    batch = RowBatch("spool", "s", rows, watermark, watermark + len(rows))
    return [row.position for row in sink.deliver(batch, ignore)]


def test_half_a_character_is_a_rejected_row(database: Database) -> None:
    """A lone surrogate is no character: no encoding has it."""
    sink = make_sink(database)

    rejected = deliver(sink, [("1", 1), ("\ud800", 2), ("3", 3)])
    sink.close()

    assert rejected == [1]
    assert database.rows("SELECT * FROM journal ORDER BY 1") == [("1", 1), ("3", 3)]


@pytest.mark.parametrize("database", ["postgresql", "postgresql-odbc"], indirect=True)
def test_postgresql_refuses_nul_in_a_text(database: Database) -> None:
    sink = make_sink(database)

    rejected = deliver(sink, [("1", 1), ("a\0b", 2), ("3", 3)])
    sink.close()

    assert rejected == [1]


@only_servers
def test_every_kind_of_bad_row_is_found(database: Database) -> None:
    sink = make_sink(database)
    rows: list[Row] = [("1", 1), ("123456", 2), ("3", 3_000_000_000), ("4", 4), ("5", -(2**70))]

    rejected = deliver(sink, rows)
    sink.close()

    assert rejected == [1, 2, 4]
    assert database.rows("SELECT * FROM journal ORDER BY 1") == [("1", 1), ("4", 4)]


def test_a_number_that_sqlite_cannot_hold_is_a_rejected_row(tmp_path: Path) -> None:
    database = Database("sqlite", f"sqlite:///{tmp_path}/j.db", f"sqlite:///{tmp_path}/j.db")
    sink = make_sink(database)

    rejected = deliver(sink, [("1", 1), ("2", 2**70)])
    sink.close()

    assert rejected == [1]


@only_servers
def test_a_killed_connection_is_unavailable_and_the_next_call_connects_again(
    database: Database,
) -> None:
    sink = make_sink(database)
    deliver(sink, [("1", 1)])

    def kill(rejected: list[RejectedRow]) -> None:
        _kill_all(database)

    with pytest.raises(DatabaseUnavailable):
        sink.deliver(RowBatch("spool", "s", [("2", 2)], 1, 2), kill)  # type: ignore[arg-type]  # takes any sequence

    assert sink.watermark("spool", "s") == 1
    assert deliver(sink, [("2", 2)], watermark=1) == []
    sink.close()
    assert database.rows("SELECT * FROM journal ORDER BY 1") == [("1", 1), ("2", 2)]


@only_servers
def test_a_connection_killed_while_idle_is_replaced(database: Database) -> None:
    sink = make_sink(database)
    deliver(sink, [("1", 1)])
    _kill_all(database)

    assert sink.watermark("spool", "s") == 1
    sink.close()


def _kill_all(database: Database) -> None:
    """End every other connection to the database, as a server that is stopped does."""
    if database.kind == "postgresql":
        database.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return
    ids = database.rows(
        "SELECT id FROM information_schema.processlist"
        " WHERE db = DATABASE() AND id <> CONNECTION_ID()"
    )
    for (number,) in ids:
        with contextlib.suppress(DatabaseError):
            database.run(f"KILL {number}")


def _with_port(url: str, known: str, port: int) -> str:
    return url.replace(f":{known}/", f":{port}/").replace(f"Port={known}", f"Port={port}")


def test_a_nul_character_is_kept_or_refused_but_never_cut_off(database: Database) -> None:
    sink = make_sink(database)

    rejected = deliver(sink, [("1", 1), ("a\0b", 2), ("3", 3)])
    sink.close()

    stored = [row[0] for row in database.rows("SELECT * FROM journal ORDER BY 2")]
    assert stored == (["1", "3"] if rejected else ["1", "a\0b", "3"])
