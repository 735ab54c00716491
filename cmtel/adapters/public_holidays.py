"""Public holidays by country and region, from the package holidays."""

from __future__ import annotations

from collections.abc import Iterable
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
