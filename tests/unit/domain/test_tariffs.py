"""Prices: which tariff counts, and what it makes of a call."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.tariffs import Hours, Tariff, TariffTable

D = Decimal
NOON = datetime(2026, 3, 4, 12)  # noqa: DTZ001 - local, as switches send it; a Wednesday


def a_tariff(prefix: str = "", per_unit: str = "0.10", **changes: Any) -> Tariff:
    return Tariff(prefix, D(per_unit), **changes)


@pytest.mark.parametrize(
    ("secs", "total"),
    [(0, "0.10"), (1, "0.10"), (60, "0.10"), (61, "0.20"), (120, "0.20"), (3600, "6.00")],
)
def test_each_begun_unit_counts(secs: int, total: str) -> None:
    assert a_tariff().total(secs) == Fraction(total)


@pytest.mark.parametrize(
    ("secs", "total"),
    [(1, "0.30"), (30, "0.30"), (31, "0.36"), (36, "0.36"), (37, "0.42"), (60, "0.60")],
)
def test_after_some_seconds_the_second_value_counts(secs: int, total: str) -> None:
    tariff = a_tariff(per_unit="0.30", unit_secs=30, after_secs=30, second_unit_secs=6)

    assert tariff.total(secs) == Fraction(total)


def test_the_second_value_may_have_a_price_of_its_own() -> None:
    tariff = a_tariff(per_unit="0.30", unit_secs=60, after_secs=180, second_per_unit=D("0.1"))

    assert tariff.total(180) == Fraction("0.9")
    assert tariff.total(181) == Fraction("1.0")


@pytest.mark.parametrize(("secs", "total"), [(3, "1.8"), (60, "1.8"), (61, "3.1"), (600, "13.5")])
def test_the_hotel_formula(secs: int, total: str) -> None:
    """Total = cost x multiplier + fixed fee, with a minimum time."""
    tariff = a_tariff(
        per_unit="1", unit_secs=60, minimum_secs=45, multiplier=D("1.3"), fixed_fee=D("0.5")
    )

    assert tariff.total(secs) == Fraction(total)


def test_the_surcharge_counts_towards_the_minimum_and_is_multiplied() -> None:
    tariff = a_tariff(surcharge=D("0.05"), minimum=D("0.20"), multiplier=D(2))

    assert tariff.total(60) == Fraction("0.40")
    assert tariff.total(121) == Fraction("0.70")


def test_a_price_of_nothing_is_nothing() -> None:
    table = TariffTable([a_tariff("+55800", "0")], "BRL")

    assert table.price(table.fitting("+558001234567")[0], 600) == (D("0.00"), 0)


@pytest.mark.parametrize(
    ("currency", "amount", "units"), [("EUR", "0.33", 33), ("CLP", "0", 0), ("KWD", "0.333", 333)]
)
def test_the_total_is_rounded_once_to_the_minor_unit(
    currency: str, amount: str, units: int
) -> None:
    tariff = a_tariff(per_unit="1", unit_secs=180, after_secs=1, second_unit_secs=60)
    table = TariffTable([Tariff("", D("0.111"), multiplier=D(3))], currency)

    assert tariff.cost(2) == Fraction(4, 3)
    assert table.price(table.fitting("1")[0], 1) == (D(amount), units)


def test_what_no_journal_can_hold_has_no_price() -> None:
    table = TariffTable([a_tariff(per_unit="999999999")], "EUR")

    assert table.price(table.fitting("1")[0], 10**9) is None


PREFIXES = ["", "+", "+55", "+5511", "+551198765", "190"]


@pytest.mark.parametrize(
    ("number", "prefix"),
    [
        ("+5511987654321", "+551198765"),
        ("+551132345678", "+5511"),
        ("+5521987654321", "+55"),
        ("+493023125010", "+"),
        ("190", "190"),
        ("192", ""),
        ("", ""),
    ],
)
def test_the_longest_prefix_counts(number: str, prefix: str) -> None:
    table = TariffTable([a_tariff(each) for each in PREFIXES], "BRL")

    assert table.fitting(number)[0].prefix == prefix


@given(
    st.lists(st.text("12", max_size=4), unique=True, max_size=8),
    st.text("12", max_size=6),
)
def test_the_longest_prefix_counts_in_any_table(prefixes: list[str], number: str) -> None:
    table = TariffTable([a_tariff(each) for each in prefixes], "EUR")
    longest = max((each for each in prefixes if number.startswith(each)), key=len, default=None)
    found = table.in_force(table.fitting(number), NOON)

    assert (found.prefix if found else None) == longest


@given(st.integers(0, 100_000), st.integers(0, 100_000), st.integers(1, 90), st.integers(1, 90))
def test_a_longer_call_is_never_cheaper(secs: int, more: int, unit: int, second: int) -> None:
    tariff = a_tariff(unit_secs=unit, after_secs=45, second_unit_secs=second, minimum_secs=20)

    assert tariff.total(secs) <= tariff.total(secs + more)


NIGHT = Hours(time(20), time(6))


@pytest.mark.parametrize(
    ("hours", "moment", "is_in"),
    [
        (NIGHT, "2026-03-04T19:59:59", False),
        (NIGHT, "2026-03-04T20:00:00", True),
        (NIGHT, "2026-03-05T05:59:59", True),
        (NIGHT, "2026-03-05T06:00:00", False),
        (Hours(time(8), time(18)), "2026-03-04T18:00:00", False),
        (Hours(days=frozenset({6})), "2026-03-08T00:00:00", True),
        (Hours(days=frozenset({6})), "2026-03-09T00:00:00", False),
        # Friday's night goes on into Saturday; Sunday's is not on these days.
        (Hours(time(20), time(6), frozenset({4})), "2026-03-07T03:00:00", True),
        (Hours(time(20), time(6), frozenset({4})), "2026-03-06T03:00:00", False),
        # A holiday (a Tuesday) is a Sunday.
        (Hours(days=frozenset({6})), "2026-04-21T10:00:00", True),
        (Hours(days=frozenset({1})), "2026-04-21T10:00:00", False),
        (NIGHT, "0001-01-01T03:00:00", False),
    ],
)
def test_hours_have_a_moment_or_not(hours: Hours, moment: str, is_in: bool) -> None:
    assert hours.has(datetime.fromisoformat(moment), {date(2026, 4, 21)}) is is_in


def test_reduced_hours_come_before_the_rest_of_the_week() -> None:
    day, night = a_tariff("+55", "0.20"), a_tariff("+55", "0.10", hours=NIGHT)
    table = TariffTable([day, night, a_tariff("+5511", "0.05", hours=NIGHT)], "BRL")
    fitting = table.fitting("+5511987654321")

    assert table.in_force(fitting, NOON) is day
    found = table.in_force(fitting, NOON.replace(hour=21))
    assert found is not None
    assert found.prefix == "+5511"


def test_without_a_tariff_for_the_hour_there_is_none() -> None:
    table = TariffTable([a_tariff(hours=NIGHT)], "BRL")

    assert table.in_force(table.fitting("1"), NOON) is None
