"""Rows come out of the table as they went in, filtered and in order."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from cmtel.adapters.database import ddl
from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.journal_reader import SqlJournalReader
from cmtel.adapters.database.journal_sink import SqlJournalSink
from cmtel.domain.column_selection import JournalColumn, readable_columns, select_columns
from cmtel.domain.column_types import COLUMN_TYPES
from cmtel.domain.row_mapping import MappingContext, RowMapper
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import DatabaseSetupError, UsageError
from cmtel.services.journal_view import JournalWatch
from cmtel.services.ports import RowBatch
from cmtel.services.reading_ports import JournalQuery
from tests.builders import a_call
from tests.databases import Database
from tests.fakes_clock import FakeClock

TABLE = parse_table_name("journal")
START = datetime(2026, 3, 1, 10, 0, 0)  # noqa: DTZ001  # the journal's times are local
WITHOUT_ID = select_columns(["Journal_Zeitpunkt", "Journal_Rufnummer"])


class Writer:
    """Puts calls into a table; call n starts n minutes after START."""

    def __init__(self, database: Database, columns: tuple[JournalColumn, ...]) -> None:
        engine = open_engine(database.url)
        ddl.create_tables(engine, TABLE, columns, if_missing=True)
        self._sink = SqlJournalSink(engine, TABLE, columns)
        self._sink.prepare()
        self._mapper = RowMapper(columns, MappingContext("s"))

    def add(self, *numbers: int, **changes: Any) -> None:
        calls = [
            a_call(
                remote_number=f"0049{n}",
                started_at=(START + timedelta(minutes=n)).isoformat(),
                **changes,
            )
            for n in numbers
        ]
        watermark = self._sink.watermark("spool", "s")
        rows = self._mapper.rows(calls, range(watermark + 1, watermark + 1 + len(calls)))
        batch = a_batch(rows, watermark)
        assert not self._sink.deliver(batch, lambda rejected: None)

    def close(self) -> None:
        self._sink.close()


def a_batch(rows: list[Any], watermark: int) -> RowBatch:
    return RowBatch("spool", "s", rows, watermark, watermark + len(rows))


@pytest.fixture
def reader(database: Database) -> Iterator[SqlJournalReader]:
    made = SqlJournalReader(open_engine(database.url), TABLE, readable_columns())
    yield made
    made.close()


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    made = Writer(database, select_columns(list(COLUMN_TYPES)))
    yield made
    made.close()


def numbers(reader: SqlJournalReader, query: JournalQuery) -> list[str]:
    return [row["Journal_Rufnummer"] for row in reader.rows(query)]


def test_every_value_comes_back(writer: Writer, reader: SqlJournalReader) -> None:
    writer.add(0, name="ü ã Ж 😀")
    (row,) = reader.rows(JournalQuery())
    values = dict(row)

    assert values.pop("ID") == 1
    assert str(values.pop("Cmtel_Charge")) in ("0.120000", "0.12")
    assert {name: value for name, value in values.items() if value is not None} == {
        "Journal_In_Out": "i",
        "Journal_Zeitpunkt": "2026-03-01 10:00:00",
        "Journal_ZeitpunktNumerisch": START,
        "Journal_VerbZustand": "CONN",
        "Journal_Rufnummer": "00490",
        "Journal_Name": "ü ã Ж 😀",
        "Journal_LokaleRufnummer": "21",
        "Journal_Rufdauer_ms": 4000,
        "Journal_VerbDauer_sec": 40,
        "Journal_Gebühren": 12,
        "Cmtel_Direction": "in",
        "Cmtel_EndedAt": START.replace(minute=11, second=56),
        "Cmtel_Line": "T1",
        "Cmtel_CallID": "4711",
        "Cmtel_Leg": 1,
        "Cmtel_Currency": "EUR",
        "Cmtel_PriceStatus": "source",
        "Cmtel_Source": "s",
        "Cmtel_Sequence": 1,
        "Cmtel_Raw": "a raw line\n",
    }


def test_rows_are_filtered_and_ordered(writer: Writer, reader: SqlJournalReader) -> None:
    writer.add(1, 2, 3)
    writer.add(4, 12, local_number="30", state="BUSY")

    assert numbers(reader, JournalQuery()) == ["004912", "00494", "00493", "00492", "00491"]
    assert numbers(reader, JournalQuery(oldest_first=True, limit=2)) == ["00491", "00492"]
    assert numbers(reader, JournalQuery(number="00491")) == ["00491"]
    assert numbers(reader, JournalQuery(number="00491*")) == ["004912", "00491"]
    assert numbers(reader, JournalQuery(number="004%*")) == []
    assert numbers(reader, JournalQuery(local_number="30")) == ["004912", "00494"]
    assert numbers(reader, JournalQuery(state="busy", number="00494")) == ["00494"]
    minute = START + timedelta(minutes=2)
    assert numbers(reader, JournalQuery(since=minute)) == ["004912", "00494", "00493", "00492"]
    assert numbers(reader, JournalQuery(until=minute)) == ["00491"]
    assert numbers(reader, JournalQuery(after={"ID": 4})) == ["004912"]


def test_more_rows_than_a_page_stream_through(writer: Writer, reader: SqlJournalReader) -> None:
    writer.add(*range(2_500))

    assert len(numbers(reader, JournalQuery())) == 2_500


def test_new_rows_are_seen_by_their_id(writer: Writer, reader: SqlJournalReader) -> None:
    writer.add(1, 2, 3)
    watch = JournalWatch(reader, JournalQuery(limit=2), FakeClock(), has_id=True)
    assert [row["Journal_Rufnummer"] for row in watch.first()] == ["00492", "00493"]

    writer.add(0)
    assert [row["Journal_Rufnummer"] for row in watch.new()] == ["00490"]
    assert watch.new() == []


@pytest.mark.parametrize("database", ["sqlite", "postgresql", "mariadb-odbc"], indirect=True)
def test_new_rows_are_seen_without_an_id(database: Database, reader: SqlJournalReader) -> None:
    writer = Writer(database, WITHOUT_ID)
    writer.add(1, 1, 2)
    clock = FakeClock()
    clock.advance((START - clock.now().replace(tzinfo=None)).total_seconds())
    watch = JournalWatch(reader, JournalQuery(limit=10), clock, has_id=False)
    assert len(watch.first()) == 3

    writer.add(1, 0)  # one looks like a row that is there, one started before it
    assert [row["Journal_Rufnummer"] for row in watch.new()] == ["00490", "00491"]
    assert watch.new() == []
    writer.close()


def test_a_filter_needs_its_column(database: Database, reader: SqlJournalReader) -> None:
    Writer(database, WITHOUT_ID).close()

    with pytest.raises(UsageError, match="Journal_VerbZustand"):
        list(reader.rows(JournalQuery(state="CONN")))


def test_a_table_that_is_missing_is_named(reader: SqlJournalReader) -> None:
    with pytest.raises(DatabaseSetupError, match="no table journal"):
        list(reader.rows(JournalQuery()))
