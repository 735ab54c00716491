"""From new records to arrivals: when something became visible to us, by our own clock.

Silence is measured on arrivals. Only for a time in which nobody looked (before the first look,
while paused, down or blind) the records' own times stand in, clamped to that time.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from cmtel.services.notifier.ports import NewRecord

#: A record dated later than this after now is warned of: somebody's clock is wrong.
FUTURE = timedelta(minutes=5)


def live_arrivals(
    records: Sequence[NewRecord], now: datetime, batch_secs: float
) -> tuple[datetime, ...]:
    """Return an arrival at ``now`` for every batch among the records.

    A batch is a run of records whose own times lie within ``batch_secs``; without times all of
    them are one batch.
    """
    times = sorted(r.event_utc for r in records if r.event_utc is not None)
    batches = max(1, len(_batched(times, batch_secs))) if records else 0
    return (now,) * batches


def past_arrivals(
    records: Sequence[NewRecord], since: datetime | None, now: datetime, batch_secs: float
) -> tuple[datetime, ...]:
    """Return the arrivals of a time in which nobody looked, oldest first.

    Args:
        records: In any order.
        since: The last look; None: there was none.
        now: The end of that time.
        batch_secs: Records within this time are one arrival.
    """
    times = sorted(min(r.event_utc or now, now) for r in records)
    if since is not None:
        times = [max(since, time) for time in times]
    return _batched(times, batch_secs)


def _batched(times: Sequence[datetime], batch_secs: float) -> tuple[datetime, ...]:
    """Return the last time of each batch."""
    batches: list[datetime] = []
    started: datetime | None = None
    for time in times:
        if started is not None and (time - started).total_seconds() <= batch_secs:
            batches[-1] = time
        else:
            started = time
            batches.append(time)
    return tuple(batches)


def clock_warning(
    records: Sequence[NewRecord], now: datetime, max_lag: timedelta
) -> tuple[str, timedelta] | None:
    """Return "future" or "lag" with the worst difference, if a record's own time is far off."""
    times = [r.event_utc for r in records if r.event_utc is not None]
    if not times:
        return None
    if max(times) - now > FUTURE:
        return "future", max(times) - now
    if now - min(times) > max_lag:
        return "lag", now - min(times)
    return None
