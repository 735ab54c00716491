"""Prices in the way of a record: the source's charge, else the tariff's.

A call is priced if it went out, was connected, and the source does not say what it cost. How it
got its charge stands in Cmtel_PriceStatus:

=========  =====================================================================
source     the switch sent it
tariff     a tariff priced it
none       to be priced, and no tariff fits: no charge, not 0
unknown    to be priced, and the record lacks the number, the duration or the time
(NULL)     not to be priced: in, internal, not connected
=========  =====================================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord
from cmtel.domain.currencies import amount_of, minor_units
from cmtel.domain.row_mapping import Column
from cmtel.domain.tariffs import TariffTable

#: Numbers whose tariffs are remembered.
_REMEMBERED = 65_536


class Charged(NamedTuple):
    """The four columns of one call."""

    minor_units: int | None
    amount: Decimal | None
    currency: str | None
    status: str | None


_NOTHING = Charged(None, None, None, None)
_NO_TARIFF = Charged(None, None, None, "none")
_UNKNOWN = Charged(None, None, None, "unknown")


class PriceEnricher:
    """Implements Enricher: Journal_Gebühren, Cmtel_Charge, Cmtel_Currency, Cmtel_PriceStatus.

    Comes after the numbers: prefixes of tariffs are those of numbers in full. A charge that the
    source sends without a currency is in that of the tariffs.
    """

    def __init__(self, table: TariffTable, *, zero_is_unknown: bool = False) -> None:
        """Price by ``table``.

        Args:
            zero_is_unknown: The source sends 0 where it does not know the charge.
        """
        self._table = table
        self._zero_is_unknown = zero_is_unknown
        self._fitting = lru_cache(_REMEMBERED)(table.fitting)

    def enrich(self, calls: Sequence[CallRecord], known: dict[str, Column]) -> None:
        """Add the four columns."""
        own = [call.remote_number for call in calls]
        numbers = known.get("Journal_Rufnummer", own)
        keys = known.get("Cmtel_E164", numbers)
        charged = [
            self._charged(call, key or number)
            for call, key, number in zip(calls, keys, numbers, strict=True)
        ]
        known["Journal_Gebühren"] = [each.minor_units for each in charged]
        known["Cmtel_Charge"] = [each.amount for each in charged]
        known["Cmtel_Currency"] = [each.currency for each in charged]
        known["Cmtel_PriceStatus"] = [each.status for each in charged]

    def _charged(self, call: CallRecord, number: str | None) -> Charged:
        is_to_price = call.direction == "out" and call.state == "CONN"
        if call.charge is not None:
            amount = amount_of(call.charge)
            if amount != 0 or not (is_to_price and self._zero_is_unknown):
                return self._of_source(call, amount)
        return self._priced(call, number) if is_to_price else _NOTHING

    def _of_source(self, call: CallRecord, amount: Decimal | None) -> Charged:
        if call.currency is not None or amount is None:
            return Charged(call.charge_cents, amount, call.currency, "source")
        currency = self._table.currency
        return Charged(minor_units(amount, currency), amount, currency, "source")

    def _priced(self, call: CallRecord, number: str | None) -> Charged:
        if number is None or call.connected_secs is None:
            return _UNKNOWN
        fitting = self._fitting(number)
        tariff = fitting[0] if fitting else None
        if tariff is not None and tariff.hours is not None:
            if call.started_at is None:
                return _UNKNOWN
            tariff = self._table.in_force(fitting, datetime.fromisoformat(call.started_at))
        if tariff is None:
            return _NO_TARIFF
        price = self._table.price(tariff, call.connected_secs)
        if price is None:
            return _UNKNOWN
        return Charged(price.minor_units, price.amount, self._table.currency, "tariff")
