"""Classes of outgoing calls, by the number alone: a feed may be split by them."""

from __future__ import annotations

#: Shorter numbers are services, emergency calls or extensions.
_SHORT_DIGITS = 6
#: What international numbers begin with in most countries (ITU-T E.164, prefix 00), and E.164's +.
_ABROAD = ("+", "00")


def call_class(direction: str, number: str, country_code: str = "") -> str:
    """Return incoming, internal, international, short or national; empty: there is no number.

    Args:
        direction: in, out, internal, or empty.
        number: The other party's, as sent or in E.164.
        country_code: The site's own, digits only: numbers that begin with it are national.
    """
    if direction in ("in", "internal"):
        return {"in": "incoming"}.get(direction, direction)
    digits = number.strip()
    if not digits:
        return ""
    for prefix in _ABROAD:
        if digits.startswith(prefix):
            rest = digits[len(prefix) :]
            is_own = country_code and rest.startswith(country_code)
            return "national" if is_own else "international"
    return "short" if len(digits) < _SHORT_DIGITS else "national"
