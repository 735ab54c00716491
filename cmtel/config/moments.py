"""Kinds of values that are about time of day, days and zones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cmtel.config.kinds import Kind, Known, XsdType

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"


class TimeSpan(NamedTuple):
    """From one time of day to another; an end before the start is on the next day."""

    start: time
    end: time


def _clock(value: time) -> str:
    return value.strftime("%H:%M")


@dataclass(frozen=True, slots=True)
class TimeOfDay(Kind):
    """A local time of day, ``HH:MM``."""

    def read(self, text: str, known: Known) -> time:
        if not re.fullmatch(_CLOCK, text):
            raise ValueError(self.refusal(text))
        return time.fromisoformat(text)

    def write(self, value: time) -> str:
        return _clock(value)

    @property
    def says(self) -> str:
        return "a time of day, HH:MM"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", _CLOCK),)


@dataclass(frozen=True, slots=True)
class TimeOfDaySpan(Kind):
    """Local times of day, ``22:00-06:00``; its value is a :class:`TimeSpan`."""

    def read(self, text: str, known: Known) -> TimeSpan:
        if not re.fullmatch(f"{_CLOCK}-{_CLOCK}", text):
            raise ValueError(self.refusal(text))
        start, end = map(time.fromisoformat, text.split("-"))
        return TimeSpan(start, end)

    def write(self, value: TimeSpan) -> str:
        return f"{_clock(value.start)}-{_clock(value.end)}"

    @property
    def says(self) -> str:
        return "a span of times, HH:MM-HH:MM"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", f"{_CLOCK}-{_CLOCK}"),)


@dataclass(frozen=True, slots=True)
class Weekdays(Kind):
    """Days of the week, ``Mon-Fri,Sun``; its value is a tuple of 0 (Monday) to 6, sorted."""

    def read(self, text: str, known: Known) -> tuple[int, ...]:
        days: set[int] = set()
        for part in text.split(","):
            first, _, last = part.strip().partition("-")
            if first not in _DAYS or (last or first) not in _DAYS:
                raise ValueError(self.refusal(text))
            start, end = _DAYS.index(first), _DAYS.index(last or first)
            days.update(day % 7 for day in range(start, end + 1 + (7 if end < start else 0)))
        return tuple(sorted(days))

    def write(self, value: tuple[int, ...]) -> str:
        if len(value) > 1 and value == tuple(range(value[0], value[-1] + 1)):
            return f"{_DAYS[value[0]]}-{_DAYS[value[-1]]}"
        return ",".join(_DAYS[day] for day in value)

    @property
    def says(self) -> str:
        return "days of the week, such as Mon-Fri or Sat,Sun"

    @property
    def xsd(self) -> XsdType:
        day = f"({'|'.join(_DAYS)})"
        return "xs:string", (("pattern", f"{day}(-{day})?( ?, ?{day}(-{day})?)*"),)


@dataclass(frozen=True, slots=True)
class Day(Kind):
    """A date, ``YYYY-MM-DD``."""

    def read(self, text: str, known: Known) -> date:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(self.refusal(text))
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(self.refusal(text)) from None

    @property
    def says(self) -> str:
        return "a date, YYYY-MM-DD"

    @property
    def xsd(self) -> XsdType:
        return "xs:string", (("pattern", "[0-9]{4}-[0-9]{2}-[0-9]{2}"),)


@dataclass(frozen=True, slots=True)
class Zone(Kind):
    """A time zone of the IANA database; its value is a ZoneInfo."""

    def read(self, text: str, known: Known) -> ZoneInfo:
        try:
            return ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            # OSError: the name of a folder ("Europe"), or too long for a file name.
            raise ValueError(self.refusal(text)) from None

    def write(self, value: ZoneInfo) -> str:
        return value.key

    @property
    def says(self) -> str:
        return "a time zone of the IANA database, such as Europe/Berlin"
