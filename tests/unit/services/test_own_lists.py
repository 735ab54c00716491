"""cmtel's own lists: what an import adds, and what it replaces."""

from __future__ import annotations

from cmtel.domain.extensions import Extension
from cmtel.domain.phone_books import BookEntry
from cmtel.services.own_lists import OWN_BOOK_FIELDS, OwnRecords, add_extensions, add_numbers
from tests.fakes_clock import FakeClock
from tests.fakes_phone_books import MemoryListCopy


def test_a_number_that_is_there_is_replaced_however_it_is_written() -> None:
    kept, clock = MemoryListCopy(), FakeClock()
    add_numbers(kept, [BookEntry("+49 30 1", "A", None, None)], clock, is_whole=False)

    counts = add_numbers(
        kept,
        [BookEntry("0049-30-1", "B", None, None), BookEntry("2", "C", None, None)],
        clock,
        is_whole=False,
    )

    assert counts == (2, 2)
    assert [row[1] for row in kept.rows()] == ["B", "C"]


def test_replace_forgets_what_was_there() -> None:
    kept, clock = MemoryListCopy(), FakeClock()
    add_numbers(kept, [BookEntry("1", "A", None, None)], clock, is_whole=False)

    assert add_numbers(kept, [BookEntry("2", "B", None, None)], clock, is_whole=True) == (1, 1)


def test_an_extension_is_replaced_by_one_with_the_same_beginning() -> None:
    kept, clock = MemoryListCopy(), FakeClock()
    first, second = Extension("201", "A"), Extension("201", "B", valid_from="2026-01-01T00:00:00")
    add_extensions(kept, [first, second], clock, is_whole=False)

    add_extensions(kept, [second._replace(room="C")], clock, is_whole=False)

    assert [row[1] for row in kept.rows()] == ["A", "C"]


def test_own_rows_are_records_like_all_others() -> None:
    kept, clock = MemoryListCopy(), FakeClock()
    add_numbers(kept, [BookEntry("1", None, "ACME", None)], clock, is_whole=False)
    own = OwnRecords(kept, OWN_BOOK_FIELDS.all)

    assert list(own.records(["company", "number", "name"])) == [(("ACME",), ("1",), ())]
    before = own.version()
    clock.advance(1)
    add_numbers(kept, [BookEntry("2", "B", None, None)], clock, is_whole=False)
    assert own.version() != before
