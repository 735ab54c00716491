"""The setting about privacy: which numbers are masked before anything is kept of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from cmtel.config.kinds import Kind, Known, Text, XsdType
from cmtel.config.section import Problem, Section, attribute
from cmtel.domain.masking import MaskRule
from cmtel.domain.number_plan import read_extensions
from cmtel.errors import UsageError

_MASK = "all|[1-9]|1[0-9]"
_DIRECTIONS = "in|out|in, ?out|out, ?in"


@dataclass(frozen=True, slots=True)
class MaskDigits(Kind):
    """How many of the last digits are masked; ``all`` is None."""

    def read(self, text: str, known: Known) -> int | None:
        if not re.fullmatch(_MASK, text):
            raise ValueError(self.refusal(text))
        return None if text == "all" else int(text)

    def write(self, value: int | None) -> str:
        return "all" if value is None else str(value)

    @property
    def says(self) -> str:
        return "all, or a whole number from 1 to 19"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", _MASK),)


class Privacy(Section):
    """Masking of the other side's number, before anything is kept; without it nothing is masked."""

    mask_digits: Annotated[int | None, MaskDigits()] = attribute(
        "maskDigits", "How many of the last digits of a number are masked, or all."
    )
    extensions: Annotated[str, Text("ranges and numbers")] | None = attribute(
        "extensions",
        "Whose calls, as 200-299,4xx; x is any digit.",
        None,
        default_says="everybody's",
    )
    directions: Annotated[str, Text("in, out or in,out", _DIRECTIONS)] = attribute(
        "directions", "Which calls: in, out, or both; internal ones never are.", "in,out"
    )

    def rules(self, known: Known) -> Iterator[Problem]:
        try:
            read_extensions(self.extensions or "0")
        except UsageError as error:
            yield ("@extensions",), error.message

    @property
    def rule(self) -> MaskRule:
        """Which numbers are masked, and how."""
        ways = {way.strip() for way in self.directions.split(",")}
        return MaskRule(
            self.mask_digits,
            read_extensions(self.extensions) if self.extensions else (),
            frozenset(way for way in ("in", "out") if way in ways),
        )
