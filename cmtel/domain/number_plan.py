"""The numbers of one switch: what is dialled before a number, who is inside, who is meant.

A number in a record is what was dialled or displayed. Three things are read off it, in this order:

1. *Extensions* of the switch, told by range or by length, stay as they are: nothing is split off
   them, and they have no international form. A number that begins with the outside-line code is
   no extension by its length alone.
2. Of a dialled number, the *outside-line code* and then a *least-cost-routing prefix* are split
   off, if a digit is left behind them. The longest prefix that fits counts. What is left is the
   number; the three parts together are always the digits that were sent. An emergency number
   that is dialled without the code stays whole (911 where the code is 9).
3. The *canonical key*: E.164 with ``+``, the one spelling by which phone books and tariffs know a
   number. None where there is none: extensions, codes with ``*`` and ``#``, emergency numbers and
   other short codes, withheld or half masked numbers. Tried in this order, the first that the
   country's plan knows counts:

   Of a number whose last digits are masked by ``x`` it is the key of the rest, masked alike.

   * ``+`` or the international prefix: as it says;
   * with the national prefix (and a carrier's selection code, where there are such): national;
   * without: dialled numbers are local first (the area code goes before them), then national, and
     so are those that people write; but where the country has no national prefix, because all
     numbers are dialled whole (Italy, Spain), the other way round; received ones are national
     first, because networks send them with their area code, then local, then international of
     any country without its ``+``. A mobile number of the own country with its country code and
     without ``+`` is told from both.

Splitting believes its settings: an outside-line code is to be given only if the records have it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cmtel.errors import UsageError

#: What people write between digits.
_BETWEEN = str.maketrans("", "", " \t\u00a0-./()")
#: What stands for a masked digit (masking.py), and how much has to be known before it.
MASKED = "x"
_LEAST_KNOWN = 4
_ITEM = re.compile(r"([0-9]{1,9})-([0-9]{1,9})|([0-9x]{1,9})")


class NumberParts(NamedTuple):
    """One number: the parts split off, the rest, and its canonical key. Unknown is None."""

    outside_line: str | None
    lcr: str | None
    number: str | None
    e164: str | None


class CountryRules(Protocol):
    """What a country's numbering plan says about digits (adapters/country_numbers.py).

    Keys are of numbers in use, or None, unless it says otherwise.
    """

    #: What national numbers begin with, as they are dialled; empty where they need nothing.
    national_prefix: str

    def is_emergency(self, digits: str) -> bool:
        """Whether these call the police, the fire brigade or an ambulance."""

    def is_short(self, digits: str) -> bool:
        """Whether these are an emergency number or another short code, dialled as they are."""

    def international(self, digits: str) -> str | None:
        """Return the key of digits that begin with a country code, if one can be so long there."""

    def prefixed(self, digits: str) -> str | None:
        """Return the key of digits that begin with a prefix of this country; None without one."""

    def national(self, digits: str) -> str | None:
        """Return the key of digits that begin with an area code."""

    def nationwide(self, digits: str) -> str | None:
        """Return the key of a number without area code that only this country can dial."""

    def own(self, digits: str, *, only_mobile: bool = False) -> str | None:
        """Return the key of digits that begin with this country's code."""


#: How digits without any prefix are read, from the country's plan and the area code.
_Order = Callable[[str, CountryRules, str | None], str | None]


@dataclass(frozen=True, slots=True)
class DialPlan:
    """How numbers of one switch are dialled.

    Attributes:
        area_code: Goes before local numbers; without the national prefix.
        outside_line: The outside-line code that dialled numbers begin with.
        lcr_prefixes: Least-cost-routing prefixes; ``x`` is any digit.
        international_prefixes: What comes before a country code, if it is not the country's
            usual one; ``x`` is any digit.
        extensions: Ranges and patterns of extensions, as from :func:`read_extensions`.
        extension_digits: How many digits extensions have; empty: not told by length.
    """

    area_code: str | None = None
    outside_line: str | None = None
    lcr_prefixes: tuple[str, ...] = ()
    international_prefixes: tuple[str, ...] = ()
    extensions: tuple[re.Pattern[str] | range, ...] = ()
    extension_digits: frozenset[int] = frozenset()

    def is_extension(self, number: str) -> bool:
        """Tell if a number is one of the switch's own."""
        if not (number.isascii() and number.isdecimal()):
            return False
        if any(_is_in(number, each) for each in self.extensions):
            return True
        is_outside = bool(self.outside_line) and number.startswith(self.outside_line or "")
        return len(number) in self.extension_digits and not is_outside


class NumberReading:
    """Reads the numbers of one switch; ``country`` None: without canonical keys."""

    def __init__(self, plan: DialPlan, country: CountryRules | None = None) -> None:
        self._plan = plan
        self._country = country
        longest_first = sorted(plan.lcr_prefixes, key=len, reverse=True)
        self._lcr = _beginning_with(longest_first)
        self._international = _beginning_with(plan.international_prefixes)

    def dialled(self, sent: str | None) -> NumberParts:
        """Return the parts of a number that was dialled; together they are ``sent``."""
        if not sent or self._plan.is_extension(sent) or self._is_emergency(sent):
            return NumberParts(None, None, sent, None)
        outside, rest = self._without_outside_line(sent)
        lcr, rest = self._without_lcr(rest)
        return NumberParts(outside, lcr, rest, self._key(rest, _dialled))

    def received(self, sent: str | None) -> NumberParts:
        """Return a caller's number and its key; nothing is split off."""
        if not sent or self._plan.is_extension(sent):
            return NumberParts(None, None, sent, None)
        return NumberParts(None, None, sent, self._key(sent, _received))

    def written(self, text: str) -> str | None:
        """Return the key of a number as people write it, in phone books for example."""
        return None if self._plan.is_extension(text) else self._key(text, _written)

    def _is_emergency(self, sent: str) -> bool:
        is_number = sent.isascii() and sent.isdecimal()
        return is_number and self._country is not None and self._country.is_emergency(sent)

    def _without_outside_line(self, sent: str) -> tuple[str | None, str]:
        code = self._plan.outside_line
        if code and sent.startswith(code) and len(sent) > len(code):
            return code, sent[len(code) :]
        return None, sent

    def _without_lcr(self, rest: str) -> tuple[str | None, str]:
        found = self._lcr.match(rest)
        if found and found.end() < len(rest):
            return found[0], rest[found.end() :]
        return None, rest

    def _key(self, number: str, without_prefix: _Order) -> str | None:
        country = self._country
        digits = number.translate(_BETWEEN)
        if country is None or not digits.isascii():
            return None
        if digits[-1:] == MASKED:
            return self._masked_key(digits, without_prefix)
        if digits[:1] == "+":
            return country.international(digits[1:]) if digits[1:].isdecimal() else None
        if not digits.isdecimal():
            return None
        found = self._international.match(digits)
        if found:
            return country.international(digits[found.end() :])
        if country.is_short(digits):
            return None
        if country.national_prefix and digits.startswith(country.national_prefix):
            return country.prefixed(digits)
        return country.prefixed(digits) or without_prefix(digits, country, self._plan.area_code)

    def _masked_key(self, number: str, without_prefix: _Order) -> str | None:
        """Return the key of a number whose last digits are masked, masked alike."""
        begin = number.rstrip(MASKED)
        masked = len(number) - len(begin)
        if len(begin) < _LEAST_KNOWN or MASKED in begin:
            return None
        for digit in "0123456789":  # whether a number is in use may hang on these
            key = self._key(begin + digit * masked, without_prefix)
            if key is not None:
                return key[:-masked] + MASKED * masked
        return None


def _dialled(digits: str, country: CountryRules, area_code: str | None) -> str | None:
    always_whole = country.nationwide(digits)
    if always_whole is None and not country.national_prefix:
        always_whole = country.national(digits)
    return always_whole or _as_local(digits, country, area_code)


def _written(digits: str, country: CountryRules, area_code: str | None) -> str | None:
    return (
        country.own(digits, only_mobile=True)
        or _dialled(digits, country, area_code)
        or country.own(digits)
    )


def _received(digits: str, country: CountryRules, area_code: str | None) -> str | None:
    return (
        country.own(digits, only_mobile=True)
        or country.national(digits)
        or country.own(digits)
        or _as_local(digits, country, area_code)
        or country.international(digits)
    )


def _as_local(digits: str, country: CountryRules, area_code: str | None) -> str | None:
    local = country.national(area_code + digits) if area_code else None
    return local or country.national(digits)


def read_extensions(text: str) -> tuple[re.Pattern[str] | range, ...]:
    """Return the extensions of a text like ``100-899,5xxx``; ``x`` is any digit.

    Raises:
        UsageError: It is no such text, or a range ends before it begins.
    """
    return tuple(_extension(item.strip()) for item in text.split(","))


def _extension(item: str) -> re.Pattern[str] | range:
    found = _ITEM.fullmatch(item)
    if found is None:
        raise UsageError(f"'{item}' is no range (100-899) and no number with x for any digit.")
    first, last, pattern = found.groups()
    if pattern:
        return _with_wildcards(pattern)
    if len(first) != len(last) or first > last:
        raise UsageError(f"'{item}' does not go from a number to a higher one with as many digits.")
    if first[0] == "0":
        raise UsageError(f"'{item}' begins with 0; write it with x for any digit, as 0xx.")
    return range(int(first), int(last) + 1)


def _is_in(number: str, extensions: re.Pattern[str] | range) -> bool:
    if isinstance(extensions, range):
        return number[0] != "0" and len(number) <= 9 and int(number) in extensions
    return extensions.fullmatch(number) is not None


def _with_wildcards(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace("x", "[0-9]"))


def _beginning_with(prefixes: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(_with_wildcards(each).pattern for each in prefixes) or "(?!)")
