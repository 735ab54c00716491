"""The settings about numbers: what is split off them, and how they are written in full."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from cmtel.config.kinds import Kind, Known, Text, XsdType
from cmtel.config.section import Problem, Section, attribute
from cmtel.domain.number_plan import DialPlan, read_extensions
from cmtel.errors import UsageError

_PREFIXES = "[0-9x]{1,10}(, ?[0-9x]{1,10})*"


@dataclass(frozen=True, slots=True)
class Prefixes(Kind):
    """Prefixes parted by commas, ``x`` for any digit; its value is a tuple of texts."""

    def read(self, text: str, known: Known) -> tuple[str, ...]:
        if not re.fullmatch(_PREFIXES, text):
            raise ValueError(self.refusal(text))
        return tuple(part.strip() for part in text.split(","))

    def write(self, value: tuple[str, ...]) -> str:
        return ",".join(value)

    @property
    def says(self) -> str:
        return "digits, parted by commas, with x for any digit, such as 010xx"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", _PREFIXES),)


class Numbers(Section):
    """How numbers are split and written in full."""

    country: Annotated[str, Text("two capital letters, such as DE", "[A-Z]{2}")] | None = attribute(
        "country",
        "The country of the switch (ISO 3166): whose plan numbers are read by.",
        None,
        default_says="none: numbers are split, and have no international form",
    )
    area_code: Annotated[str, Text("digits", "[0-9]{1,10}")] | None = attribute(
        "areaCode", "The area code of the switch, without the leading 0.", None
    )
    outside_line: Annotated[str, Text("digits, * or #", "[0-9*#]{1,4}")] | None = attribute(
        "outsideLine",
        "The outside-line code that dialled numbers begin with in the records; only if they do.",
        None,
    )
    lcr_prefixes: Annotated[tuple[str, ...], Prefixes()] | None = attribute(
        "lcrPrefixes",
        "Least-cost-routing prefixes, parted by commas; x is any digit, as in 010xx.",
        None,
    )
    international_prefixes: Annotated[tuple[str, ...], Prefixes()] | None = attribute(
        "internationalPrefix",
        "What is dialled before a country code, x for any digit; several parted by commas.",
        None,
        default_says="that of the country",
    )
    extension_digits: (
        Annotated[str, Text("a number of digits, such as 3 or 2-4", "[1-9](-[1-9])?")] | None
    ) = attribute("extensionDigits", "How many digits extensions have.", None)
    extensions: Annotated[str, Text("ranges and numbers")] | None = attribute(
        "extensions", "The extensions, as 100-899,5xxx; x is any digit.", None
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        countries = known.countries
        if self.country is not None and countries is not None and self.country not in countries:
            text = "is no country with a numbering plan; codes of ISO 3166 are DE, AT, BR, US ..."
            yield ("@country",), f"{self.country!r} {text}"
        if self.area_code is not None and self.country is None:
            yield ("@areaCode",), "needs a country"
        first, _, last = (self.extension_digits or "").partition("-")
        if last and first > last:
            yield ("@extensionDigits",), f"goes from {first} down to {last}"
        try:
            read_extensions(self.extensions or "0")
        except UsageError as error:
            yield ("@extensions",), error.message

    @property
    def plan(self) -> DialPlan:
        """The rules by which numbers are read."""
        first, _, last = (self.extension_digits or "").partition("-")
        lengths = range(int(first), int(last or first) + 1) if first else ()
        return DialPlan(
            area_code=self.area_code,
            outside_line=self.outside_line,
            lcr_prefixes=self.lcr_prefixes or (),
            international_prefixes=self.international_prefixes or (),
            extensions=read_extensions(self.extensions) if self.extensions else (),
            extension_digits=frozenset(lengths),
        )
