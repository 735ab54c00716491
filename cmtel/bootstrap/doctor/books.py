"""Phone books and lists of extensions: whether a first record comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, cast

from cmtel.bootstrap.doctor.secrets import unchecked
from cmtel.bootstrap.enrichment import EnrichmentOrder
from cmtel.bootstrap.phone_books import ReadableRecords, readable_records
from cmtel.services.doctor import Finding, Probe, ok, warn

if TYPE_CHECKING:
    from collections.abc import Generator

    from cmtel.bootstrap.doctor.site import Site
    from cmtel.domain.phone_books import Record


def book_probes(site: Site) -> list[Sequence[Probe]]:
    """Return a probe of each book and list of the settings."""
    config = site.config
    found = readable_records(EnrichmentOrder(config.journal, config.database))
    return [
        [Probe("phone-book", each.label, partial(_look, site, each), each.label)] for each in found
    ]


def _look(site: Site, book: ReadableRecords) -> Finding:
    """Read the first record; a book that cannot be read leaves names out, and calls in."""
    section = book.section
    reference = section.secret_ref
    if reference is None and section.url is None and section.path is None:
        database = site.config.database
        reference = database.secret_ref if database is not None else None
    found = unchecked(reference)
    if found is not None:
        return found
    if _first(book.source.records(book.fields)) is None:
        return warn("it can be read, and is empty", "Is it the right one?")
    return ok("it can be read")


def _first(records: Iterator[Record]) -> Record | None:
    """All of our sources are generators: closing one lets go of its file or connection."""
    with closing(cast("Generator[Record]", records)) as opened:
        return next(opened, None)
