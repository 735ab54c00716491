"""Kinds of values: how the text of one attribute is checked, read, written and described.

A kind stands in a field's annotation, ``Annotated[int, Whole(1, 65535)]``. Messages, XSD and
reference all come from it, so that they cannot disagree. Everything in XML is text; a value that
is no text was made by a program and is taken as it is.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import GetCoreSchemaHandler, ValidationInfo
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from cmtel.config.durations import format_duration, parse_duration

#: Longer texts are cut in messages, in characters.
_SHOWN_CHARS = 60

#: An XSD simple type: its base and its facets, in order.
XsdType = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Known:
    """What the file itself cannot tell; given to the parser, so that parsing stays pure.

    Attributes:
        folder: Where relative paths count from; None leaves them relative.
        environment: For ``%VAR%`` in paths.
        formats: Names of the switch formats; None: not checked.
        countries: Countries with a numbering plan, looked at only if one is named; None: not
            checked.
    """

    folder: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    formats: frozenset[str] | None = None
    countries: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Kind(ABC):
    """A kind of value. ``read`` raises ValueError with what the value *must be*."""

    @abstractmethod
    def read(self, text: str, known: Known) -> Any:
        """Return the value of ``text``."""

    def write(self, value: Any) -> str:
        """Return the text that reads as ``value``."""
        return str(value)

    def show(self, value: Any) -> Any:
        """Return the value as JSON has it, without secrets."""
        return self.write(value)

    @property
    def says(self) -> str:
        """What the value must be, as a noun: ``a whole number from 1 to 9``."""
        return "a text"

    @property
    def xsd(self) -> XsdType:
        """The XSD simple type that allows the same texts, or a few more."""
        return "xs:string", (("minLength", "1"),)

    def refusal(self, text: str) -> str:
        """Return the sentence about a text that is not of this kind."""
        shown = text if len(text) <= _SHOWN_CHARS else text[:_SHOWN_CHARS] + "..."
        return f"must be {self.says} (got {shown!r})"

    def __get_pydantic_core_schema__(self, _: Any, __: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(self._validate)

    def _validate(self, value: Any, info: ValidationInfo) -> Any:
        if not isinstance(value, str):
            return value
        known = info.context if isinstance(info.context, Known) else Known()
        try:
            return self.read(value, known)
        except ValueError as error:
            message = str(error) or self.refusal(value)
            raise PydanticCustomError("cmtel", "{message}", {"message": message}) from None


@dataclass(frozen=True, slots=True)
class Text(Kind):
    """A text, by default not empty; ``pattern`` must fit all of it."""

    noun: str = "a text"
    pattern: str = ""
    may_be_empty: bool = False

    def read(self, text: str, known: Known) -> str:
        if not text and not self.may_be_empty:
            raise ValueError("is empty; fill it in")
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise ValueError(self.refusal(text))
        return text

    @property
    def says(self) -> str:
        return self.noun

    @property
    def xsd(self) -> XsdType:
        if self.pattern:
            return "xs:string", (("pattern", self.pattern),)
        return "xs:string", () if self.may_be_empty else (("minLength", "1"),)


@dataclass(frozen=True, slots=True)
class Whole(Kind):
    """A whole number, both ends included."""

    minimum: int
    maximum: int

    def read(self, text: str, known: Known) -> int:
        if not re.fullmatch(r"[0-9]{1,18}", text):
            raise ValueError(self.refusal(text))
        if not self.minimum <= int(text) <= self.maximum:
            raise ValueError(self.refusal(text))
        return int(text)

    def show(self, value: int) -> int:
        return value

    @property
    def says(self) -> str:
        return f"a whole number from {self.minimum} to {self.maximum}"

    @property
    def xsd(self) -> XsdType:
        ends = (("minInclusive", str(self.minimum)), ("maxInclusive", str(self.maximum)))
        return "xs:integer", ends


@dataclass(frozen=True, slots=True)
class Number(Kind):
    """A decimal number with a point, both ends included."""

    minimum: float
    maximum: float

    def read(self, text: str, known: Known) -> float:
        value = float(text) if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text) else math.nan
        if not self.minimum <= value <= self.maximum:
            raise ValueError(self.refusal(text))
        return value

    def write(self, value: float) -> str:
        return f"{value:g}"

    def show(self, value: float) -> float:
        return value

    @property
    def says(self) -> str:
        return f"a number from {self.minimum:g} to {self.maximum:g}"

    @property
    def xsd(self) -> XsdType:
        ends = (("minInclusive", f"{self.minimum:g}"), ("maxInclusive", f"{self.maximum:g}"))
        return "xs:decimal", ends


@dataclass(frozen=True, slots=True)
class Switch(Kind):
    """``true`` or ``false``."""

    def read(self, text: str, known: Known) -> bool:
        if text not in ("true", "false"):
            raise ValueError(self.refusal(text))
        return text == "true"

    def write(self, value: bool) -> str:
        return "true" if value else "false"

    def show(self, value: bool) -> bool:
        return value

    @property
    def says(self) -> str:
        return "true or false"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("enumeration", "true"), ("enumeration", "false"))


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    """One of some words; made from a ``Literal`` annotation, which does the checking."""

    words: tuple[str, ...]

    def read(self, text: str, known: Known) -> str:
        if text not in self.words:
            raise ValueError(self.refusal(text))
        return text

    @property
    def says(self) -> str:
        return ", ".join(self.words) if len(self.words) == 1 else "one of " + ", ".join(self.words)

    @property
    def xsd(self) -> XsdType:
        return "xs:string", tuple(("enumeration", word) for word in self.words)


@dataclass(frozen=True, slots=True)
class Duration(Kind):
    """A duration; its value is whole seconds, both ends included."""

    minimum_secs: int
    maximum_secs: int

    def read(self, text: str, known: Known) -> int:
        secs = parse_duration(text)
        if secs is None or not self.minimum_secs <= secs <= self.maximum_secs:
            raise ValueError(self.refusal(text))
        return secs

    def write(self, value: int) -> str:
        return format_duration(value)

    def show(self, value: int) -> int:
        return value

    @property
    def says(self) -> str:
        ends = f"{format_duration(self.minimum_secs)} to {format_duration(self.maximum_secs)}"
        return f"a duration from {ends}"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", "[0-9]{1,9}[smhd]"),)


@dataclass(frozen=True, slots=True)
class Durations(Kind):
    """Durations parted by commas; its value is a tuple of whole seconds."""

    each: Duration

    def read(self, text: str, known: Known) -> tuple[int, ...]:
        try:
            return tuple(self.each.read(part.strip(), known) for part in text.split(","))
        except ValueError:
            raise ValueError(self.refusal(text)) from None

    def write(self, value: tuple[int, ...]) -> str:
        return ",".join(map(format_duration, value))

    def show(self, value: tuple[int, ...]) -> list[int]:
        return list(value)

    @property
    def says(self) -> str:
        return f"{self.each.says}, or several parted by commas"

    @property
    def xsd(self) -> XsdType:
        one = "[0-9]{1,9}[smhd]"
        return "xs:string", (("pattern", f"{one}( ?, ?{one})*"),)
