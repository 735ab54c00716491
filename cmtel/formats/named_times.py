"""Start, answer and end of a call from fields that the user has named (formats.md 11.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from cmtel.errors import LineRejected
from cmtel.formats.dates import DateHint, UndatedTimes, nearest_day
from cmtel.formats.options import choice, flag
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.time_patterns import DATED, UNDATED, TimePatterns
from cmtel.formats.times import SwitchClock, iso, ms_between


class FoundTimes(NamedTuple):
    """The times and lengths of one call, as far as they are known."""

    started_at: str
    ended_at: str | None
    ring_ms: int | None
    connected_ms: int | None
    is_answered: bool
    #: The local time that a later time without date is held against.
    kept: datetime | None


class NamedTimes:
    """Reads ``datetime``, ``date`` and ``time``, and those with ``answer-`` and ``end-``."""

    def __init__(self, options: DecodeOptions, names: frozenset[str], hint: DateHint) -> None:
        """Read the options of times.

        Raises:
            UsageError: A bad value.
        """
        values = options.values
        self._names = names
        self._hint = hint
        self._clock = SwitchClock(options.timezone)
        self._undated = UndatedTimes(hint)
        self._is_end = choice(values, "time-is", ("start", "end"), "start") == "end"
        given = values["date-format"].split("|") if "date-format" in values else None
        is_day_first = flag(values, "day-first")
        usual = [item.replace("%m/%d", "%d/%m") if is_day_first else item for item in DATED]
        self._dated_patterns = TimePatterns(given or usual)
        self._undated_patterns = TimePatterns(given or UNDATED)

    def of_call(
        self, values: Mapping[str, str], ring_ms: int | None, connected_ms: int | None
    ) -> FoundTimes:
        """Return the times of a call; what follows from the others is filled in.

        Args:
            values: By field name.
            ring_ms: As sent, else None.
            connected_ms: As sent, else None.

        Raises:
            LineRejected: A time is bad, or there is neither start nor end.
        """
        main = self._local(values, "", None)
        answer_local = self._local(values, "answer-", main)
        end_local = self._local(values, "end-", answer_local or main)
        begun = None if self._is_end else self._moment(main, None)
        answer = self._moment(answer_local, begun)
        ended = self._moment(end_local or (main if self._is_end else None), answer or begun)
        if connected_ms is None and answer:
            connected_ms = ms_between(answer, ended)
        if ring_ms is None and begun:
            ring_ms = ms_between(begun, answer)
        length_secs = ((ring_ms or 0) + (connected_ms or 0)) / 1000
        begun = begun or self._clock.plus(_known(ended), -length_secs)
        if ended is None and (connected_ms or ring_ms is not None):
            ended = self._clock.plus(begun, length_secs)
        return FoundTimes(
            iso(begun),
            iso(ended) if ended else None,
            ring_ms,
            connected_ms,
            answer is not None,
            main or end_local,
        )

    def keep(self, times: FoundTimes) -> None:
        """Remember the time of a call for the next one without date."""
        if times.kept:
            self._undated.keep(times.kept)

    def _local(
        self, values: Mapping[str, str], prefix: str, near: datetime | None
    ) -> datetime | None:
        """Return what the fields of one time say, None if they are blank."""
        parts = (values.get(f"{prefix}{part}", "") for part in ("datetime", "date", "time"))
        text = " ".join(part for part in parts if part)
        if not text:
            return None
        is_dated = {f"{prefix}datetime", f"{prefix}date"} & self._names
        patterns = self._dated_patterns if is_dated else self._undated_patterns
        found = patterns.parse(text)
        if found.has_date:
            return found.in_year_near(self._hint)
        clock = found.moment.time()
        return nearest_day(clock, near) if near else self._undated.place(clock)

    def _moment(self, local: datetime | None, after: datetime | None) -> datetime | None:
        if local is None:
            return None
        return self._clock.utc(local) if local.tzinfo else self._clock.at(local, after=after)


def _known(ended: datetime | None) -> datetime:
    if ended is None:
        raise LineRejected
    return ended
