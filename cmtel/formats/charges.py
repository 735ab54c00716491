"""Money in call records (formats.md 1.10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from cmtel.domain.currencies import exponent
from cmtel.formats.options import bad_value
from cmtel.formats.seam import FormatOption

UNIT_PRICE = FormatOption("unit-price", "decimal: the price of one metering pulse")

_SIGN = r"[A-Za-z]{0,3}[$\u00a2-\u00a5\u20a0-\u20cf]?"
_NO_CURRENCY = re.compile(r"[-0-9.,\s]+")
_AMOUNT = re.compile(rf"{_SIGN}(-?)([0-9]{{0,18}})(?:[.,]([0-9]{{0,10}}))?{_SIGN}")


class Charge(NamedTuple):
    """What a call cost: decimal text as sent, and minor units of the currency."""

    text: str
    cents: int


def charge(text: str, currency: str | None = None) -> Charge | None:
    """Return the charge that ``text`` says; None if it is blank or no amount.

    Args:
        text: An amount with a decimal comma or point, blanks, leading zeros, currency sign.
        currency: ISO 4217 code, for the number of decimals; two if it is something else.
    """
    found = _AMOUNT.fullmatch(text.replace(" ", "").replace("\t", "").replace("\u00a0", ""))
    if not found or not (found[2] or found[3]):
        return None
    sign, whole, decimals = found[1], found[2].lstrip("0") or "0", found[3] or ""
    cents = _in_minor_units(int(whole + decimals), len(decimals), exponent(currency))
    return Charge(f"{sign}{whole}{'.' if decimals else ''}{decimals}", -cents if sign else cents)


def currency_of(text: str) -> str | None:
    """Return the currency, code or sign, that stands beside an amount; None without one."""
    return _NO_CURRENCY.sub("", text) or None


def unit_price(values: Mapping[str, str]) -> Decimal | None:
    """Return the option ``unit-price``; UsageError if it is no decimal."""
    text = values.get(UNIT_PRICE.name)
    if text is None:
        return None
    found = charge(text)
    if found is None:
        raise bad_value(UNIT_PRICE.name, text, "It is a decimal number, as 0.06.")
    return Decimal(found.text)


def pulses(text: str, price: Decimal | None, currency: str | None = None) -> Charge | None:
    """Return the charge of metering pulses; a text with a decimal mark is an amount already.

    Args:
        text: As sent.
        price: Of one pulse; None: pulses say nothing about money.
        currency: As for :func:`charge`.
    """
    if "," in text or "." in text:
        return charge(text, currency)
    digits = text.strip(" \t")
    if price is None or not re.fullmatch("[0-9]{1,9}", digits):
        return None
    return charge(f"{int(digits) * price:f}", currency)


def _in_minor_units(digits: int, decimals: int, places: int) -> int:
    """Half is rounded up."""
    scaled: int = digits * 10**places
    divisor: int = 10**decimals
    return (2 * scaled + divisor) // (2 * divisor)
