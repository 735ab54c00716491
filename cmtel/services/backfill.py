"""Names for rows that have none: what a dead phone book left out, or a new one knows.

Goes through the table by its key, a page at a time, each page a transaction. A row that has a
name is never touched, so it can be stopped and begun again at any moment.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cmtel.domain.phone_books import Hit
from cmtel.domain.phone_keys import Canonical, digits_key
from cmtel.services.phone_books import PhoneBooks
from cmtel.services.ports import Clock


class Nameless(NamedTuple):
    """A row without a name: its key and the numbers in it."""

    row_id: int
    number: str | None
    e164: str | None
    #: What Journal_In_Out says; None where the table has no such column.
    in_out: str | None = None


class Fill(NamedTuple):
    """What rows of one number get."""

    hit: Hit
    row_ids: tuple[int, ...]


class NameTable(Protocol):
    """The journal table, as far as backfill needs it."""

    def pages(self) -> Iterator[Sequence[Nameless]]:
        """Yield the rows that have no name, in the order of their keys.

        Raises:
            DatabaseUnavailable, DatabaseSetupError
        """

    def fill(self, fills: Sequence[Fill]) -> int:
        """Write names in one transaction and return how many rows were changed.

        A row that has got a name since it was read is left alone.

        Raises:
            DatabaseError: Nothing was changed by this call.
        """


@dataclass(slots=True)
class BackfillResult:
    """What a backfill did, or would do.

    Attributes:
        rows: Rows without a name that were looked at.
        found: Those of them that a phone book knows.
        filled: Those that have got their name now; 0 in a dry run.
        is_complete: False: it was stopped before the end of the table.
    """

    rows: int = 0
    found: int = 0
    filled: int = 0
    is_complete: bool = True


class Backfill:
    """Fills the names of one table."""

    def __init__(
        self, table: NameTable, books: PhoneBooks, clock: Clock,
        *, dialled: Canonical | None = None, received: Canonical | None = None,
    ) -> None:  # fmt: skip
        """Make it; nothing is read yet.

        Args:
            table: The journal.
            books: Where names are looked up.
            clock: Its wish to stop is met between two pages.
            dialled: Returns the numbers of calls out in full, what is split off them being gone.
            received: Likewise those of callers.
        """
        self._table = table
        self._books = books
        self._dialled = dialled
        self._received = received
        self._clock = clock

    def run(self, *, is_dry: bool = False) -> BackfillResult:
        """Go through the table once; ends early, with all that was written, when asked to stop.

        Raises:
            DatabaseError: The pages before are written.
        """
        result = BackfillResult()
        for page in self._table.pages():
            if self._clock.is_stopping:
                result.is_complete = False
                break
            fills = self._fills(page)
            result.rows += len(page)
            result.found += sum(len(fill.row_ids) for fill in fills)
            if fills and not is_dry:
                result.filled += self._table.fill(fills)
        return result

    def _fills(self, page: Sequence[Nameless]) -> list[Fill]:
        rows: dict[str, list[int]] = {}
        for row in page:
            key = self._key(row)
            if key is not None:
                rows.setdefault(key, []).append(row.row_id)
        hits = self._books.find(rows.keys())
        return [Fill(hit, tuple(rows[key])) for key, hit in hits.items()]

    def _key(self, row: Nameless) -> str | None:
        if row.e164 or not row.number:
            return row.e164 or None
        canonical = self._received if row.in_out == "i" else self._dialled
        full = canonical(row.number) if canonical is not None else None
        return full or digits_key(row.number)
