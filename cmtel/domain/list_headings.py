"""What the columns of a list are called: which of them is the number, the name, the room."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from unicodedata import normalize

from cmtel.domain.phone_books import BookFields

#: Words that a heading may have, without accents, blanks and case; columns of numbers may repeat.
_BOOK: Mapping[str, str] = {
    "number": "number numbers phone phones telephone telephonenumber tel mobile mobil mobilephone"
    " handy fax telefon telefonnummer rufnummer nummer durchwahl telefone celular numero phone1"
    " phone2 businessphone homephone geschaftlich privat",
    "name": "name fullname displayname kontakt nome contact",
    "first": "firstname givenname vorname prenome",
    "last": "lastname surname sn familyname nachname sobrenome",
    "company": "company organization organisation org firma empresa",
    "id": "id uid recordid datensatzid key schlussel codigo",
}

#: Likewise, by the fields of an Extension in their order.
_EXTENSION: Mapping[str, str] = {
    "number": "extension ext number nebenstelle durchwahl nst ramal",
    "room": "room zimmer raum quarto apartamento",
    "department": "department abteilung departamento setor",
    "cost_centre": "costcentre costcenter kostenstelle centrodecusto",
    "kind": "class klasse classe kind art tipo",
    "valid_from": "validfrom from von gultigvon ab de validode checkin",
    "valid_to": "validto to bis gultigbis ate validoate checkout",
}


def book_headings(header: Sequence[str]) -> BookFields:
    """Return which columns of a phone book's file are what, from its first line."""
    by_meaning = {
        meaning: tuple(name for name in header if _folded(name) in words.split())
        for meaning, words in _BOOK.items()
    }
    name = by_meaning["name"][:1] or by_meaning["first"][:1] + by_meaning["last"][:1]
    return BookFields(by_meaning["number"], name, by_meaning["company"][:1], by_meaning["id"][:1])


def extension_headings(header: Sequence[str]) -> tuple[str, ...]:
    """Return the column of each field of an Extension, in their order; "" where there is none."""
    return tuple(
        next((name for name in header if _folded(name) in words.split()), "")
        for words in _EXTENSION.values()
    )


def likely_delimiter(first_line: str) -> str:
    """Return what parts the columns of a file, from its first line."""
    return max(";\t,|", key=first_line.count) if any(c in first_line for c in ";\t,|") else ","


def _folded(name: str) -> str:
    plain = normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain)
