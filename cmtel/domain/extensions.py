"""Extensions and whose they were when: room, department, cost centre, class, from and to.

An entry holds from its first moment up to, and without, its last one, both local times of the
switch. Where two entries of an extension hold at one moment, the one that began later counts (a
new guest, before the old one was signed off); such overlaps are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

ExtensionClass = Literal["guest", "admin", "house"]

#: The words for the classes that lists use, in lower case.
_CLASSES: Mapping[str, ExtensionClass] = {
    "guest": "guest", "gast": "guest", "hóspede": "guest", "hospede": "guest", "room": "guest",
    "admin": "admin", "administration": "admin", "verwaltung": "admin",
    "administração": "admin", "administrativo": "admin", "administrative": "admin",
    "house": "house", "haus": "house", "casa": "house", "serviço": "house", "service": "house",
}  # fmt: skip

#: Before and after all moments of ISO 8601 text.
_ALWAYS, _NEVER = "", "~"


class Extension(NamedTuple):
    """One entry of the list. Moments are ISO 8601, local: ``2026-11-22T14:00:00``."""

    number: str
    room: str | None = None
    department: str | None = None
    cost_centre: str | None = None
    kind: ExtensionClass | None = None
    #: None: since ever.
    valid_from: str | None = None
    #: The first moment at which it no longer holds; None: until further notice.
    valid_to: str | None = None


class Overlap(NamedTuple):
    """Two entries of one extension that hold at the same time."""

    first: Extension
    second: Extension


class ExtensionDirectory:
    """The entries, by extension and moment. Never changes once it is made."""

    def __init__(self, entries: Iterable[Extension] = ()) -> None:
        self._by_number: dict[str, list[Extension]] = {}
        for entry in entries:
            self._by_number.setdefault(entry.number, []).append(entry)
        for several in self._by_number.values():
            several.sort(key=_begin)

    def __len__(self) -> int:
        return sum(map(len, self._by_number.values()))

    @property
    def entries(self) -> list[Extension]:
        """All entries by extension, each one's from the first to the last."""
        return [entry for number in sorted(self._by_number) for entry in self._by_number[number]]

    def as_of(self, number: str, moment: str | None) -> Extension | None:
        """Return the entry of an extension that held at a moment, or None.

        Args:
            moment: ISO 8601, local; an offset is not looked at. None (unknown): only an entry
                that holds always is no guess.
        """
        for entry in reversed(self._by_number.get(number, ())):
            if entry.valid_from is None and entry.valid_to is None:
                return entry
            if moment is not None and _begin(entry) <= moment[:19] < _end(entry):
                return entry
        return None

    def knows(self, number: str) -> bool:
        """Whether the extension is in the list, at whatever time."""
        return number in self._by_number

    def overlaps(self) -> list[Overlap]:
        """Return every two entries of an extension that hold at one moment."""
        return [
            Overlap(first, second)
            for several in self._by_number.values()
            for index, first in enumerate(several)
            for second in several[index + 1 :]
            if _begin(second) < _end(first)
        ]

    def unused(self, seen: Iterable[str], moment: str) -> list[Extension]:
        """Return the entries that hold at a moment and whose extension was not seen."""
        used = set(seen)
        current = (self.as_of(number, moment) for number in sorted(self._by_number))
        return [entry for entry in current if entry and entry.number not in used]


def make_extension(values: Sequence[str | None]) -> Extension:
    """Return the entry of a row of a list: the values in the order of :class:`Extension`.

    A last day counts as a whole; a last moment does not hold any more.

    Raises:
        ValueError: What is wrong, as a sentence without a beginning: "has no extension".
    """
    number, room, department, cost_centre, kind, begin, end = (
        (value or "").strip() or None for value in values
    )
    if number is None:
        raise ValueError("has no extension")
    valid_from, valid_to = _moment(begin, is_end=False), _moment(end, is_end=True)
    if valid_from is not None and valid_to is not None and valid_to <= valid_from:
        raise ValueError(f"of extension {number} ends ({end}) before it begins ({begin})")
    if kind is not None and kind.casefold() not in _CLASSES:
        raise ValueError(f"of extension {number} has the class {kind!r}: guest, admin or house")
    known = _CLASSES[kind.casefold()] if kind else None
    return Extension(number, room, department, cost_centre, known, valid_from, valid_to)


def _begin(entry: Extension) -> str:
    return entry.valid_from or _ALWAYS


def _end(entry: Extension) -> str:
    return entry.valid_to or _NEVER


#: 9999-12-31 is how many databases write "until further notice".
_FOREVER_YEAR = 9999
_GERMAN_DATE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def _moment(text: str | None, *, is_end: bool) -> str | None:
    if text is None:
        return None
    iso = _GERMAN_DATE.sub(lambda m: f"{m[3]}-{int(m[2]):02d}-{int(m[1]):02d}", text, count=1)
    try:
        moment = datetime.fromisoformat(iso).replace(tzinfo=None, microsecond=0)
    except ValueError:
        raise ValueError(f"has {text!r}, which is no YYYY-MM-DD or YYYY-MM-DD HH:MM") from None
    if is_end and moment.year == _FOREVER_YEAR:
        return None
    is_day = len(iso) <= len("2026-11-22")
    return (moment + timedelta(days=1) if is_end and is_day else moment).isoformat()


def first_day(valid_from: str) -> str:
    """Return how people write the beginning of an entry: its day, or the moment if it is none."""
    return valid_from.replace("T", " ")[:16].removesuffix(" 00:00")


def last_day(valid_to: str) -> str:
    """Return how people write the end of an entry: its last day, or the moment if it is none."""
    moment = datetime.fromisoformat(valid_to)
    if moment.time() == datetime.min.time():
        day: date = (moment - timedelta(days=1)).date()
        return day.isoformat()
    return moment.isoformat(" ", "minutes")
