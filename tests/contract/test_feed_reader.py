"""What every feed that is a table promises, on every database and by every driver."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cmtel.adapters.database.feed_facts import check_index
from cmtel.adapters.database.feed_rows import SqlRows
from cmtel.adapters.database.watching import WatchingConnection
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseError, DatabaseSetupError
from cmtel.services.notifier.feeds.facts import IndexCheck
from cmtel.services.notifier.feeds.spec import Calls, TableSpec
from cmtel.services.notifier.feeds.table_feed import PartFeed, TableFeed
from cmtel.services.notifier.ports import FeedReading
from tests.databases import Database
from tests.fakes_clock import FakeClock

VIENNA = ZoneInfo("Europe/Vienna")
#: Local, as the table has it; an hour before that in UTC.
NOON = datetime(2025, 3, 1, 12, 0)  # noqa: DTZ001
KEYS = {"sqlite": "INTEGER PRIMARY KEY", "postgresql": "BIGINT PRIMARY KEY"}


class Tickets:
    """A hotel system's table of tickets, and feeds over it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FakeClock()
        self.told: list[str] = []
        self.opened: list[TableFeed] = []
        key = KEYS.get(database.kind, "BIGINT PRIMARY KEY")
        moment = {"postgresql": "TIMESTAMP"}.get(database.kind, "DATETIME")
        database.run(
            f"CREATE TABLE tickets (nr {key}, at {moment}, line VARCHAR(10), price NUMERIC(10, 2))"
        )

    def add(self, number: int, minute: float, line: str = "1", price: float | None = None) -> None:
        at = NOON + timedelta(minutes=minute)
        told = "NULL" if price is None else str(price)
        self.database.run(f"INSERT INTO tickets VALUES ({number}, '{at}', '{line}', {told})")

    def table(self, spec: TableSpec | None = None, calls: Calls = "all") -> TableFeed:
        rows = SqlRows(WatchingConnection(self.database.url), spec or a_spec())
        self.opened.append(TableFeed(rows, self.clock, calls, tell=self.told.append))
        return self.opened[-1]

    def look(self, feed: PartFeed, cursor: str | None) -> FeedReading:
        self.clock.advance(300)
        return feed.read(cursor)


def a_spec(**changes: object) -> TableSpec:
    known: dict[str, object] = {
        "table": TableName(None, "tickets"),
        "time_columns": ("at",),
        "part_columns": {"line": ("line",)},
    }
    return TableSpec(VIENNA, **{**known, **changes})  # type: ignore[arg-type]


@pytest.fixture
def tickets(database: Database) -> Iterator[Tickets]:
    made = Tickets(database)
    yield made
    for table in made.opened:
        table.close()


def minutes(reading: FeedReading) -> list[float]:
    """Return the minutes after noon of the records."""
    noon = NOON.replace(tzinfo=VIENNA)
    return [(r.event_utc - noon).total_seconds() / 60 for r in reading.records if r.event_utc]


def test_the_first_sight_is_the_last_record_in_utc(tickets: Tickets) -> None:
    for number in range(1, 4):
        tickets.add(number, number)

    reading = PartFeed(tickets.table()).read(None)

    assert [r.event_utc for r in reading.records] == [datetime(2025, 3, 1, 11, 3, tzinfo=UTC)]


def test_each_record_comes_once_and_a_second_look_brings_none(tickets: Tickets) -> None:
    feed = PartFeed(tickets.table())
    reading = feed.read(None)
    assert reading.records == []
    tickets.add(1, 1)
    tickets.add(2, 2)

    first = tickets.look(feed, reading.cursor)
    second = tickets.look(feed, first.cursor)

    assert minutes(first) == [1, 2]
    assert minutes(second) == []
    assert minutes(tickets.look(feed, reading.cursor)) == [1, 2]  # nothing is remembered elsewhere
    assert tickets.told == []


def test_an_update_of_other_columns_brings_nothing(tickets: Tickets) -> None:
    tickets.add(1, 1)
    feed = PartFeed(tickets.table())
    reading = feed.read(None)

    tickets.database.run("UPDATE tickets SET line = '9', price = 4")

    assert minutes(tickets.look(feed, reading.cursor)) == []
    assert tickets.told == []


def test_a_record_that_becomes_visible_late_is_seen(tickets: Tickets) -> None:
    tickets.add(1, 1)
    tickets.add(3, 3)
    feed = PartFeed(tickets.table())
    reading = feed.read(None)

    tickets.add(2, 2)

    assert minutes(tickets.look(feed, reading.cursor)) == [2]


def test_a_restored_backup_brings_only_what_is_later(tickets: Tickets) -> None:
    for number in range(1, 11):
        tickets.add(number, number)
    feed = PartFeed(tickets.table())
    reading = feed.read(None)

    tickets.database.run("DELETE FROM tickets WHERE nr > 6")
    reading = tickets.look(feed, reading.cursor)
    assert minutes(reading) == []
    assert tickets.told
    for number in range(7, 11):  # what was lost is imported again
        tickets.add(number, number)
    reading = tickets.look(feed, reading.cursor)
    assert minutes(reading) == []
    tickets.add(11, 11)

    assert minutes(tickets.look(feed, reading.cursor)) == [11]


def test_a_table_that_was_emptied_and_numbered_anew_goes_on(tickets: Tickets) -> None:
    for number in range(1, 11):
        tickets.add(number, number)
    feed = PartFeed(tickets.table())
    reading = feed.read(None)

    tickets.database.run("DELETE FROM tickets")
    reading = tickets.look(feed, reading.cursor)
    assert minutes(reading) == []
    tickets.add(1, 20)
    reading = tickets.look(feed, reading.cursor)
    assert minutes(reading) == [20]
    tickets.add(2, 21)

    assert minutes(tickets.look(feed, reading.cursor)) == [21]


def test_a_key_of_another_type_is_another_table(tickets: Tickets) -> None:
    tickets.add(1, 1)
    reading = PartFeed(tickets.table()).read(None)
    tickets.database.run(
        "DROP TABLE tickets", "CREATE TABLE tickets (nr VARCHAR(20) PRIMARY KEY, at VARCHAR(20))"
    )
    tickets.database.run("INSERT INTO tickets VALUES ('A2', '2025-03-01 12:02:00')")
    feed = PartFeed(tickets.table(a_spec(key_columns=("nr",), part_columns={})))

    reading = tickets.look(feed, reading.cursor)

    assert minutes(reading) == [2]
    tickets.database.run("INSERT INTO tickets VALUES ('A3', '2025-03-01 12:03:00')")
    assert minutes(tickets.look(feed, reading.cursor)) == [3]


def test_without_a_rising_key_the_time_is_the_key(tickets: Tickets) -> None:
    tickets.database.run(
        "DROP TABLE tickets", "CREATE TABLE tickets (at VARCHAR(20), line VARCHAR(10))"
    )

    def add(minute: int, line: str = "1") -> None:
        at = NOON + timedelta(minutes=minute)
        tickets.database.run(f"INSERT INTO tickets VALUES ('{at}', '{line}')")

    add(0)
    add(70)
    feed = PartFeed(tickets.table())
    reading = feed.read(None)
    assert minutes(reading) == [70]
    for minute, line in ((70, "1"), (70, "2"), (30, "1"), (75, "1")):  # two equal to one seen
        add(minute, line)

    first = tickets.look(feed, reading.cursor)

    assert minutes(first) == [30, 70, 70, 75]
    assert minutes(tickets.look(feed, first.cursor)) == []


def test_a_call_counts_once_it_is_priced(tickets: Tickets) -> None:
    tickets.add(1, 1, price=2.5)
    feed = PartFeed(tickets.table(a_spec(charge_columns=("price",)), "priced"))
    reading = feed.read(None)
    assert minutes(reading) == [1]
    tickets.add(2, 2)
    tickets.add(3, 3, price=0)
    tickets.add(4, 4, price=1)
    reading = tickets.look(feed, reading.cursor)
    assert minutes(reading) == [4]

    tickets.database.run("UPDATE tickets SET price = 3 WHERE nr < 4")
    reading = tickets.look(feed, reading.cursor)

    assert minutes(reading) == [2, 3]
    assert minutes(tickets.look(feed, reading.cursor)) == []


def test_parts_and_the_whole_share_one_look(tickets: Tickets) -> None:
    tickets.add(1, 1, line="1")
    tickets.add(2, 2, line="2")
    table = tickets.table()
    whole, one, three = (
        PartFeed(table),
        PartFeed(table, ("line", "1")),
        PartFeed(table, ("line", "3")),
    )
    reading = whole.read(None)

    assert minutes(one.read(None)) == [1]
    assert minutes(three.read(None)) == [1]  # not later than the oldest that was looked at
    assert one.read(None).cursor == reading.cursor
    tickets.add(3, 3, line="1")
    assert minutes(tickets.look(whole, reading.cursor)) == [3]
    tickets.database.run("DROP TABLE tickets")
    assert minutes(one.read(reading.cursor)) == [3]  # from the same look
    assert minutes(three.read(reading.cursor)) == []


def test_a_query_is_read_like_a_table(tickets: Tickets) -> None:
    tickets.add(1, 1, line="7")
    query = "SELECT nr, at, line FROM tickets WHERE line = '7';"
    feed = PartFeed(tickets.table(a_spec(table=None, query=query, time_columns=())))
    reading = feed.read(None)
    assert minutes(reading) == [1]
    tickets.add(2, 2, line="8")
    tickets.add(3, 3, line="7")

    assert minutes(tickets.look(feed, reading.cursor)) == [3]


def test_history_goes_back_to_an_instant_page_by_page(tickets: Tickets) -> None:
    values = ", ".join(
        f"({number}, '{NOON + timedelta(minutes=number)}', '1', NULL)" for number in range(300)
    )
    tickets.database.run(f"INSERT INTO tickets VALUES {values}")
    since = NOON.replace(tzinfo=VIENNA) + timedelta(minutes=200)

    rows = list(tickets.table().history(round(since.timestamp() * 1000)))

    # With some slack: rows are in the order of their keys, not of their times.
    assert [row.key for row in rows] == list(range(299, 139, -1))


def test_what_is_wrong_is_said_and_reading_goes_on_after_it(tickets: Tickets) -> None:
    tickets.add(1, 1)
    feed = PartFeed(tickets.table())
    reading = feed.read(None)
    tickets.database.run("ALTER TABLE tickets RENAME TO elsewhere")
    for _ in range(2):
        with pytest.raises(DatabaseSetupError, match="tickets"):
            tickets.look(feed, reading.cursor)

    tickets.database.run("ALTER TABLE elsewhere RENAME TO tickets")
    tickets.add(2, 2)

    assert minutes(tickets.look(feed, reading.cursor)) == [2]


@pytest.mark.parametrize(
    "change",
    [
        lambda spec: {"time_columns": ("wrong",)},
        lambda spec: {"key_columns": ("wrong",)},
        lambda spec: {"charge_columns": ("wrong",)},
        lambda spec: {"part_columns": {"p": ("wrong",)}, "required_parts": frozenset({"p"})},
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_column_that_there_is_not_is_named(
    tickets: Tickets, change: Callable[[None], dict[str, object]]
) -> None:
    with pytest.raises(DatabaseSetupError, match="wrong"):
        PartFeed(tickets.table(a_spec(**change(None)))).read(None)


def check(tickets: Tickets, spec: TableSpec) -> IndexCheck:
    rows = SqlRows(WatchingConnection(tickets.database.url), spec)
    try:
        return check_index(rows)
    finally:
        rows.close()


def test_a_missing_index_is_found_and_its_cure_cures(tickets: Tickets) -> None:
    by_line = a_spec(key_columns=("price",), part_columns={})
    assert check(tickets, a_spec()).is_ok is True
    missing = check(tickets, by_line)
    assert missing.is_ok is False
    assert "price" in missing.text

    tickets.database.run(missing.cure)

    assert check(tickets, by_line).is_ok is True


def test_of_a_query_the_plan_is_asked(tickets: Tickets) -> None:
    values = ",".join(f"({number}, '{NOON}', '1', NULL)" for number in range(200))
    tickets.database.run(f"INSERT INTO tickets VALUES {values}")
    if tickets.database.kind == "postgresql":
        tickets.database.run("ANALYZE tickets")
    query = a_spec(table=None, query="SELECT price, at, 'x%' FROM tickets", time_columns=())
    ordered = a_spec(table=None, query="SELECT nr, at FROM tickets", time_columns=())

    assert check(tickets, replace(query, part_columns={})).is_ok is False
    assert check(tickets, replace(ordered, part_columns={})).is_ok is True


def test_watching_cannot_write(tickets: Tickets) -> None:
    tickets.add(1, 1)
    connection = WatchingConnection(tickets.database.url)
    from sqlalchemy import text

    with pytest.raises(DatabaseError):
        connection.rows(text("INSERT INTO tickets (nr) VALUES (99)"))
    connection.close()
    assert tickets.database.rows("SELECT nr FROM tickets") == [(1,)]
