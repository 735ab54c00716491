"""Start and end of a call as text, where a source gives one of them and the lengths of time.

Nearly all calls begin and end on one day, in hours with the same offset: then adding seconds is
enough. All others are computed as moments.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache

from cmtel.errors import LineRejected
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.times import SwitchClock, iso, iso_time

_DAY_SECS = 86_400
_TIME_OF_DAY = re.compile("([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")


@lru_cache(2 * _DAY_SECS)
def day_secs(text: str) -> int:
    """Return the seconds since midnight of ``HH:MM`` or ``HH:MM:SS``.

    Raises:
        LineRejected: It does not look like that, or there is no such time.
    """
    found = _TIME_OF_DAY.fullmatch(text)
    if not found:
        raise LineRejected
    return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)


@lru_cache(_DAY_SECS)
def _clock_text(secs: int) -> str:
    return f"{secs // 3600:02}:{secs // 60 % 60:02}:{secs % 60:02}"


def known_length(ring_secs: int | None, connected_secs: int | None) -> int | None:
    """Return the seconds from start to end; None where the end is not known (formats.md 1.4)."""
    if ring_secs is None:
        return connected_secs or None
    return ring_secs + (connected_secs or 0)


class CallSpans:
    """Starts and ends on the clock of one switch."""

    def __init__(self, options: DecodeOptions) -> None:
        self._clock = SwitchClock(options.timezone)
        self._has_zone = options.timezone is not None

    def from_start(self, day: str, secs: int, length_secs: int | None) -> tuple[str, str | None]:
        """Return start and end of a call that starts ``secs`` after midnight.

        Args:
            day: ``YYYY-MM-DD``, valid.
            secs: Less than a day.
            length_secs: None: the end is not known.

        Raises:
            LineRejected: The end lies outside the calendar.
        """
        end_secs = secs + (length_secs or 0)
        offset: str | None = ""
        if self._has_zone or end_secs >= _DAY_SECS:
            offset = self._common_offset(day, secs, end_secs)
        if offset is None:
            return self._from_moment(day, secs, length_secs)
        started_at = f"{day}T{_clock_text(secs)}{offset}"
        if length_secs is None:
            return started_at, None
        return started_at, f"{day}T{_clock_text(end_secs)}{offset}"

    def from_end(self, day: str, secs: int, length_secs: int) -> tuple[str, str]:
        """Return start and end of a call that ends ``secs`` after midnight.

        Raises:
            LineRejected: The start lies outside the calendar.
        """
        start_secs = secs - length_secs
        offset: str | None = ""
        if self._has_zone or start_secs < 0:
            offset = self._common_offset(day, start_secs, secs)
        if offset is None:
            ended = self._moment(day, secs)
            return iso(self._clock.plus(ended, -length_secs)), iso(ended)
        return (
            f"{day}T{_clock_text(start_secs)}{offset}",
            f"{day}T{_clock_text(secs)}{offset}",
        )

    def between(self, start: str, end: str) -> tuple[str, str]:
        """Return start and end that the source both gives, as ``YYYY-MM-DDTHH:MM:SS``, valid.

        Raises:
            LineRejected: One of them lies outside the calendar.
        """
        if not self._has_zone:
            return start, end
        started = self._clock.at(iso_time(start))
        return iso(started), iso(self._clock.at(iso_time(end), after=started))

    def _common_offset(self, day: str, start_secs: int, end_secs: int) -> str | None:
        """Return the offset of both times; None if it takes more to know it."""
        if start_secs < 0 or end_secs >= _DAY_SECS:
            return None
        offset = self._clock.offset_around(f"{day} {start_secs // 3600:02}")
        if end_secs // 3600 == start_secs // 3600:
            return offset
        is_same = self._clock.offset_around(f"{day} {end_secs // 3600:02}") == offset
        return offset if is_same else None

    def _from_moment(self, day: str, secs: int, length_secs: int | None) -> tuple[str, str | None]:
        started = self._moment(day, secs)
        if length_secs is None:
            return iso(started), None
        return iso(started), iso(self._clock.plus(started, length_secs))

    def _moment(self, day: str, secs: int) -> datetime:
        return self._clock.at(datetime.fromisoformat(day) + timedelta(seconds=secs))
