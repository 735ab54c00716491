"""Days as text (``YYYY-MM-DD``), each looked up once: records of a day have the same date."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import lru_cache

from cmtel.errors import LineRejected
from cmtel.formats.dates import DAY_FIRST, DateHint, day_and_month, full_year, nearest_year
from cmtel.formats.options import flag
from cmtel.formats.seam import DecodeOptions

_NN_NN = re.compile("([0-9]{2})/([0-9]{2})")
#: More days than any journal has.
_REMEMBERED = 32_768


def day_text(year: int, month: int, day: int) -> str:
    """Return a day as text.

    Raises:
        LineRejected: There is no such day.
    """
    try:
        return date(year, month, day).isoformat()
    except ValueError as exc:
        raise LineRejected from exc


@lru_cache(_REMEMBERED)
def dotted_day(text: str) -> str:
    """Return the day of ``DD.MM.YY``.

    Raises:
        LineRejected: It does not look like that, or there is no such day.
    """
    found = re.fullmatch(r"([0-9]{2})\.([0-9]{2})\.([0-9]{2})", text)
    if not found:
        raise LineRejected
    return day_text(full_year(int(found[3])), int(found[2]), int(found[1]))


@lru_cache(_REMEMBERED)
def slashed_day(text: str, *, is_day_first: bool) -> str:
    """Return the day of ``NN/NN/NN``; the year is last, a number above 12 is the day.

    Raises:
        LineRejected: It does not look like that, or there is no such day.
    """
    found = re.fullmatch(f"{_NN_NN.pattern}/([0-9]{{2}})", text)
    if not found:
        raise LineRejected
    day, month = day_and_month(int(found[1]), int(found[2]), is_day_first=is_day_first)
    return day_text(full_year(int(found[3])), month, day)


class YearlessDays:
    """Days for ``NN/NN``: of the year that puts them nearest to the hint."""

    def __init__(self, options: DecodeOptions, *, is_order_guessed: bool = True) -> None:
        """Read the option ``day-first``.

        Args:
            options: Of the decoder; ``day-first`` counts if the format has it.
            is_order_guessed: A number above 12 is the day, whatever the option says.

        Raises:
            UsageError: ``day-first`` is neither true nor false.
        """
        self._hint = DateHint(options)
        self._is_day_first = flag(options.values, DAY_FIRST.name)
        self._is_order_guessed = is_order_guessed
        self._find = lru_cache(_REMEMBERED)(self._find_nearest)

    def receive(self, received_utc: datetime) -> None:
        """The records that follow were received then."""
        self._hint.receive(received_utc)

    @property
    def hint(self) -> DateHint:
        """The day near which records lie."""
        return self._hint

    def day(self, text: str) -> str:
        """Return the day of ``NN/NN``.

        Raises:
            LineRejected: It does not look like that, or there is no such day.
        """
        return self._find(text, self._hint.day)

    def day_and_month(self, first: int, second: int) -> tuple[int, int]:
        """Return (day, month) of two numbers in the order of this switch."""
        if self._is_order_guessed:
            return day_and_month(first, second, is_day_first=self._is_day_first)
        return (first, second) if self._is_day_first else (second, first)

    def _find_nearest(self, text: str, hint: date) -> str:
        found = _NN_NN.fullmatch(text)
        if not found:
            raise LineRejected
        day, month = self.day_and_month(int(found[1]), int(found[2]))
        return nearest_year(month, day, hint).isoformat()
