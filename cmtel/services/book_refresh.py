"""Keeping local copies fresh: each book in a thread of its own, at its own pace.

A book that hangs or is down holds up nobody: look-ups ask the copies. Each change of a book's
health is logged once, and kept beside its copy for ``cmtel phonebook list``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import Protocol

from cmtel.errors import CmtelError, PhoneBookError
from cmtel.services.phone_book_ports import LocalCopy
from cmtel.services.ports import Clock

logger = logging.getLogger(__name__)

#: How long a book that failed is left alone, in seconds; less if it is to be read more often.
RETRY_SECS = 60.0
#: How often the first tries are looked at, in seconds.
_LOOK_SECS = 0.02


class Refreshable(Protocol):
    """A phone book or a list of extensions."""

    @property
    def label(self) -> str:
        """What messages call it."""

    @property
    def copy(self) -> LocalCopy:
        """Its local copy."""

    @property
    def refresh_secs(self) -> int:
        """How often the copy is to be made anew, in seconds."""

    def refresh(self, clock: Clock, *, is_forced: bool = False) -> int:
        """Make the copy anew; CmtelError if that cannot be."""


class Refresher:
    """Makes the copies of some books anew until the clock is stopped."""

    def __init__(self, books: Sequence[Refreshable], clock: Clock) -> None:
        self._books = books
        self._clock = clock
        self._first_tries = [threading.Event() for _ in books]
        self._trouble: dict[str, str] = {}
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; every book is read at once. The threads end when the clock is stopped.

        They are daemons: a program that ends does not wait for a book that hangs.
        """
        for book, tried in zip(self._books, self._first_tries, strict=True):
            name = f"phone book {book.label}"
            thread = threading.Thread(target=self._run, args=(book, tried), name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def wait_for_first_tries(
        self, books: Sequence[Refreshable], patience_secs: float, clock: Clock
    ) -> bool:
        """Wait until each of ``books`` was tried once; False if that did not come to be.

        Args:
            patience_secs: How long to wait.
            clock: Whose wish to stop ends the waiting.
        """
        end = clock.monotonic() + patience_secs
        wanted = [
            tried
            for book, tried in zip(self._books, self._first_tries, strict=True)
            if any(book is each for each in books)
        ]
        while not all(tried.is_set() for tried in wanted):
            if clock.monotonic() >= end or clock.wait(_LOOK_SECS):
                return False
        return True

    def join(self, patience_secs: float) -> None:
        """Wait for the threads, after the clock was stopped; one that hangs is left behind."""
        end = self._clock.monotonic() + patience_secs
        for thread in self._threads:
            thread.join(max(0.0, end - self._clock.monotonic()))

    def tick(self, book: Refreshable) -> float:
        """Read one book and return after how many seconds it is to be read again."""
        try:
            count = book.refresh(self._clock)
        except CmtelError as error:
            if not self._clock.is_stopping:
                self._note(book, error)
            return min(RETRY_SECS, book.refresh_secs)
        if self._trouble.pop(book.label, None) is not None:
            logger.warning("%s can be read again.", book.label)
        logger.info("%s: %d entries", book.label, count)
        return book.refresh_secs

    def _note(self, book: Refreshable, error: CmtelError) -> None:
        message = error.message
        if self._trouble.get(book.label) != message:
            logger.warning("%s %s", message, "Its last good copy is used.")
        self._trouble[book.label] = message
        try:
            book.copy.note_failure(self._clock.now(), message)
        except PhoneBookError as disk:
            logger.warning("%s", disk.message)

    def _run(self, book: Refreshable, tried: threading.Event) -> None:
        while not self._clock.is_stopping:
            pause_secs = self.tick(book)
            tried.set()
            self._clock.wait(pause_secs)
