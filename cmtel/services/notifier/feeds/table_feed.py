"""A table as a feed: one look at it serves the whole and all its parts.

The whole and its parts have the same cursor, so that after a look for one of them the others are
answered from what it found, as long as they are asked within a moment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from cmtel.services.notifier.feeds.cursor import Cursor
from cmtel.services.notifier.feeds.rows import Key, Row, RowSource
from cmtel.services.notifier.feeds.sift import OVERLAP, fresh, is_same_table, later, moved
from cmtel.services.notifier.feeds.spec import (
    LOOKED_AT,
    Calls,
    Wanted,
    are_calls_priced,
    wanted,
)
from cmtel.services.notifier.feeds.unpriced import await_prices
from cmtel.services.notifier.ports import FeedReading, NewRecord
from cmtel.services.ports import Clock

#: Records read at a time.
PAGE = 5_000
#: Of a longer backlog only the end is read.
MOST = 300_000
#: What one look found serves the other parts for so long, in seconds.
_FRESH_SECS = 2.0


class Look(NamedTuple):
    """What one look found: the new cursor, and the records that count, oldest first."""

    cursor: str
    rows: list[Row]
    #: First sight only: the oldest record that was looked at, for parts that had none.
    oldest: Row | None = None


class TableFeed:
    """Looks at a table; used by one thread.

    Args:
        calls: Which calls count.
        only: By the name of a part the values that count.
        tell: Gets a sentence when the table turns out to be another one.
    """

    def __init__(
        self, source: RowSource, clock: Clock, calls: Calls = "all",
        only: Mapping[str, frozenset[str]] | None = None,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:  # fmt: skip
        self._source = source
        self._clock = clock
        self._calls = calls
        self._only = only or {}
        self._tell = tell
        #: What ``auto`` has found; None: it has not looked yet.
        self.is_priced: bool | None = None
        self._read: tuple[str, Cursor] | None = None
        self._latest: tuple[str | None, float, Look] | None = None

    @property
    def wanted(self) -> Wanted:
        """Which records count, as far as is known."""
        return wanted(self._calls, self._only, is_priced=bool(self.is_priced))

    def look(self, cursor: str | None) -> Look:
        """Return what is new after ``cursor``; None: the last :data:`LOOKED_AT` records."""
        now_secs = self._clock.monotonic()
        if self._latest is not None:
            asked, at_secs, found = self._latest
            if asked == cursor and now_secs - at_secs <= _FRESH_SECS:
                return found
        self._latest = None
        found = self._look(cursor)
        self._latest = (cursor, now_secs, found)
        return found

    def history(self, since_ms: int | None = None, most: int = 2_000_000) -> Iterator[Row]:
        """Yield the records that count, newest first, back to an instant, page by page.

        ``auto`` decides by what is there, unless it is known already that calls are priced.
        """
        if self._calls == "auto" and not self.is_priced:
            self.is_priced = are_calls_priced(self._source.last(LOOKED_AT))
        need = self.wanted
        for row in islice(self._backwards(since_ms), most):
            if need.fits(row) and (row.is_priced or not need.needs_price):
                yield row

    def close(self) -> None:
        self._source.close()

    def _look(self, text: str | None) -> Look:
        cursor = self._loaded(text)
        if cursor is None or text is None:
            return self._first_sight()
        if self.is_priced is None:
            self.is_priced = cursor.is_priced
        rows = self._since(cursor)
        if not cursor.unpriced and rows and tuple(row.mark for row in rows) == cursor.seen:
            return Look(text, [])  # nothing has changed, as at most looks
        if rows is not None and is_same_table(rows, cursor):
            return self._counted(cursor, rows, fresh(rows, cursor))
        return self._anchored_anew(cursor, is_long=rows is None)

    def _loaded(self, text: str | None) -> Cursor | None:
        """Return the cursor of a text; the last one is known without being read again."""
        if text is None:
            return None
        if self._read is None or self._read[0] != text:
            cursor = Cursor.load(text)
            self._read = None if cursor is None else (text, cursor)
        return None if self._read is None else self._read[1]

    def _first_sight(self) -> Look:
        last = self._source.last(LOOKED_AT)[::-1]
        self.is_priced = self._calls == "auto" and are_calls_priced(last)
        look = self._counted(Cursor(), last, last)
        return look._replace(oldest=last[0] if last else None)

    def _anchored_anew(self, cursor: Cursor, *, is_long: bool) -> Look:
        rows = self._source.last(PAGE)[::-1]
        if is_long and cursor.seen:
            return self._counted(cursor, rows, fresh(rows, cursor))
        self._tell("the last record is not there any more: another table, or a restored backup")
        anew = replace(cursor, floor_ms=cursor.newest_ms, unpriced=(), seen=())
        return self._counted(anew, rows, later(rows, cursor.newest_ms))

    def _counted(self, cursor: Cursor, rows: list[Row], new: list[Row]) -> Look:
        """Return the look after ``rows`` were read, of which ``new`` had not been seen."""
        need = self.wanted
        fitting = [row for row in new if need.fits(row)]
        after = moved(
            cursor, rows, self._clock.now(), has_rising_key=self._source.has_rising_key
        )  # fmt: skip
        if need.needs_price:
            keys = [waiting.key for waiting in cursor.unpriced]
            looked_up = self._source.at(keys) if keys else []
            fitting, waiting = await_prices(cursor.unpriced, looked_up, fitting)
            after = replace(after, unpriced=waiting)
        return Look(replace(after, is_priced=bool(self.is_priced)).dump(), fitting)

    def _since(self, cursor: Cursor) -> list[Row] | None:
        """Return the records from the cursor on; None: there are too many."""
        if cursor.start is not None and not self._source.takes(cursor.start):
            return []
        rows: list[Row] = []
        for row in islice(self._forwards(cursor.start), MOST + 1):
            rows.append(row)
        return rows if len(rows) <= MOST else None

    def _forwards(self, start: Key | None) -> Iterator[Row]:
        return _paged(self._source.since, start)

    def _backwards(self, since_ms: int | None) -> Iterator[Row]:
        slack_secs = OVERLAP.total_seconds()
        older = 0
        for row in _paged(lambda key, limit: self._source.last(limit, key), None):
            is_old = (
                since_ms is not None
                and row.event_utc is not None
                and row.event_utc.timestamp() < since_ms / 1000 - slack_secs
            )
            older = older + 1 if is_old else 0
            if older > PAGE or (is_old and not self._source.has_rising_key):
                return
            if not is_old:
                yield row


def _paged(read: Callable[[Key | None, int], list[Row]], key: Key | None) -> Iterator[Row]:
    """Yield records page by page; a page begins with the key at which the last one ended."""
    taken: Counter[str] = Counter()
    size = PAGE
    while True:
        page = read(key, size)
        again = Counter(taken)
        new = []
        for row in page:
            if again[row.mark] > 0:
                again[row.mark] -= 1
            else:
                new.append(row)
        yield from new
        if len(page) < size:
            return
        if not new:
            size *= 4  # more records have this one key than a page holds
            continue
        key = page[-1].key
        taken = Counter(row.mark for row in page if row.key == key)


class PartFeed:
    """The whole of a table, or one part of it, as a feed. Implements ``ports.FeedReader``.

    Args:
        part: Name and value of the part; None: the whole.
        owns_table: Closing it closes the table.
    """

    def __init__(self, table: TableFeed, part: tuple[str, str] | None = None) -> None:
        self._table = table
        self._part = part

    def read(self, cursor: str | None) -> FeedReading:
        """Return what is new; see the port.

        At first sight of a table in which none of the last 10,000 records counts, the oldest of
        these stands in: the last call was not later than that.
        """
        look = self._table.look(cursor)
        rows = [row for row in look.rows if self._is_of_part(row)]
        if cursor is None:
            rows = rows[-1:] or ([look.oldest] if look.oldest is not None else [])
        return FeedReading(look.cursor, [NewRecord(r.event_utc, describe(r)) for r in rows])

    def close(self) -> None:
        self._table.close()

    def _is_of_part(self, row: Row) -> bool:
        return self._part is None or row.parts.get(self._part[0]) == self._part[1]


def describe(row: Row) -> str:
    """Return a record in one short line, without numbers of people."""
    parts = [f"{name} {value}" for name, value in row.parts.items() if value]
    return ", ".join([f"record {row.key!s}", *parts])
