"""Local times of a switch to moments, and moments to ISO 8601 (formats.md 1.4).

A moment is a datetime: naive where the zone is not known, else with its fixed offset, so that
differences and sums are made on the absolute time line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from cmtel.errors import LineRejected

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNS = ((4, "-"), (7, "-"), (10, " "), (13, ":"), (16, ":"))
_HOUR_END = timedelta(minutes=59, seconds=59)
#: Ten years; forgetting them costs time only.
_MOST_DAYS = 3_660
_MOST_HOURS = 24 * _MOST_DAYS


class SwitchClock:
    """The clock of one switch: its local times, in its zone if that is known."""

    def __init__(self, zone: ZoneInfo | None) -> None:
        self._zone = zone
        self._days: dict[str, str | dict[str, str | None]] = {}
        #: By the hour since the year 1: the offset of all its local times, which come once each;
        #: None if it is not as simple as that.
        self._local_hours: dict[int, timezone | None] = {}
        #: The offset of all moments of an hour of UTC; None as above.
        self._utc_hours: dict[int, timezone | None] = {}

    def at(self, local: datetime, *, after: datetime | None = None) -> datetime:
        """Return the moment of a local time.

        Of a time that comes twice it is the first, but the second if the first lies before
        ``after``, an earlier moment of the same call. A time that does not exist has the offset
        that was valid before the gap.
        """
        if self._zone is None or local.tzinfo is not None:
            return local
        if offset := self._offset_of_local(local):
            return local.replace(tzinfo=offset, fold=0)
        first, second = self.readings(local)
        is_too_early = after is not None and after.tzinfo is not None and first < after
        return second if is_too_early else first

    def readings(self, local: datetime) -> tuple[datetime, datetime]:
        """Return the two moments of a local time that comes twice, else one moment two times."""
        first = self._fixed(local, fold=0)
        second = self._fixed(local, fold=1)
        # In a gap the second reading is the earlier moment.
        return first, (second if second > first else first)

    def nearest(self, local: datetime, target: datetime) -> datetime:
        """Return the reading of a local time that is nearest to ``target``."""
        if self._zone is None:
            return local
        return min(self.readings(local), key=lambda moment: abs(moment - target))

    def utc(self, moment: datetime) -> datetime:
        """Return an aware moment in the switch's zone; as it is where that is not known.

        Raises:
            LineRejected: It lies outside the calendar.
        """
        if self._zone is None:
            return moment
        try:
            in_utc = moment.astimezone(UTC)
            if offset := self._offset_of_utc(in_utc):
                return in_utc.astimezone(offset)
            return _with_offset(moment.astimezone(self._zone))
        except (OverflowError, ValueError) as exc:
            raise LineRejected from exc

    def epoch(self, secs: float) -> datetime:
        """Return the moment ``secs`` after 1970-01-01 UTC, in the switch's zone if it is known.

        Raises:
            LineRejected: It lies outside the calendar.
        """
        try:
            return self.utc(_with_offset(_EPOCH + timedelta(seconds=secs)))
        except (OverflowError, ValueError) as exc:
            raise LineRejected from exc

    def plus(self, moment: datetime, secs: float) -> datetime:
        """Return the moment ``secs`` later (earlier if negative), with the offset valid then.

        Raises:
            LineRejected: It lies outside the calendar.
        """
        try:
            if self._zone is None or moment.tzinfo is None:
                return moment + timedelta(seconds=secs)
            return self.utc(moment.astimezone(UTC) + timedelta(seconds=secs))
        except (OverflowError, ValueError) as exc:
            raise LineRejected from exc

    def span(self, start_text: str, secs: float) -> tuple[str, str]:
        """Return start and end, ``secs`` later, of a call as ISO 8601.

        Args:
            start_text: Local, ``YYYY-MM-DDTHH:MM:SS``.
            secs: Not negative.

        Raises:
            LineRejected: The start is impossible, or the end lies outside the calendar.
        """
        start = iso_time(start_text)
        try:
            end_text = (start + timedelta(seconds=secs)).isoformat()
        except OverflowError as exc:
            raise LineRejected from exc
        if self._zone is None:
            return start_text, end_text
        offset = self._common_offset(start_text, end_text)
        if offset is not None:
            return start_text + offset, end_text + offset
        begun = self.at(start)
        return iso(begun), iso(self.plus(begun, secs))

    def pair(self, start_text: str, end_text: str) -> tuple[str, str]:
        """Return start and end of a call as ISO 8601; both are local, ``YYYY-MM-DDTHH:MM:SS``.

        Raises:
            LineRejected: One of them is impossible.
        """
        start, end = iso_time(start_text), iso_time(end_text)
        if self._zone is None:
            return start_text, end_text
        offset = self._common_offset(start_text, end_text)
        if offset is not None:
            return start_text + offset, end_text + offset
        begun = self.at(start)
        return iso(begun), iso(self.at(end, after=begun))

    def _common_offset(self, start_text: str, end_text: str) -> str | None:
        offset = self.offset_around(start_text)
        if start_text[:13] == end_text[:13] or self.offset_around(end_text) == offset:
            return offset
        return None

    def offset_around(self, text: str) -> str | None:
        """Return the offset of a local time as text; "" without zone. Quick for times in a row.

        Args:
            text: ``YYYY-MM-DD HH:MM:SS``, or with ``T``.

        Returns:
            None if the offset changes in that hour, or one of its times comes twice or never.

        Raises:
            LineRejected: There is no such day or hour.
        """
        if self._zone is None:
            return ""
        day = text[:10]
        if day not in self._days:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            self._days[day] = _offsets_of_day(self._zone, day)
        offsets = self._days[day]
        if isinstance(offsets, str):
            return offsets
        hour = text[11:13]
        if hour not in offsets:
            raise LineRejected
        return offsets[hour]

    def offset_of_call(self, start: str, *others: str) -> str | None:
        """Return the offset of all times of a call; None if they are not as simple as that.

        Args:
            start: As for :meth:`offset_around`.
            others: The same, or "" for no time.

        Raises:
            LineRejected: There is no such day or hour.
        """
        hour, offset = start[:13], self.offset_around(start)
        for text in others:
            if text and text[:13] != hour and self.offset_around(text) != offset:
                return None
        return offset

    def offset_of_all(self, columns: Iterable[Sequence[str]]) -> str:
        """Return the offset that all these local times have, as text; "" without zone.

        Args:
            columns: Of texts as for :meth:`offset_around`; "" is no time.

        Raises:
            LineRejected: They do not all have the same one, or it is not as simple as that.
        """
        if self._zone is None:
            return ""
        hours = {text[:13] for texts in columns for text in texts if text}
        offsets = set(map(self.offset_around, hours))
        offset = offsets.pop() if len(offsets) == 1 else None
        if offset is None:
            raise LineRejected
        return offset

    def _offset_of_local(self, local: datetime) -> timezone | None:
        """Return the offset of a local time if all of its hour have it; quick for an hour again."""
        hour = local.toordinal() * 24 + local.hour
        if hour not in self._local_hours:
            begin = local.replace(minute=0, second=0, microsecond=0)
            around = (begin, begin + _HOUR_END)
            found = {self._fixed(each, fold).tzinfo for each in around for fold in (0, 1)}
            _remember(self._local_hours, hour, found)
        return self._local_hours[hour]

    def _offset_of_utc(self, moment: datetime) -> timezone | None:
        """Return the offset in the switch's zone of a moment in UTC, as above."""
        hour = moment.toordinal() * 24 + moment.hour
        if hour not in self._utc_hours:
            begin = moment.replace(minute=0, second=0, microsecond=0)
            try:
                around = [at.astimezone(self._zone) for at in (begin, begin + _HOUR_END)]
            except OverflowError:  # a part of the hour lies outside the calendar
                return None
            _remember(self._utc_hours, hour, {_with_offset(at).tzinfo for at in around})
        return self._utc_hours[hour]

    def _fixed(self, local: datetime, fold: int) -> datetime:
        return _with_offset(local.replace(tzinfo=self._zone, fold=fold))


@lru_cache(_MOST_DAYS)
def _offsets_of_day(zone: ZoneInfo, day: str) -> str | dict[str, str | None]:
    """Return the offset of the whole day, or those of its hours if they are not the same."""
    begin = iso_time(f"{day} 00:00:00")
    hours = [begin.replace(hour=hour) for hour in range(24)]
    offsets = {f"{hour:%H}": _offset_of_hour(zone, hour) for hour in hours}
    found = offsets["00"]
    return found if found and len(set(offsets.values())) == 1 else offsets


def _offset_of_hour(zone: ZoneInfo, begin: datetime) -> str | None:
    moments = [
        _with_offset(local.replace(tzinfo=zone, fold=fold))
        for local in (begin, begin + _HOUR_END)
        for fold in (0, 1)
    ]
    if len({moment.tzinfo for moment in moments}) > 1:
        return None
    return iso(moments[0])[19:]


def iso(moment: datetime) -> str:
    """Return a moment as ``YYYY-MM-DDTHH:MM:SS`` with its offset; fractions are cut off."""
    return moment.isoformat(timespec="seconds")


def iso_times(texts: Sequence[str]) -> list[datetime | None]:
    """Return the times of texts ``YYYY-MM-DD HH:MM:SS``; None for "".

    Raises:
        LineRejected: A text has another layout, or a value is impossible.
    """
    joined = "".join(texts)
    how_many = len(texts) - texts.count("")
    # fromisoformat knows other layouts of 19 characters; none with these signs in these places.
    if not {0, 19}.issuperset(map(len, texts)) or any(
        joined[place::19] != sign * how_many for place, sign in _SIGNS
    ):
        raise LineRejected
    parse = datetime.fromisoformat
    try:
        return [parse(text) if text else None for text in texts]
    except ValueError as exc:
        raise LineRejected from exc


def ms_between(earlier: datetime, later: datetime | None) -> int | None:
    """Return whole milliseconds between two moments; None if negative or not known."""
    if later is None or (earlier.tzinfo is None) != (later.tzinfo is None):
        return None
    gap = later - earlier
    if gap.days < 0:
        return None
    return (gap.days * 86_400 + gap.seconds) * 1000 + gap.microseconds // 1000


def local_time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> datetime:
    """Return a local time.

    Raises:
        LineRejected: A value is impossible (month 13, minute 60).
    """
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  # the zone comes later
    except ValueError as exc:
        raise LineRejected from exc


def iso_time(text: str) -> datetime:
    """Return a time from ISO 8601 text whose layout was checked before.

    Raises:
        LineRejected: A value is impossible.
    """
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise LineRejected from exc


def _remember(hours: dict[int, timezone | None], hour: int, offsets: set[tzinfo | None]) -> None:
    """Remember the offset of an hour, if it has one only."""
    if len(hours) >= _MOST_HOURS:
        hours.clear()
    found = offsets.pop()
    hours[hour] = found if isinstance(found, timezone) and not offsets else None


def _with_offset(moment: datetime) -> datetime:
    """Python compares and subtracts moments of one zone by their wall clocks; not with these."""
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta()), fold=0)
