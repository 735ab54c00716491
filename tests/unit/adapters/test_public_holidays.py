"""Public holidays by region."""

from __future__ import annotations

from datetime import date

import pytest

from cmtel.adapters.public_holidays import HolidayCalendar, public_holidays
from cmtel.errors import UsageError


def test_a_country_and_its_regions_differ() -> None:
    germany, bavaria = (public_holidays(name, [2026]) for name in ("DE", "de-by"))

    assert date(2026, 12, 25) in germany < bavaria
    assert date(2026, 1, 6) in bavaria - germany


@pytest.mark.parametrize("name", ["XX", "DE-XX", "", "Germany!"])
def test_an_unknown_region_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="There are no holidays of"):
        public_holidays(name, [2026])


def test_a_calendar_has_the_holidays_of_any_year() -> None:
    calendar = HolidayCalendar("BR-SP")

    assert date(2026, 9, 7) in calendar
    assert date(2031, 12, 25) in calendar
    assert date(2026, 9, 8) not in calendar
    assert "2026-09-07" not in calendar


def test_a_calendar_of_nowhere_is_refused() -> None:
    with pytest.raises(UsageError):
        HolidayCalendar("XX")
