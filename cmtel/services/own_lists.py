"""cmtel's own phone book and own list of extensions: what ``cmtel phonebook import`` keeps.

Each is one list of rows in the state folder. An import adds to it: a number, or an extension with
the same beginning, that is there already is replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

from cmtel.domain.extensions import Extension
from cmtel.domain.phone_books import BookEntry, BookFields, Record
from cmtel.domain.phone_keys import digits_key
from cmtel.services.phone_book_ports import ListCopy
from cmtel.services.ports import Clock

#: The fields of the own phone book's rows, as :class:`OwnRecords` knows them.
OWN_BOOK_FIELDS = BookFields(("number",), ("name",), ("company",), ("id",))

Row = tuple[str | None, ...]


class OwnRecords:
    """The rows of an own list. Implements phone_book_ports.RecordSource."""

    def __init__(self, kept: ListCopy, columns: Sequence[str]) -> None:
        self._kept = kept
        self._columns = list(columns)

    def records(self, fields: Sequence[str]) -> Iterator[Record]:
        places = [self._columns.index(name) for name in fields]
        for row in self._kept.rows():
            cells = [row[place] for place in places]
            yield tuple((cell,) if cell else () for cell in cells)

    def version(self) -> str | None:
        return str(self._kept.state().copied_utc)


def add_numbers(
    kept: ListCopy, entries: Iterable[BookEntry], clock: Clock, *, is_whole: bool
) -> tuple[int, int]:
    """Put entries into the own phone book; return how many came, and how many there are now.

    Args:
        is_whole: They take the place of all that was in it.
    """
    return _add(kept, map(tuple, entries), _number_key, clock, is_whole=is_whole)


def add_extensions(
    kept: ListCopy, entries: Iterable[Extension], clock: Clock, *, is_whole: bool
) -> tuple[int, int]:
    """Put entries into the own list of extensions; see :func:`add_numbers`."""
    return _add(kept, map(tuple, entries), _extension_key, clock, is_whole=is_whole)


def _add(
    kept: ListCopy,
    rows: Iterable[Row],
    key_of: Callable[[Row], Hashable],
    clock: Clock,
    *,
    is_whole: bool,
) -> tuple[int, int]:
    came = list(rows)
    now: dict[Hashable, Row] = {} if is_whole else {key_of(row): row for row in kept.rows()}
    now.update((key_of(row), row) for row in came)
    return len(came), kept.replace(now.values(), clock.now())


def _number_key(row: Row) -> Hashable:
    return digits_key(row[0] or "")


def _extension_key(row: Row) -> Hashable:
    return (row[0], row[Extension._fields.index("valid_from")])
