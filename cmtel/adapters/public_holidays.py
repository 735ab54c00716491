"""Public holidays by country and region, from the package holidays."""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import date

from cmtel.errors import UsageError


def public_holidays(region: str, years: Iterable[int]) -> frozenset[date]:
    """Return the public holidays of a region in some years.

    Args:
        region: ISO 3166: ``CC`` or ``CC-SUB``, like ``DE-BY`` or ``BR``; case does not count.
        years: The calendar years.

    Raises:
        UsageError: The country or the subdivision is not known.
    """
    from holidays import country_holidays

    country, _, subdivision = region.strip().upper().partition("-")
    try:
        return frozenset(country_holidays(country, subdiv=subdivision or None, years=[*years]))
    except NotImplementedError as exc:
        raise UsageError(
            f"There are no holidays of '{region}'.",
            hint="Give a country or a region of it, like DE, DE-BY or US-NY (ISO 3166).",
        ) from exc


class HolidayCalendar(Container[date]):
    """The public holidays of a region, in any year; a year is worked out when it is asked for."""

    def __init__(self, region: str) -> None:
        """Take a region as :func:`public_holidays` does, and raise what it raises."""
        self._region = region
        self._by_year: dict[int, frozenset[date]] = {}
        public_holidays(region, [2026])

    def __contains__(self, day: object) -> bool:
        if not isinstance(day, date):
            return False
        if day.year not in self._by_year:
            self._by_year[day.year] = public_holidays(self._region, [day.year])
        return day in self._by_year[day.year]
