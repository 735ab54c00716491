"""Telephone numbers and names as they go into a call (formats.md 1.7)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

_NOBODY = frozenset({"anonymous", "unknown", "unavailable", "private", "restricted", "withheld"})
#: Names come again and again.
_REMEMBERED = 16_384
_NUMBER_ONLY = re.compile(r"[0-9+ \t]*")
_SIP_ADDRESS = re.compile(r"(?:[^<]*<)?\s*(?:sips?:|tel:)?([^@;>]*)", re.IGNORECASE)


def number(text: str) -> str | None:
    """Return a number as sent, without blanks; None if nothing is left."""
    if text.isdecimal():  # nearly all are, and feeds have millions
        return text
    # Columns have blanks at their ends: five times as fast as translate().
    return text.replace(" ", "").replace("\t", "") or None


def caller_number(text: str) -> str | None:
    """Return the caller's number; None also for the words that say that it is withheld."""
    found = number(text)
    if found is None or found.isdecimal():
        return found
    return None if found.lower() in _NOBODY else found


def numbers(texts: Sequence[str]) -> list[str | None]:
    """Return what :func:`number` makes of each."""
    joined = "".join(texts)
    if not joined:
        return [None] * len(texts)
    if joined.isdecimal() and all(texts):
        return list(texts)
    return [text if text.isdecimal() else (text and number(text)) or None for text in texts]


def caller_numbers(texts: Sequence[str]) -> list[str | None]:
    """Return what :func:`caller_number` makes of each."""
    joined = "".join(texts)
    if not joined or (joined.isdecimal() and all(texts)):
        return numbers(texts)
    return [text if text.isdecimal() else (text and caller_number(text)) or None for text in texts]


def sip_user(text: str) -> str:
    """Return the user part of a SIP or tel address: no scheme, display name, host, parameters."""
    found = _SIP_ADDRESS.match(text)
    return found[1] if found else text


def party_name(text: str, of_number: str | None) -> str | None:
    """Return the name of a party as sent; None for what is no name.

    Args:
        text: As sent.
        of_number: The party's number: it is no name of itself.
    """
    name = proper_name(text)
    return None if name == of_number else name


@lru_cache(_REMEMBERED)
def proper_name(text: str) -> str | None:
    """Return a name as sent; None for nothing, numbers, and the words for a withheld caller."""
    name = text.strip(" \t")
    return None if _NUMBER_ONLY.fullmatch(name) or name.lower() in _NOBODY else name
