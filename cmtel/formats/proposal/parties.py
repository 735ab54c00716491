"""Columns that hold numbers: which is the own side's, which the other party's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from cmtel.formats.proposal.moments import ENOUGH

_NUMBER = re.compile(r"[+*#]?[0-9][0-9*#?. ()/+xX-]*|[*#]+[0-9*#]+|\+[0-9 ]+")
_HIDDEN = frozenset({"anonymous", "unknown", "unavailable", "private", "restricted", "withheld",
                     "anonym", "unbekannt", "anonimo", "anônimo"})  # fmt: skip
_MOST_INTERNAL_DIGITS = 5
_FEWEST_INTERNAL_DIGITS = 2
#: Own numbers come again and again: so many times each, on average.
_REPEATED = 2.0


class Numbers(NamedTuple):
    """What a column of numbers looks like.

    Attributes:
        share_short: The share of the filled values that could be extensions.
        repeats: How often each value comes, on average.
        share_filled: The share of all records that have a value.
        has_one_length: As extensions mostly have.
    """

    share_short: float
    repeats: float
    share_filled: float
    has_one_length: bool
    has_leading_zeros: bool

    @property
    def is_own(self) -> bool:
        """Whether these are extensions: short, and the same ones again and again."""
        is_short = self.share_short >= ENOUGH and not self.has_leading_zeros
        return is_short and self.repeats >= _REPEATED


def numbers_of(values: Sequence[str]) -> Numbers | None:
    """Return what the values are as telephone numbers; None if they are none."""
    filled = [value for value in values if value and value.casefold() not in _HIDDEN]
    fitting = [value for value in filled if _NUMBER.fullmatch(value)]
    if not filled or len(fitting) < ENOUGH * len(filled):
        return None
    digits = [sum(map(str.isdecimal, value)) for value in fitting]
    short = [each for each in digits if each <= _MOST_INTERNAL_DIGITS]
    if sum(each < _FEWEST_INTERNAL_DIGITS for each in digits) > (1 - ENOUGH) * len(digits):
        return None
    return Numbers(
        len(short) / len(fitting),
        len(fitting) / len(set(fitting)),
        len(filled) / len(values),
        len(set(digits)) == 1,
        sum(value[0] == "0" for value in fitting) > len(fitting) / 4,
    )
