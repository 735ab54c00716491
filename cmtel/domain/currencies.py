"""Currencies and their minor units.

Rounding, everywhere: half up, away from zero, once, to the minor unit.
"""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction

_PLAIN = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,10})?")
_NO_DECIMALS = (
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND",
    "VUV", "XAF", "XOF", "XPF",
)  # fmt: skip
#: Decimals of the currencies that have not two. Source: ISO 4217, list one.
_EXPONENTS = {
    **dict.fromkeys(_NO_DECIMALS, 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}


def amount_of(text: str) -> Decimal | None:
    """Return the amount that a charge's text says; None if it is no plain decimal number.

    Decoders of switches' own formats give nothing else; what others wrote may be anything.
    """
    return Decimal(text) if _PLAIN.fullmatch(text) else None


def exponent(currency: str | None) -> int:
    """Return how many decimals a currency (ISO 4217) has; two if it is something else."""
    return _EXPONENTS.get((currency or "").upper(), 2)


def minor_units(amount: Decimal | Fraction, currency: str | None) -> int:
    """Return an amount in minor units of its currency, half rounded up."""
    scaled = Fraction(amount) * 10 ** exponent(currency)
    units: int = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return -units if scaled < 0 else units


def from_minor_units(units: int, currency: str | None) -> Decimal:
    """Return the amount, with as many decimals as the currency has."""
    return Decimal(units).scaleb(-exponent(currency))
