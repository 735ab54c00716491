"""The same promises of the copies in memory and on disk."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cmtel.adapters.phonebooks.copies import SqliteListCopy, SqliteNumberCopy
from cmtel.domain.phone_books import KeyedEntry
from cmtel.errors import PhoneBookError
from cmtel.services.phone_book_ports import CopyState, ListCopy, NumberCopy
from tests.fakes_phone_books import MemoryListCopy, MemoryNumberCopy

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANNA, BEN = KeyedEntry("+491", "Anna", None, "7"), KeyedEntry("+492", "Ben", "Zoë", None)


@pytest.fixture(params=["memory", "sqlite"])
def numbers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NumberCopy]:
    is_real = request.param == "sqlite"
    copy = SqliteNumberCopy(tmp_path / "sub" / "n.sqlite3") if is_real else MemoryNumberCopy()
    yield copy
    copy.close()


@pytest.fixture(params=["memory", "sqlite"])
def rows(request: pytest.FixtureRequest, tmp_path: Path) -> ListCopy:
    return SqliteListCopy(tmp_path / "l.sqlite3") if request.param == "sqlite" else MemoryListCopy()


def failing(*entries: KeyedEntry) -> Iterator[KeyedEntry]:
    yield from entries
    raise PhoneBookError("It is down.")


def test_a_new_copy_has_nothing(numbers: NumberCopy, rows: ListCopy) -> None:
    assert numbers.state() == rows.state() == CopyState(0, None, None, None)
    assert numbers.find(["+491"]) == {}
    assert rows.rows() == []


def test_what_was_put_in_is_found(numbers: NumberCopy) -> None:
    assert numbers.replace([ANNA, BEN, ANNA._replace(name="later")], NOON, "v1") == 2

    assert numbers.find(["+491", "+492", "+493"]) == {"+491": ANNA, "+492": BEN}
    assert numbers.state() == CopyState(2, NOON, None, None, "v1")


def test_a_new_copy_takes_the_place_of_the_old_one(numbers: NumberCopy) -> None:
    numbers.replace([ANNA], NOON)
    numbers.replace([BEN], NOON)

    assert numbers.find(["+491", "+492"]) == {"+492": BEN}


def test_a_copy_that_fails_changes_nothing(numbers: NumberCopy) -> None:
    numbers.replace([ANNA], NOON, "v1")

    with pytest.raises(PhoneBookError, match="down"):
        numbers.replace(failing(*[BEN._replace(key=str(n)) for n in range(5_000)]), NOON, "v2")

    assert numbers.find(["+491", "3"]) == {"+491": ANNA}
    assert numbers.state().version == "v1"


def test_a_failure_is_remembered_until_it_goes_well(numbers: NumberCopy) -> None:
    numbers.replace([ANNA], NOON)
    numbers.note_failure(NOON, "It is down.")
    failed = numbers.state()
    numbers.replace([ANNA], NOON)

    assert failed == CopyState(1, NOON, NOON, "It is down.")
    assert numbers.state() == CopyState(1, NOON, None, None)


def test_keys_of_any_letters_are_themselves(numbers: NumberCopy) -> None:
    entries = [KeyedEntry(key, key, None, None) for key in ("zoë@x", "*21#", '"', "\\", "0", "00")]
    numbers.replace(entries, NOON)

    assert numbers.find([entry.key for entry in entries]) == {each.key: each for each in entries}


def test_rows_keep_their_order_and_what_is_missing(rows: ListCopy) -> None:
    kept = [("201", None, "Zoë"), ("200", "", None)]

    assert rows.replace(kept, NOON, "v1") == 2
    assert rows.rows() == kept
    assert rows.state() == CopyState(2, NOON, None, None, "v1")
    rows.replace([("1",)], NOON)
    assert rows.rows() == [("1",)]


def test_a_copy_on_disk_outlives_the_program(tmp_path: Path) -> None:
    first = SqliteNumberCopy(tmp_path / "n.sqlite3")
    first.replace([ANNA], NOON)
    first.close()

    second = SqliteNumberCopy(tmp_path / "n.sqlite3")
    assert second.find(["+491"]) == {"+491": ANNA}
    second.close()


def test_only_the_owner_may_read_numbers_and_names(tmp_path: Path) -> None:
    path = tmp_path / "n.sqlite3"
    SqliteNumberCopy(path).replace([ANNA], NOON)

    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_reader_has_the_old_copy_while_a_new_one_is_made(tmp_path: Path) -> None:
    copy = SqliteNumberCopy(tmp_path / "n.sqlite3")
    copy.replace([ANNA], NOON)
    seen: list[dict[str, KeyedEntry]] = []

    def slow() -> Iterator[KeyedEntry]:
        for number in range(10_000):
            if number % 2_500 == 0:
                seen.append(copy.find(["+491"]))
            yield KeyedEntry(str(number), "x", None, None)

    copy.replace(slow(), NOON)

    assert seen == [{"+491": ANNA}] * 4
    assert copy.find(["+491"]) == {}
    copy.close()


def test_a_damaged_copy_is_put_aside_and_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "n.sqlite3"
    path.write_bytes(b"no database at all, whatever its name says" * 100)
    copy = SqliteNumberCopy(path)

    with pytest.raises(PhoneBookError, match="damaged"):
        copy.find(["+491"])

    assert copy.replace([ANNA], NOON) == 1
    assert (tmp_path / "n.sqlite3.bad").exists()


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    with pytest.raises(PhoneBookError, match="cannot be used"):
        SqliteNumberCopy(blocked / "sub" / "n.sqlite3").state()


def test_the_generation_changes_with_the_entries(numbers: NumberCopy) -> None:
    numbers.replace([ANNA], NOON)
    before = [numbers.generation(), numbers.generation()]
    numbers.replace([BEN], NOON)

    assert before[0] == before[1] != numbers.generation()


def test_a_change_by_another_process_is_noticed(tmp_path: Path) -> None:
    mine, other = SqliteNumberCopy(tmp_path / "n.sqlite3"), SqliteNumberCopy(tmp_path / "n.sqlite3")
    before = mine.generation()
    other.replace([ANNA], NOON)

    assert mine.generation() != before
    mine.close()
