"""A phone book's entries, and what a look-up finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cmtel.domain.phone_keys import Canonical, book_keys, split_numbers

#: One record as a source gives it: for each field that was asked for, all of its values.
Record = tuple[Sequence[str], ...]


class BookFields(NamedTuple):
    """Which fields of a source's records are what; several names are joined with a blank."""

    numbers: tuple[str, ...]
    name: tuple[str, ...] = ()
    company: tuple[str, ...] = ()
    record_id: tuple[str, ...] = ()

    @property
    def all(self) -> tuple[str, ...]:
        """The fields in the order in which :func:`book_entries` takes them."""
        return self.numbers + self.name + self.company + self.record_id


class BookEntry(NamedTuple):
    """One number of a phone book."""

    number: str
    name: str | None
    company: str | None
    record_id: str | None


class KeyedEntry(NamedTuple):
    """An entry under the key that it is found by."""

    key: str
    name: str | None
    company: str | None
    record_id: str | None


class Hit(NamedTuple):
    """What was found for a number: the values of the journal's columns (b)."""

    name: str | None
    company: str | None
    record_id: str | None
    #: What Journal_DatensatzTabelle says.
    table: str
    #: It is not the number itself that was found, but the switchboard it belongs to.
    is_switchboard: bool = False


def book_entries(records: Iterable[Record], fields: BookFields) -> Iterator[BookEntry]:
    """Yield an entry for each number of each record; records that name nobody yield none."""
    ends = []
    position = 0
    for part in fields:
        position += len(part)
        ends.append(position)
    n, a, c, i = ends
    for record in records:
        name, company = _joined(record[n:a]), _joined(record[a:c])
        if name is None and company is None:
            continue
        record_id = _joined(record[c:i])
        for cell in (cell for values in record[:n] for cell in values):
            for number in split_numbers(cell):
                yield BookEntry(number, name, company, record_id)


def keyed(entries: Iterable[BookEntry], canonical: Canonical | None) -> Iterator[KeyedEntry]:
    """Yield the entries under their keys."""
    for entry in entries:
        for key in book_keys(entry.number, canonical):
            yield KeyedEntry(key, entry.name, entry.company, entry.record_id)


def _joined(parts: Iterable[Sequence[str]]) -> str | None:
    """The first value of each field; an LDAP attribute may have several."""
    words = [" ".join(values[0].split()) for values in parts if values]
    return " ".join(word for word in words if word) or None
