"""What is new among the records from a cursor on, and whether it is still the same table.

The last few records are read again at each look (where the time is the key: those of the last
hour), and told from new ones by their marks, counted: three equal records are three. So records
are found, too, that become visible after a later one.

If the record that was the last is not there any more, the table is another one: a backup was
restored, it was emptied and filled again, its keys were given anew. Reading is anchored at its
end, and from then on only records count whose own time is later than any seen before (the
floor). Without times of their own, none of those that are there count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from cmtel.services.notifier.feeds.cursor import Cursor, epoch_ms
from cmtel.services.notifier.feeds.rows import Row

#: So many of the last records are read again where keys rise.
AGAIN = 8
#: Where the time is the key: how far back. Calls are written at their end and dated by their
#: start, so a call that lasted longer than this, or was written later, may not be seen.
OVERLAP = timedelta(hours=1)
#: At most so many records; with more of them an hour, the overlap is shorter.
MOST_AGAIN = 2_000
#: A time further ahead than any wrong time zone explains is an error, and no latest time.
_MOST_AHEAD = timedelta(hours=15)


def is_same_table(rows: Sequence[Row], cursor: Cursor) -> bool:
    """Tell whether the record that was the last is still there; an empty table stays itself."""
    if not cursor.seen:
        return cursor.newest_ms is None or not rows
    return cursor.seen[-1] in {row.mark for row in rows}


def fresh(rows: Sequence[Row], cursor: Cursor) -> list[Row]:
    """Return the records that are not among those seen and not below the floor."""
    known = Counter(cursor.seen)
    found = []
    for row in rows:
        if known[row.mark] > 0:
            known[row.mark] -= 1
        elif _is_above_floor(row, cursor.floor_ms):
            found.append(row)
    return found


def later(rows: Sequence[Row], newest_ms: int | None) -> list[Row]:
    """Return, of another table's records, those whose own time is later than any seen before."""
    if newest_ms is None:
        return []
    return [row for row in rows if row.event_utc and epoch_ms(row.event_utc) > newest_ms]


def moved(cursor: Cursor, rows: Sequence[Row], now: datetime, *, has_rising_key: bool) -> Cursor:
    """Return the cursor at the end of ``rows``, which begin at its start or are the last ones.

    ``now`` tells times that cannot be true.
    """
    most = now + _MOST_AHEAD
    times = [row.event_utc for row in rows if row.event_utc is not None and row.event_utc <= most]
    newest = [epoch_ms(max(times))] if times else []
    newest += [] if cursor.newest_ms is None else [cursor.newest_ms]
    again = rows[_again_from(rows, has_rising_key=has_rising_key) :]
    return Cursor(
        again[0].key if again else None,
        tuple(row.mark for row in again),
        max(newest, default=None),
        cursor.floor_ms,
        cursor.unpriced,
        cursor.is_priced,
    )


def _again_from(rows: Sequence[Row], *, has_rising_key: bool) -> int:
    """Return the place of the first record that is read again next time."""
    if has_rising_key:
        return max(0, len(rows) - AGAIN)
    place = max(0, len(rows) - MOST_AGAIN)
    times = [row.event_utc for row in rows[place:] if row.event_utc is not None]
    if times:
        edge = max(times) - OVERLAP
        # The last record before the overlap is its left end: later ones may still come after it.
        before = [i for i in range(place, len(rows)) if (rows[i].event_utc or edge) < edge]
        place = before[-1] if before else place
    while place > 0 and rows[place - 1].key == rows[place].key:
        place -= 1
    return place


def _is_above_floor(row: Row, floor_ms: int | None) -> bool:
    if floor_ms is None or row.event_utc is None:
        return True
    return epoch_ms(row.event_utc) > floor_ms
