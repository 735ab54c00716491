"""Columns that hold lengths of time, and which of several is what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from cmtel.errors import LineRejected
from cmtel.formats.durations import any_duration_ms
from cmtel.formats.proposal.moments import ENOUGH

_LONGEST_MS = 60 * 3600 * 1000
_DIGITS = re.compile("[0-9]{1,6}")
_HMS = re.compile("[0-9]{2}[0-5][0-9][0-5][0-9]")
_MARKED = re.compile("[0-9]+[:'hm].*|[0-9]+s")
#: Few calls last an hour; six digits above that in every other record are something else.
_USUAL_MS = 3600 * 1000


class Lengths(NamedTuple):
    """A column of durations.

    Attributes:
        unit: For ``duration-unit``; empty where the values tell it themselves.
        ms: Of the values that are not empty, read with that unit.
        has_two_parts: Such as 01:30, which is read as minutes and seconds.
    """

    unit: str
    ms: Sequence[int]
    has_two_parts: bool = False

    @property
    def longest_ms(self) -> int:
        """The longest: calls are longer than the ringing."""
        return max(self.ms)

    @property
    def is_too_long(self) -> bool:
        """Whether these must be milliseconds: read as seconds they are hours of ringing."""
        some = [each for each in self.ms if each]
        is_long = bool(some) and min(some) >= 200_000 and median(some) >= 1_000_000
        return self.unit == "s" and is_long

    def zeros_only_of(self, other: Lengths) -> bool:
        """Whether only these are 0 now and then: calls that were not answered."""
        return bool(self.zeros) and not other.zeros

    @property
    def zeros(self) -> int:
        """How many are 0: calls that were not answered, if it is the connected time."""
        return sum(each == 0 for each in self.ms)


def lengths_of(filled: Sequence[str], heading: str = "") -> Lengths | None:
    """Return what the values are as durations; None if they are none.

    Args:
        filled: The values that are not empty.
        heading: May name the unit, as ``ring_ms`` or ``Dauer (min)``.
    """
    for unit in _units(filled, heading):
        found = [_ms(value, unit or "s") for value in filled]
        good = [each for each in found if each is not None and each <= _LONGEST_MS]
        if good and len(good) >= ENOUGH * len(filled):
            two = [value for value in filled if value.count(":") == 1 and "'" not in value]
            is_two = len(two) > len(filled) / 2
            return Lengths(unit, good, is_two)
    return None


def _units(filled: Sequence[str], heading: str) -> list[str]:
    enough = ENOUGH * len(filled)
    if sum(_MARKED.fullmatch(value) is not None for value in filled) >= enough:
        return [""]
    if sum(_HMS.fullmatch(value) is not None for value in filled) >= enough:
        found = [_ms(value, "hms") for value in filled]
        if sum(each is not None and each <= _USUAL_MS for each in found) > len(filled) / 2:
            return ["hms"]
    if sum(_DIGITS.fullmatch(value) is not None for value in filled) < enough:
        return []
    words = re.split("[^a-z]+", heading.casefold())
    if "ms" in words or heading.endswith("Ms"):
        return ["ms"]
    return ["min"] if {"min", "minutes", "minuten", "minutos"} & set(words) else ["s"]


def _ms(value: str, unit: str) -> int | None:
    try:
        return any_duration_ms(value, unit)
    except LineRejected:
        return None
