"""Times in a layout that the user describes with strptime patterns (formats.md 11.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from cmtel.errors import LineRejected
from cmtel.formats.dates import DateHint, nearest_year
from cmtel.formats.options import bad_value
from cmtel.formats.times import iso_times

#: The usual layouts, tried in this order.
DATED = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y/%m/%d %H:%M:%S", "%d.%m.%Y %H:%M:%S",
    "%d.%m.%y %H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%y %H:%M",
    "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M",
)  # fmt: skip
#: The usual layouts of a time that has no date at all.
UNDATED = ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_EPOCH_SECS = re.compile(r"[0-9]{1,11}(?:[.,][0-9]{1,9})?")
#: What strptime knows, as in Python's "strftime() and strptime() format codes".
_DIRECTIVES = frozenset("aAwdbBmyYHIpMSfzjUWcxXGuV%")
_OF_YEARS, _OF_DAYS = frozenset("yYGcx"), frozenset("dmbBjcxUWGV")
_LAST_SHORT_YEAR = 1969
_REMEMBERED = 4096
_ISO_8601 = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}")


class PatternTime(NamedTuple):
    """A time as a pattern read it: aware if an offset was sent; what is not in it is arbitrary."""

    moment: datetime
    has_date: bool
    has_year: bool

    def in_year_near(self, hint: DateHint) -> datetime:
        """Return the moment, with the year that brings it next to the hint if none was sent.

        Raises:
            LineRejected: There is no such day in the years around.
        """
        if self.has_year:
            return self.moment
        day = nearest_year(self.moment.month, self.moment.day, hint.day)
        return self.moment.replace(year=day.year)


class TimePatterns:
    """Patterns of strptime, tried one after another; ``epoch`` stands for seconds since 1970."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Take the patterns.

        Raises:
            UsageError: A pattern has a directive that strptime does not know.
        """
        for pattern in patterns:
            _check(pattern)
        self._patterns = patterns
        #: Return what a text says; LineRejected if no pattern fits.
        self.parse = lru_cache(_REMEMBERED)(self._parse)

    def parse_alike(self, texts: Sequence[str]) -> tuple[Sequence[str], Sequence[datetime | None]]:
        """Return many texts of the first pattern as ISO 8601, and their times; None for "".

        Raises:
            LineRejected: A text has another layout, or the patterns begin with another one.
        """
        if self._patterns[0] not in DATED[:2]:
            raise LineRejected
        if self._patterns[0] == DATED[1]:
            texts = [text.replace("T", " ") for text in texts]
        return texts, iso_times(texts)

    def _parse(self, text: str) -> PatternTime:
        for pattern in self._patterns:
            try:
                return _parse_one(text, pattern)
            except ValueError:
                continue  # the next pattern may fit
        raise LineRejected


def _parse_one(text: str, pattern: str) -> PatternTime:
    """Raises ValueError if the text does not fit, as strptime does."""
    if pattern == "epoch":
        return PatternTime(_from_epoch(text), has_date=True, has_year=True)
    if pattern in DATED[:2] and _ISO_8601.fullmatch(text):  # a tenth of strptime's time
        return PatternTime(datetime.fromisoformat(text), has_date=True, has_year=True)
    used = set(re.findall("%(.)", pattern))
    if used & _OF_YEARS or not used & _OF_DAYS:
        found = datetime.strptime(text, pattern)  # noqa: DTZ007  # the zone is the switch's
        if "y" in used and found.year == _LAST_SHORT_YEAR:
            found = found.replace(year=2069)  # two digits up to 69 are 20xx, not 68 as in Python
        return PatternTime(found, has_date=bool(used & _OF_DAYS), has_year=True)
    # In a leap year, or 29 February would be impossible.
    found = datetime.strptime(f"2000 {text}", f"%Y {pattern}")  # noqa: DTZ007  # as above
    return PatternTime(found, has_date=True, has_year=False)


def _from_epoch(text: str) -> datetime:
    if not _EPOCH_SECS.fullmatch(text):
        raise ValueError(text)
    # Shifting by whole microseconds: a float would round them.
    whole, _, fraction = text.replace(",", ".").partition(".")
    return datetime.fromtimestamp(int(whole), _EPOCH.tzinfo).replace(
        microsecond=int(f"{fraction:0<6.6}")
    )


def _check(pattern: str) -> None:
    unknown = [item for item in re.findall("%(.?)", pattern) if item not in _DIRECTIVES]
    if not pattern or unknown:
        raise bad_value("date-format", pattern, "Write strptime patterns with | between, or epoch.")
