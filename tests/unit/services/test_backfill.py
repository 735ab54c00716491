"""Backfill: who gets a name, and what is counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cmtel.services.backfill import Backfill, BackfillResult, Fill, Nameless
from cmtel.services.phone_books import PhoneBooks
from tests.fakes_clock import FakeClock
from tests.fakes_phone_books import a_book


class MemoryTable:
    """Rows by id; ``taken`` have got a name from somebody else in the meantime."""

    def __init__(self, *pages: Sequence[Nameless]) -> None:
        self._pages = pages
        self.names: dict[int, str | None] = {}
        self.taken: set[int] = set()

    def pages(self) -> Iterator[Sequence[Nameless]]:
        yield from self._pages

    def fill(self, fills: Sequence[Fill]) -> int:
        new = {i: f.hit.name for f in fills for i in f.row_ids if i not in self.taken}
        self.names |= new
        return len(new)


def books() -> PhoneBooks:
    book = a_book(["+49301", "Anna"], ["0302", "Ben"])
    book.refresh(FakeClock())
    return PhoneBooks([book])


def test_rows_get_the_names_of_their_numbers() -> None:
    table = MemoryTable(
        [Nameless(1, "99", "+49301"), Nameless(2, "0302", None)], [Nameless(3, "0303", None)]
    )

    result = Backfill(table, books(), FakeClock()).run()

    assert table.names == {1: "Anna", 2: "Ben"}
    assert result == BackfillResult(rows=3, found=2, filled=2)


def test_callers_and_dialled_numbers_are_read_each_in_their_way() -> None:
    table = MemoryTable([Nameless(1, "1", None, "i"), Nameless(2, "1", None, "o")])

    Backfill(
        table, books(), FakeClock(), dialled=lambda _: "0302", received=lambda _: "+49301"
    ).run()

    assert table.names == {1: "Anna", 2: "Ben"}


def test_a_dry_run_counts_and_writes_nothing() -> None:
    table = MemoryTable([Nameless(1, "0302", None)])

    assert Backfill(table, books(), FakeClock()).run(is_dry=True) == BackfillResult(1, 1, 0)
    assert table.names == {}


def test_what_is_counted_is_what_was_changed() -> None:
    table = MemoryTable([Nameless(1, "0302", None), Nameless(2, "0302", None)])
    table.taken = {2}

    assert Backfill(table, books(), FakeClock()).run() == BackfillResult(2, 2, 1)


def test_it_ends_between_two_pages_when_asked_to() -> None:
    clock = FakeClock()
    table = MemoryTable([Nameless(1, "0302", None)])
    clock.stop()

    assert Backfill(table, books(), clock).run() == BackfillResult(is_complete=False)
