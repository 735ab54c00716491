"""From the settings to phone books and lists of extensions, with their local copies.

The copies lie in the folder ``phonebook`` of the state folder, one file each. A copy's name is
made from what it is a copy of and from the number plan that its keys were made by, so that other
settings never find keys that are not theirs.

Own lists (``cmtel phonebook import``) come first, then those of the settings in their order.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.phonebooks.copies import SqliteListCopy, SqliteNumberCopy
from cmtel.adapters.phonebooks.files import CsvRecords, VcardRecords
from cmtel.bootstrap.config import resolve_password
from cmtel.bootstrap.folders import state_folder
from cmtel.domain.extensions import Extension
from cmtel.domain.number_plan import NumberReading
from cmtel.domain.phone_books import BookFields
from cmtel.domain.phone_keys import Canonical
from cmtel.domain.table_names import parse_table_name
from cmtel.errors import PhoneBookError
from cmtel.services.book_refresh import Refresher
from cmtel.services.extension_lists import ExtensionEnricher, ExtensionList, ExtensionLists
from cmtel.services.name_enricher import NameEnricher
from cmtel.services.own_lists import OWN_BOOK_FIELDS, OwnRecords
from cmtel.services.phone_books import PhoneBook, PhoneBooks

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from cmtel.bootstrap.enrichment import EnrichmentOrder
    from cmtel.config.phone_books import Extensions as ExtensionsSection
    from cmtel.config.phone_books import PhoneBook as PhoneBookSection
    from cmtel.config.phone_books import Records
    from cmtel.services.phone_book_ports import LocalCopy, RecordSource
    from cmtel.services.ports import Clock, Enricher

logger = logging.getLogger(__name__)

#: How long a start waits for books that were never copied, in seconds. Nothing is received yet.
_FIRST_COPY_SECS = 2.0
#: How long a run with an end (import, --once) waits for all books, so that its names are today's.
_ONCE_SECS = 30.0
#: How long the end waits for a book that is being read, in seconds.
_END_SECS = 2.0
#: How often the own lists are looked at, in seconds; unchanged ones are not read.
_OWN_REFRESH_SECS = 60

#: What Journal_DatensatzTabelle says of the own phone book.
OWN_TABLE = "cmtel"

#: The properties of a vCard: RFC 6350, 6.2.1, 6.4.1, 6.6.4, 6.7.6.
VCARD_FIELDS = BookFields(("TEL",), ("FN",), ("ORG",), ("UID",))


@dataclass(frozen=True, slots=True)
class Directories:
    """All that is looked up about parties: names for numbers, rooms for extensions."""

    books: PhoneBooks
    lists: ExtensionLists
    #: What reads the switch's numbers; None: they are compared by their digits.
    reading: NumberReading | None

    @property
    def canonical(self) -> Canonical | None:
        """Returns numbers in full, as people write them."""
        return self.reading.written if self.reading is not None else None

    @property
    def canonical_of_callers(self) -> Canonical | None:
        """Returns the numbers of callers in full."""
        reading = self.reading
        return None if reading is None else lambda number: reading.received(number).e164

    @property
    def all(self) -> list[PhoneBook | ExtensionList]:
        """Every book and list."""
        return [*self.books.books, *self.lists.lists]

    def enrichers(self) -> list[Enricher]:
        """Return what fills columns from them; nothing where there are none."""
        names: list[Enricher] = [NameEnricher(self.books)] if self.books.books else []
        return [*names, *([ExtensionEnricher(self.lists)] if self.lists.lists else [])]

    def close(self) -> None:
        """Let go of the copies."""
        for each in self.all:
            each.copy.close()


def make_directories(
    order: EnrichmentOrder, reading: NumberReading | None, folder: Path | None = None
) -> Directories:
    """Return the books and lists of the settings and cmtel's own; nothing outside is asked.

    Args:
        reading: What reads the switch's numbers; None: they are compared by their digits.
        folder: Where the copies lie; None: the platform's place.
    """
    folder = folder or copies_folder()
    plan = repr(order.journal.numbers) if reading is not None else ""
    made = _Maker(order, reading.written if reading is not None else None, folder, plan)
    books = [made.book(section) for section in order.journal.phone_books]
    lists = [made.extensions(section) for section in order.journal.extensions]
    if own_book_file(folder).exists():
        books.insert(0, made.own_book())
    if own_extensions_file(folder).exists():
        lists.insert(0, made.own_extensions())
    directories = Directories(PhoneBooks(books), ExtensionLists(lists), reading)
    directories.lists.load()
    return directories


class ReadableRecords(NamedTuple):
    """Where the records of a book or list lie, and which of their fields are used."""

    label: str
    source: RecordSource
    fields: Sequence[str]
    section: Records


def readable_records(order: EnrichmentOrder) -> list[ReadableRecords]:
    """Return the books and lists of the settings to be looked at only: without their copies."""
    made = _Maker(order, None, copies_folder(), "", is_watching=True)
    books = [(made.book(each), each) for each in order.journal.phone_books]
    lists = [(made.extensions(each), each) for each in order.journal.extensions]
    return [
        *(ReadableRecords(b.label, b.source, b.fields.all, section) for b, section in books),
        *(
            ReadableRecords(x.label, x.source, [f for f in x.fields if f], section)
            for x, section in lists
        ),
    ]


@contextmanager
def kept_fresh(directories: Directories, clock: Clock, *, is_once: bool) -> Iterator[None]:
    """Keep the copies fresh in the background; the wait at the start has an end.

    Args:
        clock: Its wish to stop ends the wait.
        is_once: The run has an end and no calls that wait: it begins with fresh copies.
    """
    if not directories.all:
        yield
        return
    own_clock = SystemClock()
    refresher = Refresher(directories.all, own_clock)
    refresher.start()
    try:
        new = [each for each in directories.all if is_new(each.copy)]
        waited = directories.all if is_once else new
        patience_secs = _ONCE_SECS if is_once else _FIRST_COPY_SECS
        if not refresher.wait_for_first_tries(waited, patience_secs, clock):
            logger.warning("Not every phone book could be read in time; calls are not held up.")
        yield
    finally:
        own_clock.stop()
        refresher.join(_END_SECS)
        directories.close()


def is_new(copy: LocalCopy) -> bool:
    """Whether a copy was never made; also of one that cannot be read, which is said later."""
    try:
        return copy.state().copied_utc is None
    except PhoneBookError:
        return True


def copies_folder() -> Path:
    """Return where the local copies and the own lists lie."""
    return state_folder() / "phonebook"


def own_book_file(folder: Path) -> Path:
    """Return the file of the own phone book."""
    return folder / "own-numbers.sqlite3"


def own_extensions_file(folder: Path) -> Path:
    """Return the file of the own list of extensions."""
    return folder / "own-extensions.sqlite3"


@dataclass(frozen=True, slots=True)
class _Maker:
    order: EnrichmentOrder
    canonical: Canonical | None
    folder: Path
    plan: str
    #: The databases are opened for looking only.
    is_watching: bool = False

    def book(self, section: PhoneBookSection) -> PhoneBook:
        label, table = _label(section, section.table)
        return PhoneBook(
            label=f"The phone book {label}",
            table=section.table or table,
            fields=_book_fields(section),
            source=self._source(section, section.kind, section.table),
            copy=SqliteNumberCopy(self._copy_file("book", _identity(section), self.plan)),
            canonical=self.canonical,
            refresh_secs=section.refresh_secs,
            is_switchboard=section.switchboard,
            mark=section.switchboard_mark,
        )

    def own_book(self) -> PhoneBook:
        kept = SqliteListCopy(own_book_file(self.folder))
        return PhoneBook(
            label="cmtel's own phone book",
            table=OWN_TABLE,
            fields=OWN_BOOK_FIELDS,
            source=OwnRecords(kept, OWN_BOOK_FIELDS.all),
            copy=SqliteNumberCopy(self._copy_file("book", "own", self.plan)),
            canonical=self.canonical,
            refresh_secs=_OWN_REFRESH_SECS,
        )

    def extensions(self, section: ExtensionsSection) -> ExtensionList:
        label, _ = _label(section, section.table)
        return ExtensionList(
            label=f"The list of extensions {label}",
            fields=(
                section.extension, section.room or "", section.department or "",
                section.cost_centre or "", section.extension_class or "",
                section.valid_from or "", section.valid_to or "",
            ),
            source=self._source(section, section.kind, section.table),
            copy=SqliteListCopy(self._copy_file("extensions", _identity(section))),
            refresh_secs=section.refresh_secs,
        )  # fmt: skip

    def own_extensions(self) -> ExtensionList:
        kept = SqliteListCopy(own_extensions_file(self.folder))
        return ExtensionList(
            label="cmtel's own list of extensions",
            fields=Extension._fields,
            source=OwnRecords(kept, Extension._fields),
            copy=SqliteListCopy(self._copy_file("extensions", "own")),
            refresh_secs=_OWN_REFRESH_SECS,
        )

    def _copy_file(self, kind: str, *identity: str) -> Path:
        digest = hashlib.sha256("\0".join(identity).encode()).hexdigest()
        return self.folder / f"{kind}-{digest[:16]}.sqlite3"

    def _source(self, section: Records, kind: str, table: str | None) -> RecordSource:
        if kind == "csv" and section.path is not None:
            delimiter = "\t" if section.delimiter == "tab" else section.delimiter
            return CsvRecords(section.path, section.encoding, delimiter, section.header)
        if kind == "vcard" and section.path is not None:
            return VcardRecords(section.path, section.encoding)
        if kind == "ldap":
            return _ldap(section)
        from cmtel.adapters.database.table_records import TableRecords

        name = parse_table_name(table) if table is not None and section.query is None else None
        return TableRecords(self._engine_of(section), name, section.query)

    def _engine_of(self, section: Records) -> Callable[[], Engine]:
        database = self.order.database if section.url is None else section
        if database is None or database.url is None:  # config/model.py has seen to it
            raise AssertionError("a phone book without a database")
        url, user = database.url, database.user
        password, reference = database.password, database.secret_ref

        def open_it() -> Engine:
            from cmtel.adapters.database.connect import open_engine

            secret = resolve_password(password, reference)
            return open_engine(
                url, user=user, password=secret.reveal() if secret else None,
                is_watching=self.is_watching,
            )  # fmt: skip

        return open_it


def _ldap(section: Records) -> RecordSource:
    from cmtel.adapters.phonebooks.ldap import LdapRecords

    def password() -> str | None:
        secret = resolve_password(section.password, section.secret_ref)
        return secret.reveal() if secret else None

    return LdapRecords(
        section.url or "", section.base or "", section.filter, section.start_tls,
        section.ca_file, section.user, password,
    )  # fmt: skip


def _book_fields(section: PhoneBookSection) -> BookFields:
    if section.kind == "vcard":
        return VCARD_FIELDS
    parts = (section.number, section.name, section.company, section.id)
    return BookFields(*(_names(part) for part in parts))


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in (text or "").split(",") if name.strip())


def _label(section: Records, table: str | None) -> tuple[str, str]:
    """Return what messages call a section, and what its hits come from."""
    from cmtel.config.secret import mask_url

    if section.path is not None:
        return str(section.path), section.path.name
    if section.base is not None:
        return f"{mask_url(section.url or '')} ({section.base})", "ldap"
    return table or "by query", "query"


def _identity(section: Records) -> str:
    """All that the records depend on; how often they are read, and the password, are not."""
    facts = section.model_dump(exclude={"password", "secret_ref", "refresh_secs", "user"})
    return repr(sorted(facts.items()))
