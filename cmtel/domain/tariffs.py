"""What a call costs by a table of tariffs.

A tariff is for numbers that begin with its prefix, and for calls that begin within its hours, if
it has hours. Of those that fit a call, the one with the longest prefix counts, with the same prefix
one with hours before the one for the rest of the week, and then the first in the table.

The price is the hotel formula::

    units  = each begun unit of the first value, up to after_secs; each begun one of the second
    cost   = surcharge + units x their prices, at least the tariff's minimum
    total  = cost x multiplier + fixed fee

* A call shorter than ``minimum_secs`` is priced as one of that length. A connected call of 0
  seconds has begun its first unit.
* The second value's unit costs, unless it has a price of its own, what as many seconds of the first
  value cost: 0.30 for 30 s is 0.06 for 6 s.
* All is exact until the total, which is rounded once, half up, to the currency's minor unit.
* The moment a call begins decides: a call that goes on past the end of reduced hours stays at the
  reduced price to its end. So a price can be told from the bill alone, and is what switches and
  hotel systems do.
* Hours are local, as the switch sends them. Hours over midnight (20:00 to 06:00) belong to the day
  on which they begin. A public holiday counts as a Sunday.

Source of the formula and of minimum time, second value, answer pulse (surcharge) and fixed fee:
TOTVS hotel management, "Tarifas Telefônicas"; of prefixes, begun units and hours also Yeastar and
OpenVox, "Call Rate Settings".
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.currencies import from_minor_units, minor_units

#: What Journal_Gebühren can hold; a record with a broken duration must not lose its row.
_MAX_MINOR_UNITS = 2**31 - 1
#: Prices remembered: durations come again, and exact sums take a hundred times as long.
_REMEMBERED = 65_536
_SUNDAY = 6
EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of some days of the week, 0 (Monday) to 6; an end up to the start is next day's."""

    start: time = time(0)
    end: time = time(0)
    days: frozenset[int] = EVERY_DAY

    def has(self, moment: datetime, holidays: Container[date]) -> bool:
        """Tell if a local moment is in these hours."""
        at, day = moment.time(), moment.date()
        if self.start < self.end:
            return self.start <= at < self.end and self._is_on(day, holidays)
        if at >= self.start:
            return self._is_on(day, holidays)
        is_night_after = at < self.end and day > date.min
        return is_night_after and self._is_on(day - timedelta(days=1), holidays)

    def _is_on(self, day: date, holidays: Container[date]) -> bool:
        return (_SUNDAY if day in holidays else day.weekday()) in self.days


@dataclass(frozen=True, slots=True, eq=False)  # told apart by identity: found in caches quickly
class Tariff:
    """The price of calls to one destination; the module says what each part does.

    Attributes:
        prefix: What numbers begin with: ``+5511`` for those in full, digits for those without a
            full form (short codes); empty: every number.
        hours: When calls have to begin; None: always.
    """

    prefix: str
    per_unit: Decimal
    unit_secs: int = 60
    after_secs: int | None = None
    second_per_unit: Decimal | None = None
    second_unit_secs: int | None = None
    minimum_secs: int = 0
    minimum: Decimal = Decimal(0)
    surcharge: Decimal = Decimal(0)
    multiplier: Decimal = Decimal(1)
    fixed_fee: Decimal = Decimal(0)
    hours: Hours | None = None

    def cost(self, secs: int) -> Fraction:
        """Return the cost value of a connected call, exactly."""
        billed = max(secs, self.minimum_secs, 1)
        first = billed if self.after_secs is None else min(billed, self.after_secs)
        units = Fraction(self.per_unit) * _begun(first, self.unit_secs)
        if billed > first:
            second_secs = self.second_unit_secs or self.unit_secs
            units += self._second_price(second_secs) * _begun(billed - first, second_secs)
        return max(Fraction(self.minimum), Fraction(self.surcharge) + units)

    def total(self, secs: int) -> Fraction:
        """Return what the guest pays, exactly."""
        return self.cost(secs) * Fraction(self.multiplier) + Fraction(self.fixed_fee)

    def _second_price(self, second_secs: int) -> Fraction:
        if self.second_per_unit is not None:
            return Fraction(self.second_per_unit)
        return Fraction(self.per_unit) * second_secs / self.unit_secs


class Price(NamedTuple):
    """A price in its currency, and in the currency's minor units."""

    amount: Decimal
    minor_units: int


class TariffTable:
    """Prices calls, all in one currency."""

    def __init__(
        self, tariffs: Sequence[Tariff], currency: str, holidays: Container[date] = ()
    ) -> None:
        self.currency = currency
        self._holidays = holidays
        self._by_prefix: dict[str, list[Tariff]] = {}
        for tariff in sorted(tariffs, key=lambda each: each.hours is None):  # keeps their order
            self._by_prefix.setdefault(tariff.prefix, []).append(tariff)
        self._longest = max(map(len, self._by_prefix), default=0)
        #: The price of a connected call of so many seconds; None if it is too large for a journal.
        self.price = lru_cache(_REMEMBERED)(self._price)

    def fitting(self, number: str) -> list[Tariff]:
        """Return the tariffs for a number, in the order in which they count.

        The last one is always in force, if there is such a one.
        """
        found: list[Tariff] = []
        for length in range(min(self._longest, len(number)), -1, -1):
            found += self._by_prefix.get(number[:length], ())
            if found and found[-1].hours is None:
                break
        return found

    def in_force(self, fitting: Sequence[Tariff], started: datetime) -> Tariff | None:
        """Return the one of :meth:`fitting` that counts for a call that began at a local time."""
        return next(
            (
                each
                for each in fitting
                if each.hours is None or each.hours.has(started, self._holidays)
            ),
            None,
        )

    def _price(self, tariff: Tariff, secs: int) -> Price | None:
        units = minor_units(tariff.total(secs), self.currency)
        if units > _MAX_MINOR_UNITS:
            return None
        return Price(from_minor_units(units, self.currency), units)


def _begun(secs: int, unit_secs: int) -> int:
    return -(-secs // unit_secs)
