"""Layouts of hotel tickets: where each field code of the vendor stands in the line.

Source: CM / TOTVS Sisinterface, ticket 001 "Tarifação": table of field codes, layouts A and B.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from cmtel.errors import LineRejected
from cmtel.formats.durations import whole
from cmtel.formats.options import bad_value, choice, count
from cmtel.formats.seam import FormatOption

LAYOUT = FormatOption(
    "layout", "auto, A, B, or code:position:length,... with the vendor's codes", default="auto"
)
IDENT = FormatOption("ident", "the identifier at the start of a ticket", default="TAR")
DURATION_UNIT = FormatOption(
    "duration-unit",
    "hms (codes 062, 061, 060), or code 060 alone: s, tenths or sixths of a second",
    default="hms",
)
ADD_SECS = FormatOption(
    "add-secs", "seconds that the exchange subtracts from answered calls", default="0"
)

_LAYOUTS = {
    "A": (
        "010:5:4,040:10:2,041:13:2,042:16:4,050:21:2,051:24:2,062:27:2,061:29:2,060:31:2,080:34:20"
    ),
    "B": (
        "010:5:4,040:9:2,041:12:2,042:15:4,050:20:2,051:23:2,052:26:2,062:29:2,061:31:2,060:33:2,"
        "080:36:20"
    ),
}
_ITEM = re.compile("([0-9]{3}):([1-9][0-9]{0,3}):([1-9][0-9]{0,2})")
#: Without them it is no ticket.
_NEEDED = {
    "010": "extension",
    "040": "day",
    "041": "month",
    "042": "year",
    "050": "hour",
    "051": "minute",
    "080": "number",
}
#: The codes that are read, in the order of a :class:`Ticket`.
_CODES = ("010", "040", "041", "042", "050", "051", "052", "062", "061", "060", "080")
_BEFORE = (
    "([^ \t]+)[ \t]+([0-9]{2})/([0-9]{2})/([0-9]{4}|[0-9]{2})[ \t]+([0-9]{2}):([0-9]{2})"
    "(?::([0-9]{2}))?"
)
_HMS, _COUNT = "([0-9]{2})([0-9]{2})([0-9]{2})", "()()([0-9]{1,10})"
_UNITS_A_SEC = {"s": 1, "tenths": 10, "sixths": 6}
_REMEMBERED = 16_384


class Ticket(NamedTuple):
    """The texts of a ticket, blanks at their ends dropped; empty where they are not sent."""

    extension: str
    day: str
    month: str
    year: str
    hour: str
    minute: str
    second: str
    duration_hours: str
    duration_minutes: str
    duration: str
    number: str


#: Reads a ticket whose identifier was checked; raises LineRejected.
ReadTicket = Callable[[str], Iterable[str]]


def ticket_reader(values: Mapping[str, str]) -> ReadTicket:
    """Return what reads a ticket, in the order of :class:`Ticket`, by the option ``layout``.

    Raises:
        UsageError: The layout is none, or lacks a field that every ticket needs.
    """
    name = values.get(LAYOUT.name, LAYOUT.default)
    if name != "auto":
        cut = itemgetter(*_places(_LAYOUTS.get(name, name), name))
        return lambda text: map(str.strip, cut(text))
    ident = re.escape(values.get(IDENT.name, IDENT.default))
    is_hms = values.get(DURATION_UNIT.name, "hms") == "hms"
    line = re.compile(
        f"{ident}[ \t]+{_BEFORE}[ \t]+{_HMS if is_hms else _COUNT}[ \t]+([^ \t]+)[ \t]*"
    )

    def read(text: str) -> Iterable[str]:
        found = line.fullmatch(text)
        if not found:
            raise LineRejected
        return found.groups("")

    return read


def duration_reader(values: Mapping[str, str]) -> Callable[[str, str, str], int | None]:
    """Return what reads hours, minutes and seconds (or units) to seconds; all blank is None.

    Raises:
        UsageError: ``duration-unit`` or ``add-secs`` is no value for it.
    """
    unit = choice(values, DURATION_UNIT.name, ("hms", *_UNITS_A_SEC), DURATION_UNIT.default)
    added_secs = count(values, ADD_SECS.name)
    units_a_sec = _UNITS_A_SEC.get(unit)

    @lru_cache(_REMEMBERED)
    def read(hours: str, minutes: str, rest: str) -> int | None:
        if units_a_sec is None:
            secs = _hms_secs(hours, minutes, rest)
        else:
            secs = whole(rest) // units_a_sec if rest else None
        return secs + added_secs if secs else secs

    return read


def _places(layout: str, given: str) -> list[slice]:
    """Return where each of the codes stands; nowhere if the layout does not have it."""
    places: dict[str, slice] = {}
    for item in layout.split(","):
        found = _ITEM.fullmatch(item.strip())
        if not found:
            raise bad_value(LAYOUT.name, given, "Write auto, A, B or code:position:length,...")
        first = int(found[2]) - 1
        places[found[1]] = slice(first, first + int(found[3]))
    missing = [f"{code} ({name})" for code, name in _NEEDED.items() if code not in places]
    if missing:
        raise bad_value(LAYOUT.name, given, f"It lacks the codes {', '.join(missing)}.")
    return [places.get(code, slice(0)) for code in _CODES]


def _hms_secs(hours: str, minutes: str, secs: str) -> int | None:
    if not (hours or minutes or secs):
        return None
    parts = [whole(part or "0") for part in (hours, minutes, secs)]
    if parts[1] > 59 or parts[2] > 59:
        raise LineRejected
    return (parts[0] * 60 + parts[1]) * 60 + parts[2]
