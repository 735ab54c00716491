"""Days from two numbers, or from three."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cmtel.errors import LineRejected
from cmtel.formats.days import YearlessDays, day_text, dotted_day, slashed_day
from cmtel.formats.seam import DecodeOptions


def days(day_first: bool = False, *, is_order_guessed: bool = True) -> YearlessDays:
    values = {"day-first": str(day_first).lower()}
    options = DecodeOptions(year_hint=date(2024, 1, 1), values=values)
    return YearlessDays(options, is_order_guessed=is_order_guessed)


@pytest.mark.parametrize(
    ("text", "month_first", "day_first"),
    [
        ("02/03", "2024-02-03", "2024-03-02"),
        ("12/25", "2023-12-25", "2023-12-25"),
        ("25/12", "2023-12-25", "2023-12-25"),
    ],
)
def test_the_year_nearest_to_the_hint(text: str, month_first: str, day_first: str) -> None:
    assert (days().day(text), days(day_first=True).day(text)) == (month_first, day_first)


@pytest.mark.parametrize("text", ["13/13", "00/01", "02/30", "1/2", "0102", ""])
def test_what_is_no_day_is_rejected(text: str) -> None:
    with pytest.raises(LineRejected):
        days().day(text)


def test_a_fixed_order_is_not_guessed() -> None:
    assert days(is_order_guessed=False).day("12/25") == "2023-12-25"
    with pytest.raises(LineRejected):
        days(is_order_guessed=False).day("25/12")


def test_the_day_of_reception_is_the_hint_if_none_is_given() -> None:
    found = YearlessDays(DecodeOptions())
    found.receive(datetime(2020, 1, 2, tzinfo=UTC))
    first = found.day("12/31")
    found.receive(datetime(2021, 1, 2, tzinfo=UTC))

    assert (first, found.day("12/31")) == ("2019-12-31", "2020-12-31")


def test_years_of_two_digits() -> None:
    assert dotted_day("31.12.69") == "2069-12-31"
    assert slashed_day("05/11/90", is_day_first=False) == "1990-05-11"
    assert slashed_day("05/11/90", is_day_first=True) == "1990-11-05"


@pytest.mark.parametrize("text", ["1.12.24", "32.12.24", "31.13.24", "31/12/24", ""])
def test_a_dotted_day_that_is_none_is_rejected(text: str) -> None:
    with pytest.raises(LineRejected):
        dotted_day(text)


@pytest.mark.parametrize("text", ["1/12/24", "13/13/24", "31.12.24", ""])
def test_a_slashed_day_that_is_none_is_rejected(text: str) -> None:
    with pytest.raises(LineRejected):
        slashed_day(text, is_day_first=False)


def test_a_day_that_is_not_in_the_calendar_is_rejected() -> None:
    with pytest.raises(LineRejected):
        day_text(2023, 2, 29)
