"""Mail addresses as they go over the wire."""

from __future__ import annotations

import re

#: What would end a command, an address or a line: nothing that comes from a file gets that far.
_UNSAFE = re.compile(r"[\x00-\x20\x7f-\x9f<>\u2028\u2029]")


def wire_address(address: str) -> str | None:
    """Return the address for MAIL and RCPT; None if it is none.

    A domain that is not ASCII is written in ASCII (IDNA); a name that is not stays as it is and
    needs SMTPUTF8.
    """
    name, at, domain = address.rpartition("@")
    if not name or not at or not domain or _UNSAFE.search(address):
        return None
    if domain.isascii() or not name.isascii():
        return address
    try:
        return f"{name}@{domain.encode('idna').decode('ascii')}"
    except UnicodeError:
        return None


def xtext(text: str) -> str:
    """Return ``text`` as the value of ENVID (RFC 3461 section 4)."""
    return "".join(c if "!" <= c <= "~" and c not in "+=" else _hexchars(c) for c in text)


def _hexchars(character: str) -> str:
    return "".join(f"+{byte:02X}" for byte in character.encode("utf-8"))
