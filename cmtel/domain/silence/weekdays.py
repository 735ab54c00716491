"""Days of the week by name: ``Mon-Fri``, ``Sun-Thu``, ``Mon,Wed,Sat``."""

from __future__ import annotations

_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def parse_weekdays(text: str) -> frozenset[int]:
    """Return the days named (0 is Monday); a range may run over the end of the week.

    Raises:
        ValueError: A part is no day and no range of days.
    """
    return frozenset(day for part in text.split(",") for day in _days(part))


def _days(part: str) -> list[int]:
    first, dash, last = part.partition("-")
    start = _day(first)
    length = (_day(last) - start) % 7 if dash else 0
    return [(start + step) % 7 for step in range(length + 1)]


def _day(name: str) -> int:
    key = name.strip().lower()[:3]
    if key not in _NAMES:
        raise ValueError(f"{name.strip()!r} is no day of the week.")
    return _NAMES.index(key)
