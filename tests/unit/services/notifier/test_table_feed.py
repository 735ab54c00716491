"""A table as a feed: whatever happens to the table, a record counts once, or not at all."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.services.notifier.feeds import table_feed
from cmtel.services.notifier.feeds.cursor import Cursor, Unpriced
from cmtel.services.notifier.feeds.rows import Row
from cmtel.services.notifier.feeds.sift import AGAIN
from cmtel.services.notifier.feeds.table_feed import TableFeed
from cmtel.services.notifier.feeds.unpriced import (
    GIVEN_UP_AFTER,
    MOST_NEW,
    MOST_OLD,
    await_prices,
)
from tests.fakes_clock import FakeClock
from tests.fakes_feeds import MemoryRows

START = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class World:
    """A table to which things happen, and a feed that looks now and then."""

    def __init__(self, *, has_rising_key: bool, calls: Any = "all") -> None:
        self.clock = FakeClock()
        self.table = MemoryRows(has_rising_key=has_rising_key)
        self.feed = TableFeed(self.table, self.clock, calls)
        self.number = 0
        self.cursor: str | None = None
        self.counted: Counter[str] = Counter()
        self.ever: list[Row] = []
        self.late: list[int] = []
        #: The table as it was last saved.
        self.backup: list[Row] = []

    def insert(self) -> None:
        self.number += 1
        self._add(self.number)

    def insert_late(self) -> None:
        """A number is drawn whose record becomes visible after the next one."""
        self.number += 2
        self._add(self.number)
        self._add(self.number - 1)

    def _add(self, number: int) -> None:
        self.ever.append(self.table.add(number, START + number * MINUTE))

    def look(self) -> None:
        self.clock.advance(60)
        look = self.feed.look(self.cursor)
        if self.cursor is not None:
            self.counted.update(row.mark for row in look.rows)
        self.cursor = look.cursor

    def restart(self) -> None:
        self.feed = TableFeed(self.table, self.clock)

    def purge(self) -> None:
        self.table.rows = self.table.rows[len(self.table.rows) // 2 :]

    def save(self) -> None:
        self.backup = list(self.table.rows)

    def restore(self) -> None:
        self.table.rows = list(self.backup)

    def import_again(self) -> None:
        """What a restored backup lacks is filled in from elsewhere."""
        there = {row.mark for row in self.table.rows}
        self.table.rows += [row for row in self.ever if row.mark not in there]

    def empty(self) -> None:
        self.table.rows = []


GENTLE = ["insert", "insert", "insert_late", "look", "restart", "purge"]
ROUGH = [*GENTLE, "save", "restore", "import_again", "empty"]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(GENTLE), max_size=40), st.booleans())
def test_each_record_counts_exactly_once(steps: list[str], has_rising_key: bool) -> None:
    world = World(has_rising_key=has_rising_key)
    world.look()
    for step in steps:
        if step == "purge":
            world.look()  # what is deleted before anybody looked cannot be seen
        getattr(world, step)()
    world.look()

    assert world.counted == Counter(row.mark for row in world.ever)


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(ROUGH), max_size=60), st.booleans())
def test_no_record_counts_twice_whatever_happens_to_the_table(
    steps: list[str], has_rising_key: bool
) -> None:
    world = World(has_rising_key=has_rising_key)
    world.look()
    for step in steps:
        getattr(world, step)()
        if step in ("restore", "empty", "import_again"):
            world.look()
    world.look()
    assert all(count == 1 for count in world.counted.values())

    world.insert()  # and what is newer than all counts, after anything
    newest = world.ever[-1].mark
    world.look()
    world.look()
    assert world.counted[newest] == 1


def test_after_a_restored_backup_only_later_records_count() -> None:
    world = World(has_rising_key=True)
    for _ in range(20):
        world.insert()
    world.save()
    for _ in range(20):
        world.insert()
    world.look()
    world.restore()
    world.look()
    world.import_again()
    world.look()

    assert not world.counted
    world.insert()
    world.look()
    assert world.counted == Counter([world.ever[-1].mark])


def test_a_backlog_is_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_feed, "PAGE", 7)
    world = World(has_rising_key=True)
    world.look()
    for _ in range(50):
        world.insert()
    world.table.rows += [world.table.rows[-1]] * 20  # more of one key than a page holds
    world.table.queries = 0

    world.look()

    assert sum(world.counted.values()) == 70
    assert world.table.queries >= 8


def test_of_a_very_long_backlog_the_end_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_feed, "PAGE", 10)
    monkeypatch.setattr(table_feed, "MOST", 30)
    world = World(has_rising_key=True)
    world.insert()
    world.look()
    for _ in range(50):
        world.insert()

    world.look()

    assert list(world.counted) == [row.mark for row in world.ever[-10:]]


def test_a_look_without_anything_new_is_one_query() -> None:
    world = World(has_rising_key=True)
    for _ in range(20):
        world.insert()
    world.look()
    world.table.queries = 0

    world.look()

    assert world.table.queries == 1


def priced_world() -> World:
    world = World(has_rising_key=True, calls="priced")
    world.look()
    return world


def add_unpriced(world: World, count: int) -> list[str]:
    marks = []
    for _ in range(count):
        world.number += 1
        row = world.table.add(world.number, START + world.number * MINUTE, is_priced=False)
        marks.append(row.mark)
    return marks


@pytest.mark.parametrize("first", [0, -1])
def test_pricing_that_goes_on_after_a_long_stop_is_seen_at_once(first: int) -> None:
    """Whether it begins with the oldest or the newest call."""
    world = priced_world()
    marks = add_unpriced(world, 1000)
    world.look()
    assert not world.counted

    world.table.price(marks[first])
    world.look()

    assert world.counted == Counter([marks[first]])


def test_calls_that_are_never_priced_are_given_up_and_do_not_fill_the_cursor() -> None:
    world = priced_world()
    free = add_unpriced(world, 30)
    world.look()
    for _ in range(GIVEN_UP_AFTER):
        world.number += 1
        world.table.add(world.number, START + world.number * MINUTE, is_priced=True)
    world.look()

    cursor = Cursor.load(world.cursor or "")
    assert cursor is not None
    assert cursor.unpriced == ()
    world.table.price(free[0])
    world.look()
    assert free[0] not in world.counted


@given(st.integers(0, 600), st.integers(0, 600))
def test_few_unpriced_records_are_kept(old: int, new: int) -> None:
    waiting = [Unpriced(n, f"{n}") for n in range(old)]
    there = [Row(n, f"{n}", is_priced=False) for n in range(old)]
    arrived = [Row(old + n, f"{old + n}", is_priced=False) for n in range(new)]

    left = await_prices(waiting, there, arrived).waiting

    assert len(left) == min(old + new, MOST_OLD + MOST_NEW)
    assert [u.key for u in left] == sorted(u.key for u in left)
    if left:
        assert (left[0].key, left[-1].key) == (0, old + new - 1)


KEYS = st.one_of(
    st.integers(), st.text(), st.binary(), st.datetimes(), st.decimals(allow_nan=False)
)


@given(KEYS, st.lists(st.text()), st.none() | st.integers(), st.booleans(), KEYS)
def test_a_cursor_survives_the_store(
    key: Any, seen: list[str], newest: int | None, priced: bool, unpriced: Any
) -> None:
    cursor = Cursor(key, tuple(seen), newest, None, (Unpriced(unpriced, "m", 3),), priced)

    assert Cursor.load(cursor.dump()) == cursor


@given(st.text() | st.sampled_from(["{}", "[]", "null", '{"start":"q","unpriced":[]}']))
def test_what_is_no_cursor_is_a_first_sight_without_harm(text: str) -> None:
    loaded = Cursor.load(text)

    assert loaded is None or isinstance(loaded, Cursor)


def test_late_records_are_found_among_the_last_few() -> None:
    world = World(has_rising_key=True)
    for _ in range(AGAIN):
        world.insert()
    world.number += 1
    missing = world.number
    world.look()
    for _ in range(AGAIN - 1):
        world.insert()
    world.look()

    late = world.table.add(missing, START + missing * MINUTE)
    world.look()

    assert world.counted[late.mark] == 1
