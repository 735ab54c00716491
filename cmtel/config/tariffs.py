"""The settings about prices: the tariffs, in the file or in a table beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from cmtel.config.kinds import Kind, Known, Text, Whole, XsdType
from cmtel.config.moments import TimeOfDay, Weekdays
from cmtel.config.paths import FilePath
from cmtel.config.section import Many, Problem, Section, attribute, element
from cmtel.domain.tariffs import EVERY_DAY, Hours
from cmtel.domain.tariffs import Tariff as TariffRule

_T = TypeVar("_T")

_AMOUNT = r"[0-9]{1,9}(\.[0-9]{1,6})?"
_DAY_SECS = 86_400


@dataclass(frozen=True, slots=True)
class Amount(Kind):
    """A decimal number with a point, exact; its value is a Decimal."""

    def read(self, text: str, known: Known) -> Decimal:
        if not re.fullmatch(_AMOUNT, text):
            raise ValueError(self.refusal(text))
        return Decimal(text)

    def write(self, value: Decimal) -> str:
        return f"{value:f}"

    @property
    def says(self) -> str:
        return "a number such as 0.12, with a point and up to 6 decimals"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", _AMOUNT),)


class Tariff(Section):
    """The price of calls to numbers with a prefix. May be repeated; the longest prefix counts."""

    prefix: Annotated[str, Text("+ and digits, or digits", r"\+?[0-9*#]{1,20}|\+")] | None = (
        attribute(
            "prefix",
            "What the numbers begin with: +5511 for numbers in full, digits for short ones.",
            None,
            default_says="every number",
        )
    )
    name: Annotated[str, Text("a text")] | None = attribute(
        "name", "What it is for, for people.", None
    )
    per_unit: Annotated[Decimal, Amount()] = attribute("perUnit", "The price of a unit.")
    unit_secs: Annotated[int, Whole(1, _DAY_SECS)] = attribute(
        "unitSecs", "How long a unit is, in seconds; each begun one counts.", 60
    )
    after_secs: Annotated[int, Whole(1, _DAY_SECS)] | None = attribute(
        "afterSecs",
        "After how many seconds of a call the second value counts.",
        None,
        default_says="never",
    )
    second_unit_secs: Annotated[int, Whole(1, _DAY_SECS)] | None = attribute(
        "secondUnitSecs", "How long a unit of the second value is.", None, default_says="unitSecs"
    )
    second_per_unit: Annotated[Decimal, Amount()] | None = attribute(
        "secondPerUnit",
        "The price of a unit of the second value.",
        None,
        default_says="what as many seconds cost by perUnit",
    )
    minimum: Annotated[Decimal, Amount()] = attribute(
        "minimum", "The least cost of a call, before the multiplier.", Decimal(0)
    )
    surcharge: Annotated[Decimal, Amount()] = attribute(
        "surcharge", "The cost of being connected, whatever the duration.", Decimal(0)
    )
    minimum_secs: Annotated[int, Whole(0, _DAY_SECS)] | None = attribute(
        "minimumSecs", "Shorter calls are priced as so long.", None, default_says="that of Tariffs"
    )
    multiplier: Annotated[Decimal, Amount()] | None = attribute(
        "multiplier", "What the cost is multiplied by.", None, default_says="that of Tariffs"
    )
    fixed_fee: Annotated[Decimal, Amount()] | None = attribute(
        "fixedFee", "Added after multiplying.", None, default_says="that of Tariffs"
    )
    start: Annotated[time, TimeOfDay()] | None = attribute(
        "from",
        "Calls that begin from this local time on ...",
        None,
        default_says="00:00, if there are days",
    )
    end: Annotated[time, TimeOfDay()] | None = attribute(
        "to",
        "... up to this one; on the next day if it is not after from.",
        None,
        default_says="24:00, if there are days",
    )
    days: Annotated[tuple[int, ...], Weekdays()] | None = attribute(
        "days",
        "On these days; a public holiday counts as a Sunday.",
        None,
        default_says="every day",
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        if (self.start is None) != (self.end is None):
            missing = "from" if self.start is None else "to"
            yield (f"@{missing}",), "is needed: hours have a from and a to"
        if self.after_secs is None:
            for name in ("second_unit_secs", "second_per_unit"):
                if getattr(self, name) is not None:
                    yield ("@afterSecs",), "is needed beside a second value"
                    return
        elif self.second_unit_secs is None and self.second_per_unit is None:
            yield ("@afterSecs",), "needs secondUnitSecs or secondPerUnit"

    @property
    def hours(self) -> Hours | None:
        """When calls have to begin; None: always."""
        if self.start is None and self.days is None:
            return None
        days = EVERY_DAY if self.days is None else frozenset(self.days)
        return Hours(self.start or time(0), self.end or time(0), days)


class Tariffs(Section):
    """Prices of outgoing calls for which the source sends no charge."""

    currency: Annotated[str, Text("three capital letters, such as BRL", "[A-Z]{3}")] = attribute(
        "currency",
        "The currency of the prices (ISO 4217), and of charges that the source sends without one.",
    )
    multiplier: Annotated[Decimal, Amount()] = attribute(
        "multiplier", "What the cost of a call is multiplied by.", Decimal(1)
    )
    fixed_fee: Annotated[Decimal, Amount()] = attribute(
        "fixedFee", "Added to each call after multiplying.", Decimal(0)
    )
    minimum_secs: Annotated[int, Whole(0, _DAY_SECS)] = attribute(
        "minimumSecs", "Shorter calls are priced as so long, in seconds.", 0
    )
    file: Annotated[Path, FilePath()] | None = attribute(
        "file", "A CSV table of tariffs; its columns are the attributes of Tariff.", None
    )
    holidays: (
        Annotated[
            str, Text("a country or region, such as BR or BR-SP", "[A-Z]{2}(-[A-Z0-9]{1,5})?")
        ]
        | None
    ) = attribute("holidays", "Whose public holidays count as Sundays (ISO 3166).", None)
    source_zero: Literal["charge", "unknown"] = attribute(
        "sourceZero",
        "What a 0 of the source is: its charge, or unknown and to be priced.",
        "charge",
    )
    tariffs: Many[Tariff] = element("Tariff", ())

    def rules(self, known: Known) -> Iterator[Problem]:
        if not self.tariffs and self.file is None:
            yield ("Tariff",), "is missing, and so is file: there are no prices"
        seen: dict[object, int] = {}
        for index, tariff in enumerate(self.tariffs):
            first = seen.setdefault((tariff.prefix, tariff.hours), index)
            if first != index:
                text = f"has the prefix and the hours of Tariff[{first + 1}]"
                yield ("Tariff", index, "@prefix"), text

    def rule(self, tariff: Tariff) -> TariffRule:
        """Return the rule of one of these tariffs, with what these say where it does not."""
        return TariffRule(
            prefix=tariff.prefix or "",
            per_unit=tariff.per_unit,
            unit_secs=tariff.unit_secs,
            after_secs=tariff.after_secs,
            second_per_unit=tariff.second_per_unit,
            second_unit_secs=tariff.second_unit_secs,
            minimum_secs=_first(tariff.minimum_secs, self.minimum_secs),
            minimum=tariff.minimum,
            surcharge=tariff.surcharge,
            multiplier=_first(tariff.multiplier, self.multiplier),
            fixed_fee=_first(tariff.fixed_fee, self.fixed_fee),
            hours=tariff.hours,
        )


def _first(own: _T | None, common: _T) -> _T:
    return common if own is None else own
