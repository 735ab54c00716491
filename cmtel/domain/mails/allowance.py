"""How many repeats a recipient gets: a cap by day, past it hourly, never silence."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

DAY = timedelta(days=1)
_HOURLY = timedelta(hours=1)
#: After so many refusals in a row a recipient is tried once a day only.
_REFUSALS = 3


class MailRecord(NamedTuple):
    """What a recipient got lately."""

    #: Mails queued within the last 24 hours that were not superseded.
    last_day: int = 0
    last_at: datetime | None = None
    #: His refusals since the last mail that was accepted.
    refusals: int = 0
    last_refused_at: datetime | None = None


class Allowance(NamedTuple):
    """Whether a repeat may go out; ``is_capped``: it is to say that they come hourly now."""

    is_allowed: bool
    is_capped: bool = False


def repeat_allowance(record: MailRecord, max_per_day: int, now: datetime) -> Allowance:
    """Return whether a recipient gets this repeat."""
    if record.refusals >= _REFUSALS and not _is_past(record.last_refused_at, DAY, now):
        return Allowance(is_allowed=False)
    if record.last_day < max_per_day:
        return Allowance(is_allowed=True, is_capped=record.last_day + 1 == max_per_day)
    return Allowance(_is_past(record.last_at, _HOURLY, now), is_capped=True)


def _is_past(moment: datetime | None, wait: timedelta, now: datetime) -> bool:
    return moment is None or now - moment >= wait
