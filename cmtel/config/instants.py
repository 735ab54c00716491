"""Instants as people type them at a command: ``18:00``, ``2026-11-22 14:30``, ``2h`` ago.

Without an offset they are local to the site's time zone; inside, aware and UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo

from cmtel.config.durations import parse_duration

#: For error messages.
FUTURE_EXAMPLES = "Give it like 18:00, '2026-11-22 18:00' or 2026-11-22T18:00+01:00."
PAST_EXAMPLES = "Give it like 2h (ago), 14:30, 2026-11-22 or '2026-11-22 14:30'."

_DAY = timedelta(days=1)


def future_instant(text: str, zone: tzinfo | None, now: datetime) -> datetime | None:
    """Return the instant that ``text`` names, a bare time being the next such; None if it is none.

    Args:
        text: A time of day, a date (its midnight) or ISO 8601.
        zone: The site's; None: the machine's.
        now: Aware.
    """
    return _understood(text, zone, now, next_day=1)


def past_instant(text: str, zone: tzinfo | None, now: datetime) -> datetime | None:
    """Return the instant that ``text`` names, a bare time being the last such; None if it is none.

    A duration is so long ago; else as :func:`future_instant`.
    """
    secs = parse_duration(text)
    if secs is None:
        return _understood(text, zone, now, next_day=-1)
    try:
        return now - timedelta(seconds=secs)
    except OverflowError:
        return None


def _understood(text: str, zone: tzinfo | None, now: datetime, next_day: int) -> datetime | None:
    try:
        if re.fullmatch(r"\d\d?:\d\d", text):
            return _time_of_day(time.fromisoformat(text.zfill(5)), zone, now, next_day)
        return _instant(datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        return None


def _time_of_day(at: time, zone: tzinfo | None, now: datetime, next_day: int) -> datetime:
    today = now.astimezone(zone).date()
    found = _instant(datetime.combine(today, at), zone)
    is_wrong_side = found <= now if next_day > 0 else found > now
    return _instant(datetime.combine(today + next_day * _DAY, at), zone) if is_wrong_side else found


def _instant(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)
