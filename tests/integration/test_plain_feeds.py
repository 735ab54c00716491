"""Feeds that are no tables: a file that grows, and the spool of an ingest."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cmtel.adapters.sources.file_feed import FileFeed
from cmtel.adapters.spool.glance import SpoolGlance
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.errors import SourceUnavailable, SpoolError
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions
from cmtel.services.notifier.feeds.spool_feed import SpoolFeed
from cmtel.services.spool_ports import Entry, EntryKind
from tests.crash.killable import a_line
from tests.fakes_clock import FakeClock

VIENNA = ZoneInfo("Europe/Vienna")


class Log:
    """A text file, and a feed over it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "calls.log"
        self.feed = FileFeed(self.path, FakeClock())
        self.cursor: str | None = None
        self._secs = 1_700_000_000

    def write(self, text: str, mode: str = "a") -> None:
        with self.path.open(mode, encoding="utf-8") as file:
            file.write(text)
        self.touch()

    def touch(self) -> None:
        """Each write is a minute later: the resolution of a file system does not matter."""
        self._secs += 60
        os.utime(self.path, (self._secs, self._secs))

    def look(self) -> list[str]:
        reading = self.feed.read(self.cursor)
        self.cursor = reading.cursor
        return [record.text for record in reading.records]


@pytest.fixture
def log(tmp_path: Path) -> Log:
    made = Log(tmp_path)
    made.write("one\ntwo\n")
    assert made.look() == ["two"]
    return made


def test_each_whole_line_comes_once(log: Log) -> None:
    log.write("three\n\nfo")
    assert log.look() == ["three"]
    assert log.look() == []
    log.write("ur\n")
    assert log.look() == ["four"]


def test_where_numbers_are_masked_no_line_is_shown(tmp_path: Path) -> None:
    masked = Log(tmp_path)
    masked.feed = FileFeed(masked.path, FakeClock(), shows_lines=False)
    masked.write("201 calls 03023125010\n")

    assert masked.look() == ["a line of 21 bytes"]


def test_a_rotated_file_is_read_to_its_end_and_the_new_one_from_its_start(log: Log) -> None:
    log.write("three\n")
    log.path.rename(log.path.with_suffix(".1"))
    log.write("four\n")

    assert log.look() == ["three", "four"]
    assert log.look() == []


def test_a_file_that_was_emptied_is_read_from_its_start(log: Log) -> None:
    log.write("five\n", "w")

    assert log.look() == ["five"]


def test_a_copy_of_the_same_file_brings_nothing(log: Log) -> None:
    content = log.path.read_bytes()
    log.path.rename(log.path.with_suffix(".1"))
    log.path.write_bytes(content)
    log.touch()

    assert log.look() == []
    log.write("three\n")
    assert log.look() == ["three"]


def test_a_restored_older_state_brings_nothing_until_it_grows(log: Log) -> None:
    log.write("x" * 2000 + "\n" + "y" * 2000 + "\n")
    assert len(log.look()) == 2
    log.write("one\ntwo\n" + "x" * 2000 + "\n", "w")

    assert log.look() == []
    log.write("three\n")
    assert log.look() == ["three"]


def test_an_older_file_in_its_place_brings_nothing(log: Log) -> None:
    log.path.unlink()
    log.path.write_text("old one\nold two\n")
    os.utime(log.path, (1_600_000_000, 1_600_000_000))

    assert log.look() == []


def test_a_missing_file_is_an_error_and_read_again_when_it_is_back(log: Log) -> None:
    log.path.rename(log.path.with_suffix(".1"))
    with pytest.raises(SourceUnavailable, match=r"calls\.log"):
        log.look()
    log.path.with_suffix(".1").rename(log.path)
    log.write("three\n")

    assert log.look() == ["three"]


def test_a_cursor_of_something_else_is_no_arrival(log: Log) -> None:
    log.cursor = "{}"

    assert log.look() == []


def test_with_a_format_only_calls_count_dated_by_their_start(tmp_path: Path) -> None:
    log = Log(tmp_path)
    log.feed = FileFeed(
        log.path, FakeClock(), registry.get("asterisk-csv"), DecodeOptions(VIENNA)
    )  # fmt: skip
    log.write(a_line("1.1").decode())
    first = log.feed.read(None)
    log.cursor = first.cursor
    assert [r.event_utc is not None for r in first.records] == [True]
    log.write("no call at all\n" + a_line("1.2").decode())

    assert len(log.look()) == 1


class Spooled:
    """A spool with a source, and a feed over it from outside."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spool = SqliteSpool(folder)
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.ids = {name: self.spool.open_source(name, "j") for name in ("a", "b@10.0.0.7")}

    def take(self, source: str, kind: EntryKind = EntryKind.DATA) -> None:
        self.now += timedelta(minutes=1)
        records = (b"x\n",) if kind is EntryKind.DATA else ()
        self.spool.accept([Entry(self.ids[source], 1, kind, records, self.now)])


def test_a_source_that_received_something_has_an_arrival(tmp_path: Path) -> None:
    spooled = Spooled(tmp_path)
    feed = SpoolFeed(SpoolGlance(tmp_path))
    first = feed.read(None)
    assert first.records == []
    spooled.take("a")
    spooled.take("b@10.0.0.7")

    second = feed.read(first.cursor)

    minutes = [r.event_utc.minute for r in second.records if r.event_utc]
    assert minutes == [1, 2]
    assert [r.event_utc for r in feed.read(None).records] == [spooled.now]
    assert feed.read(second.cursor).records == []
    spooled.take("a", EntryKind.TICK)  # time passing is no arrival
    assert feed.read(second.cursor).records == []
    only_b = SpoolFeed(SpoolGlance(tmp_path), {"b"})
    assert len(only_b.read(first.cursor).records) == 1
    for each in (feed, only_b):
        each.close()
    spooled.spool.close()


def test_an_older_copy_of_a_spool_and_another_one_bring_nothing(tmp_path: Path) -> None:
    spooled = Spooled(tmp_path / "spool")
    spooled.take("a")
    spooled.take("a")
    feed = SpoolFeed(SpoolGlance(tmp_path / "spool"))
    cursor = feed.read(None).cursor

    older = cursor.replace('"1":[2,', '"1":[9,')
    assert older != cursor
    assert feed.read(older).records == []
    assert feed.read('{"spool": "another", "marks": {}}').records == []
    feed.close()
    spooled.spool.close()


def test_looking_makes_no_spool(tmp_path: Path) -> None:
    with pytest.raises(SpoolError, match="no spool"):
        SpoolFeed(SpoolGlance(tmp_path)).read(None)

    assert list(tmp_path.iterdir()) == []
