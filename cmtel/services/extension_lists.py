"""Lists of extensions with their local copies, and the columns that they fill."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cmtel.domain.calls import CallRecord
from cmtel.domain.extensions import Extension, ExtensionDirectory, make_extension
from cmtel.domain.phone_books import Record
from cmtel.domain.row_mapping import Column
from cmtel.errors import PhoneBookError
from cmtel.services.phone_book_ports import ListCopy, RecordSource, is_current
from cmtel.services.ports import Clock

logger = logging.getLogger(__name__)

#: The fields of an extension, in the order of domain.extensions.Extension.
FIELD_COUNT = len(Extension._fields)

Row = tuple[str | None, ...]


@dataclass(slots=True)
class ExtensionList:
    """One list of extensions.

    Attributes:
        label: What messages call it.
        fields: The field of each value of an Extension, in their order; "" where it has none.
        source: Where its records lie; asked by :meth:`refresh` only.
        copy: What is read at the start.
        refresh_secs: How often the copy is to be made anew.
        entries: What is in effect.
        faults: What was wrong with rows of the last reading; those rows are left out.
    """

    label: str
    fields: tuple[str, ...]
    source: RecordSource
    copy: ListCopy
    refresh_secs: int
    entries: Sequence[Extension] = ()
    faults: list[str] = field(default_factory=list)
    #: Which copy is in effect: when it was made.
    loaded_utc: datetime | None = None

    def load(self) -> None:
        """Take the local copy into effect.

        Raises:
            PhoneBookError: The disk does not play along.
        """
        self.loaded_utc = self.copy.state().copied_utc
        self.entries = list(self._made(self.copy.rows()))

    def refresh(self, clock: Clock, *, is_forced: bool = False) -> int:
        """Make the copy anew, take it into effect, and return how many entries there are.

        Unless forced, a source that says that it has not changed is not read again.

        Raises:
            CmtelError: The list cannot be read; all stays as it was.
        """
        version = self.source.version()
        if not is_forced and is_current(self.copy, version):
            if self.copy.state().copied_utc != self.loaded_utc:  # another process has made it
                self.load()
            return len(self.entries)
        names = [name for name in self.fields if name]
        rows = [self._row(record) for record in self.source.records(names)]
        if not rows and self.copy.state().entries:
            raise PhoneBookError(f"{self.label} is empty now; the last copy of it stays in use.")
        entries = list(self._made(rows))
        self.loaded_utc = clock.now()
        self.copy.replace(rows, self.loaded_utc, version)
        self.entries = entries
        if self.faults:
            logger.warning(
                "%s: %d rows are left out, the first because it %s.",
                self.label, len(self.faults), self.faults[0],
            )  # fmt: skip
        return len(entries)

    def _row(self, record: Record) -> Row:
        values = iter(record)
        cells = [next(values) if name else () for name in self.fields]
        return tuple(cell[0] if cell else None for cell in cells)

    def _made(self, rows: Sequence[Row]) -> Iterator[Extension]:
        self.faults = []
        for row in rows:
            try:
                yield make_extension(row)
            except ValueError as error:
                self.faults.append(str(error))


class ExtensionLists:
    """All lists as one directory, which follows them when one is read anew."""

    def __init__(self, lists: Sequence[ExtensionList]) -> None:
        self.lists = tuple(lists)
        self._seen: tuple[Sequence[Extension], ...] = ()
        self._directory = ExtensionDirectory()

    def load(self) -> None:
        """Take the local copies into effect; one that cannot be read is said and left out."""
        for each in self.lists:
            try:
                each.load()
            except PhoneBookError as error:
                logger.warning("%s", error.message)

    @property
    def directory(self) -> ExtensionDirectory:
        """The entries of all lists, as they are now."""
        now = tuple(each.entries for each in self.lists)
        if list(map(id, now)) != list(map(id, self._seen)):
            self._seen = now
            self._directory = ExtensionDirectory(entry for several in now for entry in several)
        return self._directory


class ExtensionEnricher:
    """Fills Cmtel_Room and Cmtel_Department as of the call's start. Implements ports.Enricher."""

    def __init__(self, lists: ExtensionLists) -> None:
        self._lists = lists

    def enrich(self, calls: Sequence[CallRecord], known: dict[str, Column]) -> None:
        as_of = self._lists.directory.as_of
        found = [
            as_of(call.local_number, call.started_at) if call.local_number else None
            for call in calls
        ]
        known["Cmtel_Room"] = [entry.room if entry else None for entry in found]
        known["Cmtel_Department"] = [entry.department if entry else None for entry in found]
