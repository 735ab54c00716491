"""What phone books and lists of extensions need from the outside, as Protocols."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from cmtel.domain.phone_books import KeyedEntry, Record


class RecordSource(Protocol):
    """Where the records of a phone book or a list of extensions lie: a table, a file, LDAP."""

    def records(self, fields: Sequence[str]) -> Iterator[Record]:
        """Yield the records, each with the values of ``fields`` in their order.

        Raises:
            CmtelError: It cannot be read, now or as it is described; a part may have been
                yielded before.
        """

    def version(self) -> str | None:
        """Something that changes with the records and costs nothing to ask for, if there is any.

        Raises:
            CmtelError: As records does.
        """


class CopyState(NamedTuple):
    """What is known of a local copy; None: it was never made, or has not failed since."""

    entries: int
    copied_utc: datetime | None
    failed_utc: datetime | None
    failure: str | None
    #: What RecordSource.version said of what was copied.
    version: str | None = None


class LocalCopy(Protocol):
    """The last good copy of something outside, on this machine's disk. Thread-safe.

    Every method raises PhoneBookError if the disk does not play along.
    """

    def state(self) -> CopyState:
        """What is known of it."""

    def note_failure(self, moment: datetime, failure: str) -> None:
        """Remember that it could not be made anew; it stays as it is."""

    def close(self) -> None:
        """Let go of what it holds open; it opens again by itself."""


def is_current(copy: LocalCopy, version: str | None) -> bool:
    """Whether what lies outside is what was copied; False where there is no telling."""
    state = copy.state()
    is_whole = state.copied_utc is not None and state.failure is None
    return is_whole and version is not None and state.version == version


class NumberCopy(LocalCopy, Protocol):
    """A phone book's copy, indexed by key."""

    def find(self, keys: Collection[str]) -> dict[str, KeyedEntry]:
        """Return the entries of those keys that are in it."""

    def generation(self) -> object:
        """Return something that is another once the entries may have changed, by whomever."""

    def replace(
        self, entries: Iterable[KeyedEntry], moment: datetime, version: str | None = None
    ) -> int:
        """Put the entries in the place of all that was in it; return how many there are.

        Of two entries with one key the first counts. If ``entries`` raises, nothing has changed.
        """


class ListCopy(LocalCopy, Protocol):
    """A list's copy: rows of text, in their order."""

    def rows(self) -> list[tuple[str | None, ...]]:
        """Return all rows."""

    def replace(
        self,
        rows: Iterable[Sequence[str | None]],
        moment: datetime,
        version: str | None = None,
    ) -> int:
        """Put the rows in the place of all that was in it; return how many there are."""
