"""Money as sent, and in minor units."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cmtel.errors import UsageError
from cmtel.formats.charges import charge, pulses, unit_price


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("0001.45", None, ("1.45", 145)),
        ("00.00", "EUR", ("0.00", 0)),
        ("0,25", "EUR", ("0.25", 25)),
        ("   0012.5", None, ("12.5", 1250)),
        ("1500", "JPY", ("1500", 1500)),
        ("1.005", "EUR", ("1.005", 101)),
        ("1.004", "EUR", ("1.004", 100)),
        ("0.5", "CLP", ("0.5", 1)),
        ("1.2345", "KWD", ("1.2345", 1235)),
        ("$12.34", "$", ("12.34", 1234)),
        ("R$ 1,20", None, ("1.20", 120)),
        ("2.50 EUR", None, ("2.50", 250)),
        ("€3", "EUR", ("3", 300)),
        (".5", None, ("0.5", 50)),
        ("-1.50", None, ("-1.50", -150)),
    ],
)
def test_a_charge_is_decimal_text_and_minor_units(
    text: str, currency: str | None, expected: tuple[str, int]
) -> None:
    assert charge(text, currency) == expected


@pytest.mark.parametrize("text", ["", "  ", "n/a", "1.2.3", "1.234,56", "EUR", ".", "9" * 5000])
def test_what_is_no_amount_is_unknown(text: str) -> None:
    assert charge(text) is None


def test_pulses_are_worth_nothing_without_a_price() -> None:
    assert pulses("00012", None) is None
    assert pulses("", Decimal("0.06")) is None


def test_pulses_times_price() -> None:
    assert pulses(" 00012", Decimal("0.06")) == ("0.72", 72)


def test_a_value_with_a_decimal_mark_is_an_amount() -> None:
    assert pulses("1,20", Decimal("0.06")) == ("1.20", 120)
    assert pulses("1,20", None) == ("1.20", 120)


def test_the_unit_price_is_a_decimal() -> None:
    assert unit_price({"unit-price": "0,06"}) == Decimal("0.06")
    assert unit_price({}) is None
    with pytest.raises(UsageError, match="cheap"):
        unit_price({"unit-price": "cheap"})
