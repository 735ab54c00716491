"""Hotel tickets: a fixed layout in the vendor's field codes (formats.md 10.1)."""

from __future__ import annotations

import re

from cmtel.formats.proposal.claims import Claims
from cmtel.formats.proposal.table import Column, Table

#: Ticket 001 begins with three capitals that are the same in all of them.
_IDENT = re.compile("[A-Z]{3}")
_DAY_CODES = {"d": "040", "m": "041", "y": "042", "Y": "042"}
_CLOCK_CODES = {"H": "050", "M": "051", "S": "052"}
_WIDTHS = {"Y": 4}
_NEEDED = frozenset({"local_number", "remote_number", "connected"})
_MOMENTS = ({"date", "time"}, {"datetime"})
_DIALLED = re.compile("[0-9*#+]+")


def ticket_options(table: Table, roles: Claims) -> dict[str, str] | None:
    """Return the options of cm-ticket for a table of hotel tickets; None if it is none.

    A ticket has an identifier, extension, date, time, duration and dialled number and nothing
    else; the date has day, month and year, the duration six digits.
    """
    ident = _ident(table.columns[0])
    places = {name: table.columns[index] for index, name in roles.fields.items()}
    is_ticket = (
        set(places) - _NEEDED in _MOMENTS
        and set(places) >= _NEEDED
        and roles.options.get("duration-unit") == "hms"
    )
    if ident is None or not is_ticket or not _has_dialled_only(places["remote_number"]):
        return None
    items = [
        _item("010", places["local_number"].start, places["local_number"].width),
        *_moment(places, roles.options["date-format"].split("|")[0]),
        *_parts(places["connected"].start, "%H%M%S", {"H": "062", "M": "061", "S": "060"}),
        _item("080", places["remote_number"].start, places["remote_number"].width),
    ]
    return {"layout": ",".join(items), "ident": ident}


def _ident(column: Column) -> str | None:
    words = set(column.values)
    word = words.pop() if len(words) == 1 else ""
    return word if _IDENT.fullmatch(word) else None


def _has_dialled_only(column: Column) -> bool:
    return all(map(_DIALLED.fullmatch, column.values))


def _moment(places: dict[str, Column], pattern: str) -> list[str]:
    if "datetime" in places:
        return _parts(places["datetime"].start, pattern, _DAY_CODES | _CLOCK_CODES)
    day, _, clock = pattern.partition(" ")
    days = _parts(places["date"].start, day, _DAY_CODES)
    return [*days, *_parts(places["time"].start, clock, _CLOCK_CODES)]


def _parts(start: int, pattern: str, codes: dict[str, str]) -> list[str]:
    """Return the places of the parts of a strptime pattern; all have two digits, %Y has four."""
    items, at = [], start
    for letter, mark in re.findall("%([a-zA-Z])([^%]*)", pattern):
        width = _WIDTHS.get(letter, 2)
        items.append(_item(codes[letter], at, width))
        at += width + len(mark)
    return items


def _item(code: str, start: int, width: int) -> str:
    return f"{code}:{start}:{width}"
