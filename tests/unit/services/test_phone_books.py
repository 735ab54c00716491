"""Phone books: look-ups ask the copies, in the order of the books."""

from __future__ import annotations

import pytest

from cmtel.domain.phone_books import Hit
from cmtel.errors import PhoneBookError
from cmtel.services.phone_books import PhoneBook, PhoneBooks
from tests.fakes_clock import FakeClock
from tests.fakes_phone_books import ListRecords, MemoryNumberCopy, a_book


def read(*books: PhoneBook) -> PhoneBooks:
    for book in books:
        book.refresh(FakeClock())
    return PhoneBooks(books)


def source_of(book: PhoneBook) -> ListRecords:
    assert isinstance(book.source, ListRecords)
    return book.source


def copy_of(book: PhoneBook) -> MemoryNumberCopy:
    assert isinstance(book.copy, MemoryNumberCopy)
    return book.copy


def test_the_first_book_that_has_the_number_counts() -> None:
    first = a_book(["+49301", "Anna", None, "7"], label="book one")
    second = a_book(
        ["+49301", "Other", None, "8"], ["+49302", "Ben", "ACME", None], label="book two"
    )

    found = read(first, second).find({"+49301", "+49302", "+49303"})

    assert found == {
        "+49301": Hit("Anna", None, "7", "one"),
        "+49302": Hit("Ben", "ACME", None, "two"),
    }


def test_a_second_book_is_asked_only_for_what_is_missing() -> None:
    first, second = a_book(["+49301", "Anna"]), a_book(["+49302", "Ben"])

    read(first, second).find({"+49301", "+49302"})

    assert copy_of(second).asked == [{"+49302"}]


def test_a_switchboard_answers_for_its_extensions_and_is_marked() -> None:
    book = a_book(["+49 30 12345-0", None, "ACME", "7"], is_switchboard=True)

    found = read(book).find({"+49301234567", "+4930123450", "+49309999999"})

    assert found == {
        "+49301234567": Hit("ACME (Zentrale)", "ACME", "7", "b", is_switchboard=True),
        "+4930123450": Hit(None, "ACME", "7", "b"),
    }


def test_the_longest_beginning_is_the_switchboard() -> None:
    book = a_book(["+49301234", "Wide"], ["+493012345", "Near"], is_switchboard=True)

    assert read(book).find({"+493012345678"})["+493012345678"].name == "Near (Zentrale)"


def test_the_number_itself_in_a_later_book_comes_before_any_switchboard() -> None:
    first = a_book(["+493012345", "Board"], is_switchboard=True)
    second = a_book(["+493012345678", "Anna"])

    assert read(first, second).find({"+493012345678"})["+493012345678"].name == "Anna"


def test_without_the_word_a_book_is_no_switchboard() -> None:
    assert read(a_book(["+493012345", "Board"])).find({"+493012345678"}) == {}


def test_a_broken_copy_is_told_once_and_the_others_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken, well = a_book(["+49301", "Anna"], label="book bad"), a_book(["+49302", "Ben"])
    books = read(broken, well)
    copy_of(broken).is_broken = True

    found = [books.find({"+49301", "+49302"}) for _ in range(3)]

    assert [set(each) for each in found] == [{"+49302"}] * 3
    assert len(caplog.records) == 1
    copy_of(broken).is_broken = False
    assert set(books.find({"+49301"})) == {"+49301"}


def test_a_book_that_fails_half_way_leaves_the_copy_as_it_was() -> None:
    book = a_book(["+49301", "Anna"])
    books = read(book)
    source_of(book).rows = [["+49302", "Ben"]]
    source_of(book).failure = PhoneBookError("It is down.")

    with pytest.raises(PhoneBookError, match="down"):
        book.refresh(FakeClock())

    assert set(books.find({"+49301", "+49302"})) == {"+49301"}


def test_an_empty_book_does_not_take_all_names_away() -> None:
    book = a_book(["+49301", "Anna"])
    books = read(book)
    source_of(book).rows = []

    with pytest.raises(PhoneBookError, match="no numbers any more"):
        book.refresh(FakeClock())

    assert set(books.find({"+49301"})) == {"+49301"}


def test_a_book_that_was_always_empty_is_no_error() -> None:
    assert a_book().refresh(FakeClock()) == 0


def test_what_has_not_changed_is_read_again_only_when_forced() -> None:
    book = a_book(["+49301", "Anna"])
    source = source_of(book)
    source.marked = "v1"

    counts = [book.refresh(FakeClock()) for _ in range(3)]
    book.refresh(FakeClock(), is_forced=True)
    source.marked = "v2"
    book.refresh(FakeClock())

    assert (counts, source.readings) == ([1, 1, 1], 3)


def test_after_a_failure_it_is_read_again_though_it_says_that_nothing_changed() -> None:
    book = a_book(["+49301", "Anna"])
    source_of(book).marked = "v1"
    book.refresh(FakeClock())
    book.copy.note_failure(FakeClock().now(), "It was down.")

    book.refresh(FakeClock())

    assert source_of(book).readings == 2
    assert book.copy.state().failure is None


def test_reading_ends_when_all_is_to_stop() -> None:
    book, clock = a_book(["+49301", "Anna"]), FakeClock()
    clock.stop()

    with pytest.raises(PhoneBookError, match="Stopped"):
        book.refresh(clock)


def test_what_was_found_is_remembered_until_the_copy_changes() -> None:
    book = a_book(["+49301", "Anna"])
    books = read(book)

    first = [books.find({"+49301", "+49302"}) for _ in range(3)]
    asked = list(copy_of(book).asked)
    source_of(book).rows = [["+49302", "Ben"]]
    book.refresh(FakeClock())

    assert [set(each) for each in first] == [{"+49301"}] * 3
    assert asked == [{"+49301", "+49302"}]
    assert set(books.find({"+49301", "+49302"})) == {"+49302"}


def test_nothing_is_remembered_of_a_copy_that_could_not_be_asked() -> None:
    broken, well = a_book(["+49301", "Anna"], label="book bad"), a_book(["+49302", "Ben"])
    books = read(broken, well)
    copy_of(broken).is_broken = True
    books.find({"+49301", "+49302"})
    copy_of(broken).is_broken = False

    assert set(books.find({"+49301", "+49302"})) == {"+49301", "+49302"}
