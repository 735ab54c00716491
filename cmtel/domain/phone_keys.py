"""What numbers are compared by: one key for all the ways in which people write a number.

A number plan gives the number in full (E.164), and that is the key. Where there is no plan, or the
plan does not know the number, its digits are: ``+49 30 1234-5`` and ``0049 (30) 12345`` are one
number then, ``030 12345`` is another, since nobody has said which country it is in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

#: Returns a number in full (``+4930123450``), or None if the plan does not know it.
Canonical = Callable[[str], str | None]

#: A cell may hold several numbers. A slash parts none: 030/12345 is one number.
_BETWEEN_NUMBERS = re.compile(r"[;,|\n\r]+")

#: RFC 3966 and RFC 3261: ``tel:`` and ``sip:`` before a number; parameters follow a semicolon.
_SCHEME = re.compile(r"(?:tel|sips?|callto):", re.IGNORECASE)
#: The trunk prefix as people write it into a number in full: +49 (0)30 12345.
_TRUNK_ZERO = re.compile(r"(?<=\d)\s*\(0\)")
#: Written in full, and perhaps with the trunk prefix left in: +49 030 12345.
_MAYBE_TRUNK_ZERO = re.compile(r"\+[0-9]{1,3}0")
_OTHER = re.compile(r"[^0-9*#]+")
_LETTER = re.compile(r"[^\W\d_]|@")

#: Digits; a number this short may be one of the switch's own, which no plan has in full.
_SHORT = 6

#: A switchboard's extensions have at most so many digits.
_MAX_EXTENSION_DIGITS = 5
#: ``+`` and six digits, or seven digits: a shorter beginning is an area, not a switchboard.
_MIN_STEM = 7


def digits_key(number: str) -> str | None:
    """Return the key of a number by its digits; None if it has none.

    ``+`` and ``00`` at the beginning are the same. An address (``anna@example.org``) is compared
    without regard to case.
    """
    if number.isascii() and number.isdecimal() and not number.startswith("00"):
        return number  # nearly all numbers that switches send
    text = _SCHEME.sub("", number.strip(), count=1)
    if _LETTER.search(text):
        return "".join(text.split()).casefold()
    is_full = text.startswith("+")
    digits = _OTHER.sub("", _TRUNK_ZERO.sub("", text) if is_full else text)
    if not digits:
        return None
    if not is_full and digits.startswith("00") and len(digits) > _SHORT:
        is_full, digits = True, digits[2:]
    return f"+{digits}" if is_full else digits


def split_numbers(cell: str) -> list[str]:
    """Return the numbers in one cell of a phone book."""
    if cell[:4].lower() == "tel:":  # one number, and parameters
        cell = cell[4:].partition(";")[0]
    return [part for part in map(str.strip, _BETWEEN_NUMBERS.split(cell)) if part]


def book_keys(number: str, canonical: Canonical | None) -> list[str]:
    """Return the keys under which a phone book has a number; none if it is no number.

    Short numbers have two: the plan may take 200 for a number of the town, the switch for its own.
    """
    by_digits = digits_key(number)
    if by_digits is None:
        return []
    if by_digits.startswith("+") and not _MAYBE_TRUNK_ZERO.match(by_digits):
        return [by_digits]  # in full already: the plan, asked, takes a hundred times as long
    full = canonical(number) if canonical is not None else None
    if full is None or full == by_digits:
        return [by_digits]
    return [full, by_digits] if len(by_digits) <= _SHORT else [full]


def switchboard_keys(key: str) -> Iterator[str]:
    """Yield the keys that the switchboard of this number may have, longest beginning first.

    ``+49301234567`` may be an extension of ``+493012345`` or of ``+49301234560`` ("-0").
    """
    for cut in range(1, _MAX_EXTENSION_DIGITS + 1):
        stem = key[:-cut]
        if len(stem) < _MIN_STEM:
            return
        for candidate in (stem, f"{stem}0"):
            if candidate != key:
                yield candidate
