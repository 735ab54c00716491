"""Minor units by ISO 4217."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.currencies import exponent, from_minor_units, minor_units

CURRENCIES = st.sampled_from(["EUR", "BRL", "CLP", "JPY", "KWD", "UYW", "R$", None])


@pytest.mark.parametrize(
    ("amount", "currency", "units"),
    [
        ("1.45", "EUR", 145),
        ("1.455", "BRL", 146),
        ("1.4549", "BRL", 145),
        ("-1.455", "BRL", -146),
        ("1500", "CLP", 1500),
        ("0.5", "JPY", 1),
        ("0.4999", "JPY", 0),
        ("1.2345", "KWD", 1235),
        ("2", "clp", 2),
        ("2", "R$", 200),
        ("2", None, 200),
    ],
)
def test_half_is_rounded_up_to_the_minor_unit(
    amount: str, currency: str | None, units: int
) -> None:
    assert minor_units(Decimal(amount), currency) == units


@given(st.integers(-(10**12), 10**12), CURRENCIES)
def test_minor_units_come_back(units: int, currency: str | None) -> None:
    amount = from_minor_units(units, currency)

    assert minor_units(amount, currency) == units
    assert -int(amount.as_tuple().exponent) == exponent(currency)


@given(st.fractions(-1000, 1000), CURRENCIES)
def test_rounding_moves_by_half_a_unit_at_most(amount: Fraction, currency: str | None) -> None:
    moved = abs(minor_units(amount, currency) - amount * 10 ** exponent(currency))

    assert moved <= Fraction(1, 2)
