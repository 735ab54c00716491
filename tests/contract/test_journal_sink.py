"""What every JournalSink promises, on the fake and on every target.

SQLite does not refuse texts that are too long, so a row is made unstorable by a constraint of the
table: in_out takes one of i and o.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import pytest

from cmtel.adapters.database.connect import open_engine
from cmtel.adapters.database.journal_sink import SqlJournalSink
from cmtel.domain.column_selection import select_columns
from cmtel.domain.row_mapping import MappingContext, RowMapper
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import DatabaseUnavailable, SpoolError, WatermarkConflict
from cmtel.services.ports import JournalSink, RejectedRow, Row, RowBatch
from tests.builders import a_call
from tests.conftest import EVERY_TARGET
from tests.databases import Database, new_database
from tests.fakes_journal import MemoryJournal, MemorySink

COLUMNS = select_columns(
    ["Journal_In_Out", "Journal_ZeitpunktNumerisch", "Journal_Rufnummer", "Journal_Name"],
    sizes=["Journal_In_Out=1"],
)
BAD = "xx"


class Journal(Protocol):
    """A journal that several sinks can write to."""

    def sink(self) -> JournalSink: ...

    def rows(self) -> list[Row]: ...


class FakeJournal:
    def __init__(self) -> None:
        self._journal = MemoryJournal()

    def sink(self) -> JournalSink:
        return MemorySink(self._journal, COLUMNS)

    def rows(self) -> list[Row]:
        return list(self._journal.rows)


class RealJournal:
    def __init__(self, database: Database) -> None:
        self._database = database
        self.sinks: list[JournalSink] = []
        moment = "TIMESTAMP" if database.kind == "postgresql" else "DATETIME"
        database.run(
            "CREATE TABLE journal (in_out VARCHAR(1) CHECK (in_out IN ('i', 'o')),"
            f" zeitpunkt_numerisch {moment}, rufnummer VARCHAR(30), name VARCHAR(100))"
        )

    def sink(self) -> JournalSink:
        made = SqlJournalSink(open_engine(self._database.url), parse_table_name("journal"), COLUMNS)
        made.prepare()
        self.sinks.append(made)
        return made

    def rows(self) -> list[Row]:
        found = self._database.rows("SELECT * FROM journal ORDER BY rufnummer")
        return [(row[0], _moment(row[1]), *row[2:]) for row in found]


def _moment(value: object) -> object:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


@pytest.fixture(params=["fake", *EVERY_TARGET])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    if request.param == "fake":
        yield FakeJournal()
        return
    kind = request.param.partition("-")[0]
    server = None if kind == "sqlite" else request.getfixturevalue(kind)
    with new_database(request.param, server, tmp_path) as database:
        real = RealJournal(database)
        yield real
        for sink in real.sinks:
            sink.close()


def some_rows(count: int, bad: Sequence[int] = (), first: int = 0) -> list[Row]:
    calls = [a_call(remote_number=f"{first + n:08d}", name="Jörg Жук ã 😀") for n in range(count)]
    rows = RowMapper(COLUMNS, MappingContext("s")).rows(calls, range(count))
    return [(BAD, *row[1:]) if n in bad else row for n, row in enumerate(rows)]


def ignore(rejected: Sequence[RejectedRow]) -> None: ...


def test_rows_and_watermark_arrive_together(journal: Journal) -> None:
    sink = journal.sink()

    rejected = sink.deliver(RowBatch("spool", "s", some_rows(3), 0, 7), ignore)

    assert list(rejected) == []
    assert journal.rows() == some_rows(3)
    assert sink.watermark("spool", "s") == 7


def test_every_character_and_null_comes_back(journal: Journal) -> None:
    sink = journal.sink()
    moment = datetime(2026, 3, 29, 2, 30, 0)  # noqa: DTZ001  # the journal's times are local
    rows: list[Row] = [
        ("i", moment, "1", "ü ã Ж 😀 \\ \t ' \" % ? : \n \\N"),
        (None,) * 2 + ("2", None),
    ]
    rows += [("o", None, "3", ""), ("i", moment, "4", "\\.")]

    sink.deliver(RowBatch("spool", "s", rows, 0, 4), ignore)

    assert journal.rows() == rows


def test_a_source_that_is_not_known_is_at_zero(journal: Journal) -> None:
    assert journal.sink().watermark("spool", "nobody") == 0


def test_sources_and_spools_have_watermarks_of_their_own(journal: Journal) -> None:
    sink = journal.sink()
    names = [("a", "s"), ("a", "S"), ("b", "s"), ("a", "s" * 200), ("a", "s" * 201)]

    for number, (spool_id, source) in enumerate(names, 1):
        sink.deliver(RowBatch(spool_id, source, [], 0, number), ignore)

    assert [sink.watermark(*name) for name in names] == [1, 2, 3, 4, 5]


def test_batches_follow_each_other(journal: Journal) -> None:
    sink = journal.sink()

    sink.deliver(RowBatch("spool", "s", some_rows(2), 0, 2), ignore)
    sink.deliver(RowBatch("spool", "s", some_rows(2, first=2), 2, 4), ignore)

    assert journal.rows() == some_rows(4)
    assert sink.watermark("spool", "s") == 4


def test_the_slower_of_two_writers_writes_nothing(journal: Journal) -> None:
    fast, slow = journal.sink(), journal.sink()
    fast.deliver(RowBatch("spool", "s", some_rows(1), 0, 1), ignore)

    with pytest.raises(WatermarkConflict):
        slow.deliver(RowBatch("spool", "s", some_rows(5), 0, 5), ignore)

    assert journal.rows() == some_rows(1)
    assert slow.watermark("spool", "s") == 1


def test_a_writer_that_is_ahead_writes_nothing(journal: Journal) -> None:
    sink = journal.sink()

    with pytest.raises(WatermarkConflict):
        sink.deliver(RowBatch("spool", "s", some_rows(5), 3, 8), ignore)

    assert journal.rows() == []
    assert sink.watermark("spool", "s") == 0


@pytest.mark.parametrize("bad", [[0], [4], [9], [0, 1, 2], [2, 3, 7], range(10)])
def test_refused_rows_do_not_hold_up_their_neighbours(journal: Journal, bad: Sequence[int]) -> None:
    sink = journal.sink()
    rows = some_rows(10, bad)

    rejected = sink.deliver(RowBatch("spool", "s", rows, 0, 10), ignore)

    assert [row.position for row in rejected] == list(bad)
    assert all(row.detail for row in rejected)
    assert journal.rows() == [row for n, row in enumerate(rows) if n not in bad]
    assert sink.watermark("spool", "s") == 10


def test_refused_rows_are_told_before_the_commit(journal: Journal) -> None:
    sink = journal.sink()
    told: list[list[int]] = []

    def look(rejected: Sequence[RejectedRow]) -> None:
        assert journal.rows() == []
        told.append([row.position for row in rejected])

    sink.deliver(RowBatch("spool", "s", some_rows(3, [1]), 0, 3), look)

    assert told == [[1]]


def test_nothing_is_written_when_the_dead_letters_cannot_be_kept(journal: Journal) -> None:
    sink = journal.sink()
    raises = _raiser(SpoolError("The disk is full."))

    with pytest.raises(SpoolError):
        sink.deliver(RowBatch("spool", "s", some_rows(3, [1]), 0, 3), raises)

    assert journal.rows() == []
    assert sink.watermark("spool", "s") == 0


def test_a_sink_works_on_after_an_error(journal: Journal) -> None:
    sink = journal.sink()
    with pytest.raises(DatabaseUnavailable):
        sink.deliver(
            RowBatch("spool", "s", some_rows(3), 0, 3), _raiser(DatabaseUnavailable("gone"))
        )

    sink.deliver(RowBatch("spool", "s", some_rows(3), 0, 3), ignore)

    assert journal.rows() == some_rows(3)


def test_every_sink_of_a_journal_tells_the_same_identity(journal: Journal) -> None:
    first, second = journal.sink(), journal.sink()

    assert first.journal_id() == second.journal_id() == first.journal_id()
    assert first.journal_id()


def _raiser(error: Exception) -> Callable[[Sequence[RejectedRow]], None]:
    def raise_it(rejected: Sequence[RejectedRow]) -> None:
        raise error

    return raise_it
