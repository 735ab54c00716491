"""Telephone numbers and names as they go into a call (formats.md 1.7)."""

from __future__ import annotations

import re

_NOBODY = frozenset({"anonymous", "unknown", "unavailable", "private", "restricted", "withheld"})
_BLANKS = str.maketrans("", "", " \t")
_NUMBER_ONLY = re.compile(r"[0-9+ \t]*")
_SIP_ADDRESS = re.compile(r"(?:[^<]*<)?\s*(?:sips?:|tel:)?([^@;>]*)", re.IGNORECASE)


def number(text: str) -> str | None:
    """Return a number as sent, without blanks; None if nothing is left."""
    if text.isdecimal():  # nearly all are, and feeds have millions
        return text
    return text.translate(_BLANKS) or None


def caller_number(text: str) -> str | None:
    """Return the caller's number; None also for the words that say that it is withheld."""
    if text.isdecimal():
        return text
    found = number(text)
    return None if found is None or found.lower() in _NOBODY else found


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


def proper_name(text: str) -> str | None:
    """Return a name as sent; None for nothing, numbers, and the words for a withheld caller."""
    name = text.strip(" \t")
    return None if _NUMBER_ONLY.fullmatch(name) or name.lower() in _NOBODY else name
