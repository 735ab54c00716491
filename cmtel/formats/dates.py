"""Dates that the source leaves open: two-digit years, no year, no date, day or month first."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from cmtel.errors import LineRejected
from cmtel.formats.seam import DecodeOptions, FormatOption

DAY_FIRST = FormatOption(
    "day-first", "true or false: which of NN/NN is the day where both could be", default="false"
)


def full_year(two_digits: int) -> int:
    """Return the year of two digits: 00-69 are 20xx, 70-99 are 19xx."""
    return two_digits + (2000 if two_digits < 70 else 1900)


def day_and_month(first: int, second: int, *, is_day_first: bool) -> tuple[int, int]:
    """Return (day, month) of ``NN/NN``; a number above 12 is the day, whatever the option says."""
    if first > 12 or (is_day_first and second <= 12):
        return first, second
    return second, first


class DateHint:
    """The day near which records lie: the year hint, else the day on which they were received."""

    def __init__(self, options: DecodeOptions) -> None:
        self._zone = options.timezone
        self._is_fixed = options.year_hint is not None
        self.day = options.year_hint or date(1970, 1, 1)

    def receive(self, received_utc: datetime) -> None:
        """The records that follow were received then; a decoder calls it with every batch."""
        if not self._is_fixed:
            self.day = received_utc.astimezone(self._zone or UTC).date()


def nearest_year(month: int, day: int, hint: date) -> date:
    """Return the date, of the years around the hint's, that is nearest to it; at a tie the earlier.

    Raises:
        LineRejected: No such day in any of these years.
    """
    dates = [
        found
        for year in (hint.year - 1, hint.year, hint.year + 1)
        if (found := _date_or_none(year, month, day))
    ]
    if not dates:
        raise LineRejected
    return min(dates, key=lambda found: abs(found - hint))


class UndatedTimes:
    """Dates for times without date: each goes to the day that puts it nearest to the one before."""

    def __init__(self, hint: DateHint) -> None:
        self._hint = hint
        self._before: datetime | None = None

    def place(self, clock: time) -> datetime:
        """Return the local time that ``clock`` stands for.

        Raises:
            LineRejected: It would lie outside the calendar.
        """
        if self._before is None:
            return datetime.combine(self._hint.day, clock)
        return nearest_day(clock, self._before)

    def keep(self, local: datetime) -> None:
        """Remember the time of a call; skipped and rejected records do not count."""
        self._before = local.replace(tzinfo=None)


def nearest_day(clock: time, near: datetime) -> datetime:
    """Return the local time at ``clock`` (same day, day before, day after) nearest to ``near``.

    Raises:
        LineRejected: It would lie outside the calendar.
    """
    target = near.replace(tzinfo=None)
    same = datetime.combine(target, clock)
    try:
        days = (same, same - timedelta(days=1), same + timedelta(days=1))
    except OverflowError as exc:
        raise LineRejected from exc
    return min(days, key=lambda local: abs(local - target))


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
