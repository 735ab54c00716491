"""Phone books in memory, and sources that fail when a test says so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from cmtel.domain.phone_books import BookFields, KeyedEntry, Record
from cmtel.domain.phone_keys import Canonical
from cmtel.errors import PhoneBookError
from cmtel.services.phone_book_ports import CopyState
from cmtel.services.phone_books import PhoneBook

FIELDS = BookFields(("number",), ("name",), ("company",), ("id",))


class _MemoryCopy:
    def __init__(self) -> None:
        self._state = CopyState(0, None, None, None)

    def state(self) -> CopyState:
        return self._state

    def note_failure(self, moment: datetime, failure: str) -> None:
        self._state = self._state._replace(failed_utc=moment, failure=failure)

    def close(self) -> None:
        """Memory needs no closing."""

    def _copied(self, count: int, moment: datetime, version: str | None) -> int:
        self._state = CopyState(count, moment, None, None, version)
        return count


class MemoryNumberCopy(_MemoryCopy):
    """Implements phone_book_ports.NumberCopy; ``is_broken``: the disk does not play along."""

    def __init__(self, entries: Iterable[KeyedEntry] = ()) -> None:
        super().__init__()
        self.entries = {entry.key: entry for entry in entries}
        self.is_broken = False
        self.asked: list[set[str]] = []

    def generation(self) -> object:
        if self.is_broken:
            raise PhoneBookError("The local copy x cannot be used.")
        return id(self.entries)

    def find(self, keys: Collection[str]) -> dict[str, KeyedEntry]:
        if self.is_broken:
            raise PhoneBookError("The local copy x cannot be used.")
        self.asked.append(set(keys))
        return {key: self.entries[key] for key in keys if key in self.entries}

    def replace(
        self, entries: Iterable[KeyedEntry], moment: datetime, version: str | None = None
    ) -> int:
        made: dict[str, KeyedEntry] = {}
        for entry in entries:
            made.setdefault(entry.key, entry)
        self.entries = made
        return self._copied(len(made), moment, version)


class MemoryListCopy(_MemoryCopy):
    """Implements phone_book_ports.ListCopy."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: list[tuple[str | None, ...]] = []

    def rows(self) -> list[tuple[str | None, ...]]:
        return list(self._rows)

    def replace(
        self,
        rows: Iterable[Sequence[str | None]],
        moment: datetime,
        version: str | None = None,
    ) -> int:
        self._rows = [tuple(row) for row in rows]
        return self._copied(len(self._rows), moment, version)


class ListRecords:
    """Implements phone_book_ports.RecordSource over rows of cells; ``failure``: it is down."""

    def __init__(self, *rows: Sequence[str | None]) -> None:
        self.rows: Sequence[Sequence[str | None]] = rows
        self.failure: PhoneBookError | None = None
        self.marked: str | None = None
        self.readings = 0

    def records(self, fields: Sequence[str]) -> Iterator[Record]:
        self.readings += 1
        for row in self.rows:
            yield tuple((cell,) if cell else () for cell in row[: len(fields)])
        if self.failure is not None:
            raise self.failure

    def version(self) -> str | None:
        return self.marked


def a_book(
    *rows: Sequence[str | None],
    label: str = "The phone book b",
    canonical: Canonical | None = None,
    is_switchboard: bool = False,
) -> PhoneBook:
    """A book of rows of number, name, company and id; its copy is empty."""
    return PhoneBook(
        label=label,
        table=label.rpartition(" ")[2],
        fields=FIELDS,
        source=ListRecords(*rows),
        copy=MemoryNumberCopy(),
        canonical=canonical,
        refresh_secs=3600,
        is_switchboard=is_switchboard,
        mark="(Zentrale)",
    )
