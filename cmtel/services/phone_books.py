"""Phone books in their order, each with its local copy: numbers in, names out.

A look-up asks the copies only, never the phone books themselves: it takes microseconds and does
not wait for anybody. An exact hit in any book comes before a switchboard's in any other.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from cmtel.domain.phone_books import (
    BookFields,
    Hit,
    KeyedEntry,
    Record,
    book_entries,
    keyed,
)
from cmtel.domain.phone_keys import Canonical, switchboard_keys
from cmtel.errors import PhoneBookError
from cmtel.services.phone_book_ports import NumberCopy, RecordSource, is_current
from cmtel.services.ports import Clock

logger = logging.getLogger(__name__)

#: Numbers remembered with what was found for them: about 30 MB at most. Callers call again.
_REMEMBERED = 65_536


@dataclass(frozen=True, slots=True)
class PhoneBook:
    """One phone book.

    Attributes:
        label: What messages call it.
        table: What Journal_DatensatzTabelle says of its hits.
        fields: Which fields of its records are number, name, company and id.
        source: Where its records lie; asked by :meth:`refresh` only.
        copy: What look-ups ask.
        refresh_secs: How often the copy is to be made anew.
        is_switchboard: Its numbers may stand for all extensions of a switchboard.
        mark: What is written behind the name of a switchboard's hit.
    """

    label: str
    table: str
    fields: BookFields
    source: RecordSource
    copy: NumberCopy
    canonical: Canonical | None
    refresh_secs: int
    is_switchboard: bool = False
    mark: str = ""

    def refresh(self, clock: Clock, *, is_forced: bool = False) -> int:
        """Make the copy anew and return how many numbers it has.

        Unless forced, a source that says that it has not changed is not read again.

        Raises:
            CmtelError: The book cannot be read; the copy stays as it was, and remembers why.
        """
        version = self.source.version()
        if not is_forced and is_current(self.copy, version):
            return self.copy.state().entries
        records = _until_stopped(self.source.records(self.fields.all), clock)
        entries = keyed(book_entries(records, self.fields), self.canonical)
        had = self.copy.state().entries
        return self.copy.replace(_not_empty(entries, had, self.label), clock.now(), version)

    def hit(self, entry: KeyedEntry, *, is_switchboard: bool = False) -> Hit:
        """Return what the journal gets of an entry."""
        name = entry.name
        if is_switchboard and self.mark:
            name = f"{name or entry.company} {self.mark}"
        return Hit(name, entry.company, entry.record_id, self.table, is_switchboard)


class PhoneBooks:
    """All phone books, in their order."""

    def __init__(self, books: Sequence[PhoneBook]) -> None:
        self.books = tuple(books)
        #: What was last said of a copy that cannot be read, by its book's label.
        self._told: dict[str, str] = {}
        #: What the last keys were found to be; the copies' generations when they were asked.
        self._known: dict[str, Hit | None] = {}
        self._generations: list[object] = []

    def find(self, keys: Collection[str]) -> dict[str, Hit]:
        """Return the hits of those keys that any book has. Never raises."""
        self._forget_what_is_old()
        known = self._known
        new = [key for key in keys if key not in known]
        if new:
            found = self._search(new)
            if self._told:  # a copy that cannot be read now may be asked again
                return {**self._remembered(keys), **found}
            known.update((key, found.get(key)) for key in new)
        return self._remembered(keys)

    def _remembered(self, keys: Collection[str]) -> dict[str, Hit]:
        known = self._known
        return {key: hit for key in keys if (hit := known.get(key)) is not None}

    def _forget_what_is_old(self) -> None:
        try:
            generations = [book.copy.generation() for book in self.books]
        except PhoneBookError:
            generations = []
        if not generations or generations != self._generations or len(self._known) > _REMEMBERED:
            self._known = {}
        self._generations = generations

    def _search(self, keys: Collection[str]) -> dict[str, Hit]:
        found: dict[str, Hit] = {}
        for book in self.books:
            entries = self._ask(book, [key for key in keys if key not in found])
            found.update((key, book.hit(entry)) for key, entry in entries.items())
        for book in self.books:
            if book.is_switchboard:
                found.update(self._switchboards(book, [key for key in keys if key not in found]))
        return found

    def _switchboards(self, book: PhoneBook, keys: Sequence[str]) -> Iterator[tuple[str, Hit]]:
        candidates = {key: list(switchboard_keys(key)) for key in keys}
        wanted = {candidate for several in candidates.values() for candidate in several}
        entries = self._ask(book, list(wanted))
        for key, several in candidates.items():
            entry = next((entries[each] for each in several if each in entries), None)
            if entry is not None:
                yield key, book.hit(entry, is_switchboard=True)

    def _ask(self, book: PhoneBook, keys: Collection[str]) -> dict[str, KeyedEntry]:
        if not keys:
            return {}
        try:
            entries = book.copy.find(keys)
        except PhoneBookError as error:
            self._tell(book, error.message)
            return {}
        self._told.pop(book.label, None)
        return entries

    def _tell(self, book: PhoneBook, message: str) -> None:
        if self._told.get(book.label) != message:
            logger.warning("%s Calls are written without its names.", message)
        self._told[book.label] = message


def _until_stopped(records: Iterator[Record], clock: Clock) -> Iterator[Record]:
    for record in records:
        if clock.is_stopping:
            raise PhoneBookError("Stopped while a phone book was being read.")
        yield record


def _not_empty(entries: Iterator[KeyedEntry], had: int, label: str) -> Iterator[KeyedEntry]:
    """A file that is just being written, or a wrong filter, must not take all names away."""
    is_empty = True
    for entry in entries:
        is_empty = False
        yield entry
    if is_empty and had:
        raise PhoneBookError(
            f"{label} has no numbers any more; the last copy, with {had}, stays in use.",
            hint="If that is meant, take the PhoneBook out of the settings file.",
        )
