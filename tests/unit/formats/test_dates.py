"""Dates that the source leaves open."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from cmtel.errors import LineRejected
from cmtel.formats.dates import (
    DateHint,
    UndatedTimes,
    day_and_month,
    full_year,
    nearest_year,
)
from cmtel.formats.seam import DecodeOptions


def test_two_digit_years_turn_at_seventy() -> None:
    assert [full_year(n) for n in (0, 69, 70, 99)] == [2000, 2069, 1970, 1999]


@pytest.mark.parametrize(
    ("first", "second", "is_day_first", "expected"),
    [
        (13, 2, False, (13, 2)), (2, 13, True, (13, 2)), (2, 3, False, (3, 2)),
        (2, 3, True, (2, 3)), (13, 14, False, (13, 14)),
    ],
)  # fmt: skip
def test_a_number_above_twelve_is_the_day(
    first: int, second: int, is_day_first: bool, expected: tuple[int, int]
) -> None:
    assert day_and_month(first, second, is_day_first=is_day_first) == expected


def test_the_year_is_the_one_nearest_to_the_hint() -> None:
    assert nearest_year(12, 31, date(2024, 1, 2)) == date(2023, 12, 31)
    assert nearest_year(1, 2, date(2023, 12, 31)) == date(2024, 1, 2)


def test_at_a_tie_the_earlier_year_counts() -> None:
    # 183 days either way: 2023-07-02 and 2024-07-01 around 2024-01-01 (2024 has 366 days).
    assert nearest_year(7, 2, date(2025, 12, 31)).year == 2025
    assert nearest_year(1, 1, date(2024, 7, 2)) == date(2024, 1, 1)


def test_29_february_needs_a_leap_year_nearby() -> None:
    assert nearest_year(2, 29, date(2025, 12, 1)) == date(2024, 2, 29)
    with pytest.raises(LineRejected):
        nearest_year(2, 29, date(2026, 6, 1))


def test_the_ends_of_the_calendar_are_no_trouble() -> None:
    assert nearest_year(1, 1, date(9999, 12, 31)) == date(9999, 1, 1)
    assert nearest_year(12, 31, date(1, 1, 1)) == date(1, 12, 31)


def test_without_hint_the_day_is_the_day_of_reception_in_the_zone() -> None:
    hint = DateHint(DecodeOptions(timezone=ZoneInfo("Asia/Tokyo")))
    hint.receive(datetime(2024, 5, 1, 20, tzinfo=UTC))

    assert hint.day == date(2024, 5, 2)


def test_a_given_hint_stays() -> None:
    hint = DateHint(DecodeOptions(year_hint=date(2020, 1, 1)))
    hint.receive(datetime(2024, 5, 1, 20, tzinfo=UTC))

    assert hint.day == date(2020, 1, 1)


def test_a_time_without_date_goes_to_the_day_nearest_to_the_call_before() -> None:
    times = UndatedTimes(DateHint(DecodeOptions(year_hint=date(2024, 2, 29))))
    placed = []
    for clock in (time(23, 50), time(0, 10), time(23, 59), time(12, 0)):
        placed.append(times.place(clock))
        times.keep(placed[-1])

    assert [f"{local:%m-%d %H:%M}" for local in placed] == [
        "02-29 23:50", "03-01 00:10", "02-29 23:59", "02-29 12:00",
    ]  # fmt: skip


def test_a_time_that_is_not_kept_does_not_count() -> None:
    times = UndatedTimes(DateHint(DecodeOptions(year_hint=date(2024, 2, 29))))
    times.place(time(23, 50))

    assert times.place(time(0, 10)).day == 29


def test_a_day_after_the_calendar_is_rejected() -> None:
    times = UndatedTimes(DateHint(DecodeOptions(year_hint=date.max)))
    times.keep(times.place(time(23, 50)))

    with pytest.raises(LineRejected):
        times.place(time(0, 10))
