"""A kind of values that says which records count: ``trunk=3|4; direction=out``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cmtel.config.kinds import Kind, Known, XsdType

_CONDITION = r"[^=;|]+=[^=;]*"


@dataclass(frozen=True, slots=True)
class Conditions(Kind):
    """Names with the values that count: ``NAME=VALUE``, ``|`` between values, ``;`` between names.

    Its value maps each name to its values.
    """

    def read(self, text: str, known: Known) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for condition in text.split(";"):
            name, equals, values = condition.partition("=")
            name = name.strip()
            if not equals or not name or name in found:
                raise ValueError(self.refusal(text))
            found[name] = frozenset(value.strip() for value in values.split("|"))
        return found

    def write(self, value: Mapping[str, frozenset[str]]) -> str:
        return "; ".join(f"{name}={'|'.join(sorted(values))}" for name, values in value.items())

    @property
    def says(self) -> str:
        return "conditions such as trunk=3|4; direction=out"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", f"{_CONDITION}(;{_CONDITION})*"),)
