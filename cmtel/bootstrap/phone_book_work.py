"""What the commands of ``cmtel phonebook`` do, from the settings to the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.phonebooks.copies import SqliteListCopy
from cmtel.adapters.phonebooks.files import CsvRecords, VcardRecords, first_line
from cmtel.bootstrap.phone_books import (
    VCARD_FIELDS,
    Directories,
    copies_folder,
    is_new,
    make_directories,
    own_book_file,
    own_extensions_file,
)
from cmtel.domain.extensions import Extension, Overlap, make_extension
from cmtel.domain.list_headings import book_headings, extension_headings, likely_delimiter
from cmtel.domain.phone_books import Hit, book_entries
from cmtel.domain.phone_keys import digits_key
from cmtel.errors import CmtelError, PhoneBookError, UsageError
from cmtel.services.backfill import Backfill, BackfillResult
from cmtel.services.own_lists import add_extensions, add_numbers

if TYPE_CHECKING:
    from cmtel.bootstrap.enrichment import EnrichmentOrder
    from cmtel.bootstrap.journal import JournalTarget
    from cmtel.domain.phone_books import BookEntry
    from cmtel.services.extension_lists import ExtensionList
    from cmtel.services.phone_book_ports import CopyState
    from cmtel.services.phone_books import PhoneBook
    from cmtel.services.ports import Clock

#: An extension without a call for so long counts as unused.
UNUSED_DAYS = 90


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for a number; ``key`` is what it was compared by."""

    number: str
    key: str | None
    hit: Hit | None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: entries that came, entries there are now, rows left out and why."""

    came: int
    now: int
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BookState:
    """One book or list as ``phonebook list`` shows it."""

    label: str
    table: str | None
    state: CopyState


@dataclass(frozen=True, slots=True)
class SeenExtension:
    """An extension that calls have and no list knows."""

    number: str
    calls: int
    last_call: str


@dataclass(frozen=True, slots=True)
class ExtensionProblems:
    """What is wrong with the lists of extensions, held against the journal."""

    unknown: Sequence[SeenExtension]
    unused: Sequence[Extension]
    overlapping: Sequence[Overlap]

    def __bool__(self) -> bool:
        return bool(self.unknown or self.unused or self.overlapping)


@contextmanager
def directories_of(order: EnrichmentOrder) -> Iterator[Directories]:
    """Open the books and lists of the settings; close them at the end."""
    from cmtel.bootstrap.enrichment import make_number_reading

    reading = make_number_reading(order.journal.numbers)
    directories = make_directories(order, reading)
    try:
        yield directories
    finally:
        directories.close()


def look_up(
    directories: Directories, numbers: Sequence[str], *, is_forced: bool
) -> tuple[list[Found], list[CmtelError]]:
    """Look numbers up; copies that were never made are made first, all of them if forced.

    Returns:
        What was found, in the order of ``numbers``, and which books could not be read.
    """
    errors = refresh(directories, is_forced=is_forced)
    keys = [_key(directories, number) for number in numbers]
    hits = directories.books.find({key for key in keys if key})
    found = [
        Found(number, key, hits.get(key) if key else None)
        for number, key in zip(numbers, keys, strict=True)
    ]
    return found, errors


def refresh(directories: Directories, *, is_forced: bool) -> list[CmtelError]:
    """Make copies anew: all if forced, else those that are missing or are known to have changed.

    Returns:
        Why some could not be made; their last good copies stay in use.
    """
    clock = SystemClock()
    errors: list[CmtelError] = []
    for each in directories.all:
        error = _refreshed(each, clock, is_forced=is_forced)
        errors += [error] if error is not None else []
    return errors


def _refreshed(
    each: PhoneBook | ExtensionList, clock: Clock, *, is_forced: bool
) -> CmtelError | None:
    try:
        if is_forced or is_new(each.copy) or each.source.version() is not None:
            each.refresh(clock, is_forced=is_forced)
    except CmtelError as error:
        each.copy.note_failure(clock.now(), error.message)
        return error
    return None


def states(directories: Directories) -> list[BookState]:
    """Return the books and lists in their order, with the state of their copies."""
    books, lists = directories.books.books, directories.lists.lists
    return [
        *(BookState(each.label, each.table, each.copy.state()) for each in books),
        *(BookState(each.label, None, each.copy.state()) for each in lists),
    ]


def import_numbers(path: Path, encoding: str, *, is_whole: bool) -> Imported:
    """Take a CSV or vCard file into cmtel's own phone book.

    Raises:
        PhoneBookError: It cannot be read, or has no number or nobody's name.
    """
    entries = list(_entries(path, encoding))
    if not entries:
        raise PhoneBookError(f"The file {path} has no number with a name or company.")
    kept = SqliteListCopy(own_book_file(copies_folder()))
    return Imported(*add_numbers(kept, entries, SystemClock(), is_whole=is_whole))


def _entries(path: Path, encoding: str) -> Iterator[BookEntry]:
    if path.suffix.lower() == ".vcf" or path.is_dir():
        return book_entries(VcardRecords(path, encoding).records(VCARD_FIELDS.all), VCARD_FIELDS)
    source = _csv(path, encoding)
    header = source.header()
    fields = book_headings(header)
    if not fields.numbers or not (fields.name or fields.company):
        raise _headless(path, header, "number, name and company")
    return book_entries(source.records(fields.all), fields)


def import_extensions(path: Path, encoding: str, *, is_whole: bool) -> Imported:
    """Take a CSV file into cmtel's own list of extensions; rows with faults are left out.

    Raises:
        PhoneBookError: It cannot be read, or no row of it is an extension.
    """
    source = _csv(path, encoding)
    header = source.header()
    names = extension_headings(header)
    if not names[0] or not any(names[1:3]):
        raise _headless(path, header, "extension, room and department")
    entries, faults = [], []
    for line, record in enumerate(source.records([name for name in names if name]), 2):
        values = iter(record)
        cells = [next(values) if name else () for name in names]
        try:
            entries.append(make_extension([cell[0] if cell else None for cell in cells]))
        except ValueError as error:
            faults.append(f"Row {line} {error}.")
    if not entries:
        raise PhoneBookError(f"The file {path} has no extension. {' '.join(faults[:1])}".strip())
    kept = SqliteListCopy(own_extensions_file(copies_folder()))
    return Imported(*add_extensions(kept, entries, SystemClock(), is_whole=is_whole), tuple(faults))


def backfill(
    directories: Directories, target: JournalTarget, since: datetime | None, clock: Clock,
    *, is_dry: bool,
) -> BackfillResult:  # fmt: skip
    """Give names to rows that have none; see services/backfill.py.

    Raises:
        UsageError: There is no phone book.
        DatabaseError: The journal cannot be read or written; what was written before stays.
    """
    from cmtel.adapters.database.name_table import SqlNameTable
    from cmtel.bootstrap.journal import open_target

    if not directories.books.books:
        raise UsageError(
            "There is no phone book to take names from.",
            hint="A PhoneBook in the settings file, or 'cmtel phonebook import FILE'.",
        )
    engine = open_target(target)
    try:
        table = SqlNameTable(engine, target.table, target.columns, since)
        work = Backfill(
            table, directories.books, clock,
            dialled=directories.canonical, received=directories.canonical_of_callers,
        )  # fmt: skip
        return work.run(is_dry=is_dry)
    finally:
        engine.dispose()


def extension_problems(directories: Directories, target: JournalTarget) -> ExtensionProblems:
    """Hold the lists of extensions against the calls of the last 90 days.

    Raises:
        DatabaseError: The journal cannot be read.
    """
    from cmtel.adapters.database.local_numbers import local_numbers
    from cmtel.bootstrap.journal import open_target

    now = SystemClock().now().astimezone().replace(tzinfo=None, microsecond=0)
    engine = open_target(target)
    try:
        since = now - timedelta(days=UNUSED_DAYS)
        rows = local_numbers(engine, target.table, target.columns, since)
    finally:
        engine.dispose()
    seen = [SeenExtension(*row) for row in rows]
    directory = directories.lists.directory
    return ExtensionProblems(
        [each for each in seen if not directory.knows(each.number)],
        directory.unused((each.number for each in seen), now.isoformat()),
        directory.overlaps(),
    )


def _key(directories: Directories, number: str) -> str | None:
    full = directories.canonical(number) if directories.canonical is not None else None
    return full or digits_key(number)


def _csv(path: Path, encoding: str) -> CsvRecords:
    return CsvRecords(path, encoding, likely_delimiter(first_line(path, encoding)))


def _headless(path: Path, header: Sequence[str], wanted: str) -> PhoneBookError:
    return PhoneBookError(
        f"The first line of {path} does not tell which columns are {wanted}.",
        hint=f"It has: {', '.join(header) or 'nothing'}. English, German or Portuguese names do.",
    )
