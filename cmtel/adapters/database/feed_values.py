"""What the values of a watched table mean: keys, the records' own times, prices."""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from cmtel.services.notifier.feeds.rows import Key

#: Numbers in between are epoch seconds, those a thousand times as large milliseconds: 1990 to 2100.
_LEAST_EPOCH_SECS, _MOST_EPOCH_SECS = 631_152_000, 4_102_444_800
#: Programs write these for "never" (0001-01-01, 9999-12-31); other zones may have no such time.
_EDGE_YEARS = (MINYEAR, MAXYEAR)


def key_of(value: Any) -> Key:
    """Return the value of a key column as a key.

    Raises:
        ValueError: Nothing can be sought by such a value.
    """
    if isinstance(value, bool) or value is None:
        raise ValueError(f"{value!r} is no key.")
    if isinstance(value, float):
        return int(value) if value.is_integer() else Decimal(str(value))
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001  # as the table has it
    if isinstance(value, int | str | datetime | bytes):
        return value
    return str(value)


def event_of(value: Any, zone: ZoneInfo, *, is_utc: bool) -> datetime | None:
    """Return a record's own time, UTC; None if the value is no moment.

    A time without offset is local to ``zone``, or UTC. Of the hour that comes twice in autumn
    the first counts. Texts are ISO 8601, with a blank for the T; numbers are epoch seconds or
    milliseconds. A day without a time of day is no moment, nor is a time of the years 1 and 9999.
    """
    moment: datetime | None = value if isinstance(value, datetime) else None
    if isinstance(value, str):
        moment = _parsed(value)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        moment = _epoch(float(value))
    if moment is None or moment.year in _EDGE_YEARS:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC if is_utc else zone)
    return moment.astimezone(UTC)


def has_price(value: Any) -> bool:
    """Tell whether a value is a price.

    Nothing, an empty text and 0 are none: many tables write 0 until the price is known, and a
    free call does not prove that charging works.
    """
    if isinstance(value, str):
        return any(digit in value for digit in "123456789")
    return value is not None and bool(value)


def _parsed(text: str) -> datetime | None:
    stripped = text.strip()
    if len(stripped) < len("2026-11-22 10:00"):
        return None
    try:
        return datetime.fromisoformat(stripped)
    except ValueError:
        return None


def _epoch(number: float) -> datetime | None:
    for unit in (1.0, 1000.0):
        if _LEAST_EPOCH_SECS <= number / unit <= _MOST_EPOCH_SECS:
            return datetime.fromtimestamp(number / unit, UTC)
    return None
