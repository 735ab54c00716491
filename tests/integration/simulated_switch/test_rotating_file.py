from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.adapters.simulated_switch.rotating_file import RotatingFile, Rotation
from cmtel.errors import SourceError
from cmtel.services.simulation import SwitchSimulation
from tests.fakes_clock import FakeClock
from tests.integration.simulated_switch.peers import print_nothing
from tests.unit.services.test_simulation import a_batch


def a_file(
    path: Path, rotation: Rotation | None = None, rotate_bytes: int | None = None
) -> RotatingFile:
    return RotatingFile(path, print_nothing, rotation=rotation, rotate_bytes=rotate_bytes)


def play(outlet: RotatingFile, records: int) -> None:
    SwitchSimulation([a_batch(0, records)], outlet, FakeClock()).run()


def numbers(*paths: Path) -> list[int]:
    return [int(line[1:]) for path in paths for line in path.read_text().splitlines()]


def test_a_file_is_appended_to(tmp_path: Path) -> None:
    path = tmp_path / "smdr.log"
    path.write_bytes(b"r99999\n")

    play(a_file(path), 3)

    assert path.read_bytes() == b"r99999\nr00000\nr00001\nr00002\n"


@pytest.mark.parametrize("rotation", [Rotation.RENAME, Rotation.COPYTRUNCATE])
def test_files_turn_over_between_records_and_the_newest_old_one_is_1(
    tmp_path: Path, rotation: Rotation
) -> None:
    path = tmp_path / "smdr.log"

    play(a_file(path, rotation, rotate_bytes=15), 8)

    # a record has 7 bytes: a third one reaches 15
    oldest_first = [tmp_path / "smdr.log.2", tmp_path / "smdr.log.1", path]
    assert [numbers(each) for each in oldest_first] == [[0, 1, 2], [3, 4, 5], [6, 7]]


def test_rename_makes_a_new_file_and_copytruncate_keeps_it(tmp_path: Path) -> None:
    inodes = {}
    for rotation in (Rotation.RENAME, Rotation.COPYTRUNCATE):
        path = tmp_path / f"{rotation}.log"
        path.touch()
        inodes[rotation] = path.stat().st_ino
        play(a_file(path, rotation, rotate_bytes=14), 3)
        was_kept = path.stat().st_ino == inodes[rotation]
        assert was_kept == (rotation is Rotation.COPYTRUNCATE)


def test_a_day_log_moves_to_the_journal_at_the_start(tmp_path: Path) -> None:
    day, journal = tmp_path / "day.log", tmp_path / "journal.log"
    day.write_bytes(b"r00007\n")
    journal.write_bytes(b"r00006\n")

    play(a_file(day, Rotation.DAY_LOG), 2)

    assert numbers(journal) == [6, 7]
    assert numbers(day) == [0, 1]


def test_a_day_log_moves_to_the_journal_when_the_day_changes(tmp_path: Path) -> None:
    day, journal = tmp_path / "day.log", tmp_path / "journal.log"
    batches = [a_batch(0, 2), a_batch(2, 1), a_batch(3, 2, days_later=1)]

    SwitchSimulation(batches, a_file(day, Rotation.DAY_LOG), FakeClock()).run()

    assert numbers(journal) == [0, 1, 2]
    assert numbers(day) == [3, 4]


def test_a_day_log_can_turn_over_by_size_too(tmp_path: Path) -> None:
    day, journal = tmp_path / "day.log", tmp_path / "journal.log"

    play(a_file(day, Rotation.DAY_LOG, rotate_bytes=14), 5)

    assert numbers(journal, day) == [0, 1, 2, 3, 4]
    assert numbers(day) == [4]


def test_a_file_without_a_day_log_does_not_care_for_days(tmp_path: Path) -> None:
    path = tmp_path / "smdr.log"
    batches = [a_batch(0, 2), a_batch(2, 1, days_later=1)]

    SwitchSimulation(batches, a_file(path), FakeClock()).run()

    assert numbers(path) == [0, 1, 2]
    assert [each.name for each in tmp_path.iterdir()] == ["smdr.log"]


def test_a_file_that_cannot_be_made_is_an_error_that_names_it(tmp_path: Path) -> None:
    path = tmp_path / "no such folder" / "smdr.log"

    with pytest.raises(SourceError, match="no such folder"):
        a_file(path)
