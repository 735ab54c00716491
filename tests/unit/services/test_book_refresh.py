"""Keeping copies fresh: when, and what is said."""

from __future__ import annotations

import threading

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.errors import PhoneBookError
from cmtel.services.book_refresh import RETRY_SECS, Refresher
from tests.fakes_clock import FakeClock
from tests.fakes_phone_books import ListRecords, a_book


def test_a_book_is_read_again_after_its_time_and_a_failed_one_sooner() -> None:
    book, clock = a_book(["1", "Anna"]), FakeClock()
    source = book.source
    assert isinstance(source, ListRecords)
    refresher = Refresher([book], clock)

    pauses = [refresher.tick(book)]
    source.failure = PhoneBookError("It is down.")
    pauses.append(refresher.tick(book))

    assert pauses == [3600, RETRY_SECS]
    assert book.copy.state().failure == "It is down."
    assert book.copy.state().entries == 1


def test_each_change_of_health_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    book, clock = a_book(["1", "Anna"]), FakeClock()
    source = book.source
    assert isinstance(source, ListRecords)
    refresher = Refresher([book], clock)

    for failure in (PhoneBookError("It is down."),) * 3 + (None, None):
        source.failure = failure
        refresher.tick(book)

    assert [record.getMessage() for record in caplog.records if record.levelname == "WARNING"] == [
        "It is down. Its last good copy is used.",
        "The phone book b can be read again.",
    ]
    assert book.copy.state().failure is None


def test_a_failure_because_of_the_end_is_none(caplog: pytest.LogCaptureFixture) -> None:
    book, clock = a_book(["1", "Anna"]), FakeClock()
    clock.stop()

    Refresher([book], clock).tick(book)

    assert not caplog.records
    assert book.copy.state().failure is None


class Hanging(ListRecords):
    """Does not answer until it is let go."""

    def __init__(self) -> None:
        super().__init__(["1", "Anna"])
        self.may_go_on = threading.Event()

    def version(self) -> str | None:
        self.may_go_on.wait(10)
        return None


def test_a_book_that_hangs_holds_up_no_other() -> None:
    hanging, well, clock = a_book(), a_book(["1", "Anna"]), SystemClock()
    source = Hanging()
    object.__setattr__(hanging, "source", source)
    refresher = Refresher([hanging, well], clock)

    refresher.start()
    is_well_read = refresher.wait_for_first_tries([well], 10, clock)
    is_all_read = refresher.wait_for_first_tries([hanging, well], 0, clock)
    source.may_go_on.set()
    clock.stop()
    refresher.join(10)

    assert (is_well_read, is_all_read) == (True, False)
    assert well.copy.state().entries == 1
