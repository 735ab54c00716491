"""Start, answer and end of a call from fields that the user has named (formats.md 11.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
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


class TimeColumns(NamedTuple):
    """The times and lengths of several calls, as columns of equal length."""

    started_at: list[str]
    ended_at: list[str | None]
    ring_ms: list[int | None]
    connected_ms: list[int | None]
    #: The local times of the answers.
    answers: Sequence[datetime | None]
    #: As ``FoundTimes.kept``, of the last call.
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

    def keep(self, local: datetime | None) -> None:
        """Remember the time of a call (``kept``) for the next one without date."""
        if local:
            self._undated.keep(local)

    def of_calls_alike(
        self,
        columns: Mapping[str, Sequence[str]],
        ring_ms: Sequence[int | None],
        connected_ms: Sequence[int | None],
    ) -> TimeColumns:
        """Return what :meth:`of_call` does, for calls that all have a start with date.

        Raises:
            LineRejected: One of them needs :meth:`of_call`.
        """
        started, starts = self._locals_alike(columns, "")
        if self._is_end or not all(started):
            raise LineRejected
        answered, answers = self._locals_alike(columns, "answer-")
        ended, ends = self._locals_alike(columns, "end-")
        rings = [
            _gap_ms(start, answer) if ring is None else ring
            for ring, start, answer in zip(ring_ms, starts, answers, strict=True)
        ]
        talks = [
            _gap_ms(answer, end) if talk is None else talk
            for talk, answer, end in zip(connected_ms, answers, ends, strict=True)
        ]
        if not all(ended):
            ended = [
                end or _end_after(start, ring, talk)
                for start, ring, talk, end in zip(starts, rings, talks, ended, strict=True)
            ]
        offset = self._clock.offset_of_all((started, answered, ended))
        return TimeColumns(
            [text.replace(" ", "T") + offset for text in started],
            [text.replace(" ", "T") + offset if text else None for text in ended],
            rings, talks, answers, starts[-1],
        )  # fmt: skip

    def _locals_alike(
        self, columns: Mapping[str, Sequence[str]], prefix: str
    ) -> tuple[Sequence[str], Sequence[datetime | None]]:
        """Return a column of times, as ISO 8601 and as such; "" and None without such fields."""
        names = [f"{prefix}{part}" for part in ("datetime", "date", "time")]
        parts = [columns[name] for name in names if name in columns]
        if not parts:
            how_many = len(next(iter(columns.values())))
            return [""] * how_many, [None] * how_many
        if len(parts) == 2:
            pairs = zip(*parts, strict=True)
            return self._dated_patterns.parse_alike(
                [f"{a} {b}" if a or b else "" for a, b in pairs]
            )
        if f"{prefix}datetime" not in columns:
            raise LineRejected  # a time without date, or a date alone
        return self._dated_patterns.parse_alike(parts[0])

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


def _gap_ms(earlier: datetime | None, later: datetime | None) -> int | None:
    return ms_between(earlier, later) if earlier and later else None


def _end_after(start: datetime | None, ring_ms: int | None, talk_ms: int | None) -> str:
    """Return the end that follows from the lengths as text; "" if they do not tell it."""
    if start is None or (not talk_ms and ring_ms is None):
        return ""
    try:
        end = start + timedelta(milliseconds=(ring_ms or 0) + (talk_ms or 0))
    except OverflowError as exc:
        raise LineRejected from exc
    return end.isoformat(" ", "seconds")


def _known(ended: datetime | None) -> datetime:
    if ended is None:
        raise LineRejected
    return ended
