"""CmTelNotifier.log on a real disk: starts, rotation, followers, and disks that refuse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from cmtel.adapters.notifier_log.tail import Tail
from cmtel.adapters.notifier_log.writer import NotifierLog
from cmtel.domain.incidents.actions import Level, Log
from cmtel.errors import CmtelError
from cmtel.services.notifier_log import LogFilter, LogLine
from tests.fakes_clock import FakeClock

AT = datetime(2025, 3, 1, 12, tzinfo=UTC)
ALL = LogFilter()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "CmTelNotifier.log"


def entry(number: int, level: Level = Level.INFO) -> Log:
    return Log(level, "MAIL", (("n", number),))


def write(log: NotifierLog, numbers: range, level: Level = Level.INFO) -> None:
    for number in numbers:
        log.write(AT + timedelta(seconds=number), entry(number, level))


def last_lines(path: Path, count: int | None, wanted: LogFilter) -> list[LogLine]:
    return [*Tail(path, wanted, count, may_come=False).look(is_last=True)]


def numbers(lines: Iterable[LogLine]) -> list[int]:
    return [int(dict(line.fields)["n"]) for line in lines]


def test_each_start_begins_a_new_file_and_keeps_so_many_older_ones(path: Path) -> None:
    for number in range(5):
        log = NotifierLog(path, keep=2, zone=UTC)
        write(log, range(number, number + 1))
        log.close()

    assert sorted(file.name for file in path.parent.iterdir()) == [
        "CmTelNotifier.log",
        "CmTelNotifier.log.1",
        "CmTelNotifier.log.2",
    ]
    assert "n=4" in path.read_text("utf-8")
    assert "n=3" in path.with_name("CmTelNotifier.log.1").read_text("utf-8")


def test_a_full_file_is_put_aside_and_no_line_is_cut(path: Path) -> None:
    log = NotifierLog(path, max_bytes=300, keep=100, zone=UTC)
    write(log, range(50))
    log.close()

    texts = [file.read_bytes() for file in path.parent.iterdir()]
    assert len(texts) > 5
    assert all(len(text) <= 300 and text.endswith(b"\n") for text in texts)
    assert sum(text.count(b"\n") for text in texts) == 50


def test_levels_below_the_wanted_one_are_not_written(path: Path) -> None:
    log = NotifierLog(path, level=Level.WARNING, zone=UTC)
    write(log, range(3))
    write(log, range(3, 4), Level.ERROR)
    log.close()

    assert path.read_bytes().count(b"\n") == 1


def test_where_renaming_fails_writing_goes_on(path: Path) -> None:
    log = NotifierLog(path, max_bytes=200, keep=1, zone=UTC)
    # A folder that is not empty where the older file should go: rename and unlink both fail.
    (path.with_name("CmTelNotifier.log.1") / "in the way").mkdir(parents=True)
    write(log, range(40))
    log.close()

    assert log.faults > 0
    assert path.read_bytes().count(b"\n") == 40


def test_a_disk_that_refuses_is_counted_and_never_raised(path: Path) -> None:
    path.parent.write_text("a file where the folder should be")
    log = NotifierLog(path, zone=UTC)
    write(log, range(3))

    assert log.faults >= 3
    path.parent.unlink()
    write(log, range(3, 4))
    log.close()
    assert b"n=3" in path.read_bytes()


@pytest.mark.parametrize("count", [0, 1, 7, 5000, 9000])
def test_the_last_lines_of_a_long_file(path: Path, count: int) -> None:
    log = NotifierLog(path, zone=UTC)
    write(log, range(8000))
    log.close()

    assert numbers(last_lines(path, count, ALL)) == [*range(8000)][max(0, 8000 - count) :][:count]


def test_the_last_lines_by_level_and_time(path: Path) -> None:
    log = NotifierLog(path, zone=UTC)
    write(log, range(10))
    write(log, range(10, 12), Level.ERROR)
    write(log, range(12, 20))
    log.close()

    assert numbers(last_lines(path, 10, LogFilter(Level.ERROR))) == [10, 11]
    since = LogFilter(since=AT + timedelta(seconds=17))
    assert numbers(last_lines(path, 10, since)) == [17, 18, 19]


def test_a_line_longer_than_what_is_read_at_once(path: Path) -> None:
    log = NotifierLog(path, zone=UTC)
    log.write(AT, Log(Level.ERROR, "MAIL", (("text", "x" * 200_000),)))
    write(log, range(1))
    log.close()

    lines = last_lines(path, 5, ALL)
    assert [len(line.text) > 200_000 for line in lines] == [True, False]


def test_no_file_is_an_error_that_says_what_to_do(path: Path) -> None:
    with pytest.raises(CmtelError, match="There is no log") as caught:
        last_lines(path, 5, ALL)

    assert caught.value.hint


def test_what_cannot_be_read_is_an_error(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(CmtelError, match="cannot be read"):
        last_lines(path, 5, ALL)


@pytest.mark.parametrize("count", [1, 5, 17, 30, 40, None])
def test_the_last_lines_go_on_into_the_files_that_were_put_aside(
    path: Path, count: int | None
) -> None:
    log = NotifierLog(path, max_bytes=300, keep=50, zone=UTC)
    write(log, range(30))
    log.close()

    assert numbers(last_lines(path, count, ALL)) == [*range(30)][-(count or 30) :]


def test_filters_reach_into_the_files_that_were_put_aside(path: Path) -> None:
    log = NotifierLog(path, max_bytes=300, keep=50, zone=UTC)
    write(log, range(10))
    write(log, range(10, 12), Level.ERROR)
    write(log, range(12, 30))
    log.close()

    assert numbers(last_lines(path, None, LogFilter(Level.ERROR))) == [10, 11]
    assert numbers(last_lines(path, 1, LogFilter(Level.ERROR))) == [11]
    since = LogFilter(since=AT + timedelta(seconds=9))
    assert numbers(last_lines(path, None, since)) == [*range(9, 30)]
    assert numbers(last_lines(path, 3, since)) == [27, 28, 29]
    assert last_lines(path, None, LogFilter(since=AT + timedelta(hours=1))) == []


def test_a_hole_of_any_size_ends_the_way_back(path: Path) -> None:
    log = NotifierLog(path, zone=UTC)
    write(log, range(3))
    with path.open("ab") as file:
        file.truncate(5 << 30)
    write(log, range(3, 8))
    log.close()

    assert numbers(last_lines(path, 4, ALL)) == [4, 5, 6, 7]
    assert numbers(last_lines(path, 100, ALL)) == [4, 5, 6, 7]


def test_a_last_line_without_an_end_is_shown(path: Path) -> None:
    log = NotifierLog(path, zone=UTC)
    write(log, range(2))
    log.close()
    with path.open("ab") as file:
        file.write(b"the disk is fu")

    assert [line.text[-14:] for line in last_lines(path, 2, ALL)][1] == "the disk is fu"


def test_following_goes_on_where_the_last_lines_end_also_when_rotated_in_between(
    path: Path,
) -> None:
    log = NotifierLog(path, max_bytes=300, keep=50, zone=UTC)
    write(log, range(20))
    tail = Tail(path, ALL, 12)
    write(log, range(20, 40))
    seen = numbers(tail.look())
    write(log, range(40, 43))
    log.close()

    assert [*seen, *numbers(tail.look())] == [*range(8, 43)]


def test_following_ends_with_the_clock(path: Path) -> None:
    log = NotifierLog(path, zone=UTC)
    tail = Tail(path, ALL)
    clock = FakeClock(lambda clock: clock.stop() if len(clock.waits_secs) > 3 else None)
    seen = []
    for number, lines in enumerate(tail.follow(clock)):
        write(log, range(number, number + 1))
        seen.append(numbers(lines))
    log.close()

    assert seen == [[0], [1], [2]]


def test_following_gives_what_is_written_from_now_on(path: Path) -> None:
    log = NotifierLog(path, zone=UTC)
    write(log, range(3))
    tail = Tail(path, ALL)
    write(log, range(3, 5))
    log.close()
    first = [*tail.look()]
    with path.open("ab") as file:
        file.write(b"2025-03-01T12:00:00+00:00 INFO  MAIL   n=")
    half = [*tail.look()]
    with path.open("ab") as file:
        file.write(b"5\n")

    assert (numbers(first), half, numbers(tail.look())) == ([3, 4], [], [5])


def test_following_through_starts_and_rotation_loses_and_repeats_nothing(path: Path) -> None:
    random = Random(1)
    log = NotifierLog(path, max_bytes=400, keep=50, zone=UTC)
    tail = Tail(path, ALL)
    seen: list[int] = []
    for number in range(0, 600, 3):
        write(log, range(number, number + 3))
        if random.random() < 0.1:
            log.close()
            log = NotifierLog(path, max_bytes=400, keep=50, zone=UTC)
        if random.random() < 0.2:
            seen += numbers(tail.look())
    log.close()
    seen += numbers(tail.look())

    assert seen == [*range(600)]


def test_following_a_file_that_is_cut_or_made_anew_under_the_same_name(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("2025-03-01T12:00:00+00:00 INFO  MAIL   n=1\n" * 5, "utf-8")
    tail = Tail(path, ALL)
    path.write_text("2025-03-02T12:00:00+00:00 INFO  MAIL   n=2\n", "utf-8")
    cut = numbers(tail.look())
    path.write_text("2025-03-03T12:00:00+00:00 INFO  MAIL   n=3\n" * 9, "utf-8")
    grown_past = numbers(tail.look())
    path.unlink()
    gone = [*tail.look()]
    path.write_text("2025-03-04T12:00:00+00:00 INFO  MAIL   n=4\n", "utf-8")

    assert (cut, grown_past, gone, numbers(tail.look())) == ([2], [3] * 9, [], [4])


def test_following_before_there_is_a_file(path: Path) -> None:
    tail = Tail(path, ALL)
    nothing = [*tail.look()]
    log = NotifierLog(path, zone=UTC)
    write(log, range(2))
    log.close()

    assert (nothing, numbers(tail.look())) == ([], [0, 1])


def test_a_level_is_found_in_blocks_far_apart(path: Path) -> None:
    log = NotifierLog(path, zone=UTC)
    write(log, range(1))
    write(log, range(1, 2), Level.ERROR)
    write(log, range(2, 6000))
    write(log, range(6000, 6001), Level.WARNING)
    write(log, range(6001, 9000))
    log.close()

    assert numbers(last_lines(path, None, LogFilter(Level.WARNING))) == [1, 6000]
    assert numbers(last_lines(path, 1, LogFilter(Level.ERROR))) == [1]
