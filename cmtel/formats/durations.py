"""Lengths of time as switches write them (formats.md 1.5)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from cmtel.errors import LineRejected

_WHOLE = re.compile("[0-9]{1,10}")
_CLOCK = re.compile("([0-9]{1,7}):([0-5]?[0-9])(?::([0-5]?[0-9]))?([.,][0-9]{1,9})?")
_UNITS = re.compile("(?:([0-9]{1,7})h)? ?(?:([0-9]{1,9})m(?:in)?)? ?(?:([0-9]{1,9})s)?")
_PRIMES = re.compile("(?:([0-9]{1,7}):)?([0-9]{1,7})'([0-5]?[0-9])\"?")
_NUMBER = re.compile("[0-9]{1,12}(?:[.,][0-9]{0,9})?")
#: Calls are short: most lengths of time have been seen before.
_REMEMBERED = 32_768
_UNIT_MS = {"ms": 1, "s": 1000, "min": 60_000}


def whole(text: str) -> int:
    """Return a whole number.

    Raises:
        LineRejected: ``text`` is not digits only, or more than ten of them.
    """
    if not _WHOLE.fullmatch(text):
        raise LineRejected
    return int(text)


@lru_cache(_REMEMBERED)
def clock_secs(text: str) -> int:
    """Return the seconds of ``HH:MM:SS``; hours may exceed 23.

    Raises:
        LineRejected: ``text`` does not look like that.
    """
    found = _CLOCK.fullmatch(text)
    if not found or not found[3] or found[4]:
        raise LineRejected
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])


@lru_cache(_REMEMBERED)
def minutes_secs(text: str) -> int:
    """Return the seconds of ``MM:SS``; minutes may exceed 59.

    Raises:
        LineRejected: ``text`` does not look like that.
    """
    found = _CLOCK.fullmatch(text)
    if not found or found[3] or found[4]:
        raise LineRejected
    return int(found[1]) * 60 + int(found[2])


def any_duration_ms(text: str, unit: str) -> int:
    """Return milliseconds of a number in ``unit``, or of a text that tells its units.

    Args:
        text: As sent, without blanks around: a number, ``H:MM:SS``, ``M:SS``, ``H:MM'SS"`` or
            ``1h2m3s``; fractions may be there.
        unit: ``s``, ``ms``, ``min``, or ``hms`` where digits are ``[H]HMMSS``.

    Raises:
        LineRejected: ``text`` is none of these.
    """
    if unit == "hms" and text.isdecimal():
        return _hms_secs(text) * 1000
    if _NUMBER.fullmatch(text):
        return int(_decimal(text) * _UNIT_MS[unit])
    if found := _CLOCK.fullmatch(text):
        big, small, rest = int(found[1]), int(found[2]), found[3]
        secs = big * 60 + small if rest is None else big * 3600 + small * 60 + int(rest)
        return secs * 1000 + int(_decimal(f"0{found[4] or ''}") * 1000)
    if found := _PRIMES.fullmatch(text):
        return (int(found[1] or 0) * 3600 + int(found[2]) * 60 + int(found[3])) * 1000
    if (found := _UNITS.fullmatch(text)) and any(found.groups()):
        hours, minutes, secs = (int(part or 0) for part in found.groups())
        return ((hours * 60 + minutes) * 60 + secs) * 1000
    raise LineRejected


def _hms_secs(digits: str) -> int:
    if len(digits) > 10:
        raise LineRejected
    rest, secs = divmod(int(digits), 100)
    hours, minutes = divmod(rest, 100)
    if minutes > 59 or secs > 59:
        raise LineRejected
    return (hours * 60 + minutes) * 60 + secs


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
