"""Watching the journal: which rows are new since the last look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from cmtel.services.ports import Clock
from cmtel.services.reading_ports import JournalQuery, JournalReader

Values = Mapping[str, Any]

#: Ids behind the newest that are looked at again: writers side by side commit out of order.
_LATE_IDS = 1_000

#: Without an id a row is new if its time lies in this window and it was not there before; a long
#: call is written hours after its start.
_WINDOW = timedelta(hours=24)


class JournalWatch:
    """Finds new rows: by the ID column if there is one, else by comparing the last day's rows.

    Args:
        reader: The journal.
        query: Filters; its limit is how many rows are shown at first.
        has_id: The journal has an ID column.
        clock: For waiting between two looks.
    """

    def __init__(
        self, reader: JournalReader, query: JournalQuery, clock: Clock, *, has_id: bool
    ) -> None:
        self._reader = reader
        self._query = query
        self._clock = clock
        self._has_id = has_id
        self._seen: Counter[Any] = Counter()
        self._newest_id = 0
        self._since: datetime | None = None

    def first(self) -> list[Values]:
        """Return the newest rows, oldest of them first, and remember what is there."""
        rows = list(self._reader.rows(self._query))[::-1]
        self._remember_all()
        return rows

    def new(self) -> list[Values]:
        """Return the rows that were not there at the last look, oldest first."""
        seen_now: Counter[Any] = Counter()
        fresh = []
        for row in self._recent():
            key = self._key(row)
            seen_now[key] += 1
            if seen_now[key] > self._seen[key]:
                fresh.append(row)
        self._seen = seen_now
        self._newest_id = max([self._newest_id, *(row["ID"] for row in fresh if self._has_id)])
        return fresh

    def follow(self, interval_secs: float) -> Iterator[list[Values]]:
        """Yield the new rows after each wait until somebody stops the clock."""
        while not self._clock.wait(interval_secs):
            yield self.new()

    def _remember_all(self) -> None:
        if self._has_id:
            newest = list(self._reader.rows(JournalQuery(limit=1, after={"ID": 0})))
            self._newest_id = newest[0]["ID"] if newest else 0
        else:
            self._since = self._clock.now().replace(tzinfo=None) - _WINDOW
        self._seen = Counter(self._key(row) for row in self._recent())

    def _recent(self) -> Iterator[Values]:
        if self._has_id:
            after = {"ID": max(self._newest_id - _LATE_IDS, 0)}
            query = replace(self._query, limit=None, oldest_first=True, after=after)
        else:
            since = max(filter(None, (self._since, self._query.since)))
            query = replace(self._query, limit=None, oldest_first=True, since=since)
        yield from self._reader.rows(query)

    def _key(self, row: Values) -> Any:
        return row["ID"] if self._has_id else tuple(row.values())
