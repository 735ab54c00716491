"""The silence rule as the notifier's judge: a profile, today's level, a calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from cmtel.domain.incidents.states import Judgement, Silence
from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.level import Level
from cmtel.domain.silence.rule import Profile, SilenceRule, Verdict, gap_calls, verdict
from cmtel.services.notifier.ports import Spans


class SilenceJudge:
    """Implements ``Judge``. The level moves with each arrival and stands still in silence.

    ``ingest_delay``: how late records usually arrive; so much silence is none.
    """

    def __init__(
        self, rule: SilenceRule, calendar: Calendar, profile: Profile | None, level: Level,
        ingest_delay: timedelta = timedelta(0),
    ) -> None:  # fmt: skip
        self._rule = rule
        self._calendar = calendar
        self._profile = profile
        self.level = level
        self._ingest_delay = ingest_delay

    def judge(self, now: datetime, last_arrival: datetime, suspended: Spans) -> Judgement:
        """Judge the silence since ``last_arrival``."""
        found = self._verdict(now, last_arrival, suspended)
        return Judgement(Silence(found.state.value), *found[1:])

    def observe(self, previous: datetime, arrival: datetime) -> float | None:
        """Move the level by an arrival; return the calls missed in the gap before it."""
        found = self._verdict(arrival, previous, ())
        if found.expected is None or self._profile is None:
            return None
        since = previous + self._ingest_delay
        calls, calls_today = gap_calls(since, arrival, self._profile, self._calendar)
        is_open = self._calendar.is_open_at(arrival.timestamp())
        self.level = self.level.after_arrival(calls, calls_today, is_open=is_open)
        return found.expected

    def _verdict(self, now: datetime, last_arrival: datetime, suspended: Spans) -> Verdict:
        calendar = self._calendar
        if suspended:
            spans = tuple((start.timestamp(), end.timestamp()) for start, end in suspended)
            calendar = replace(calendar, suspended=(*calendar.suspended, *spans))
        since = last_arrival + self._ingest_delay
        return verdict(now, since, self._profile, self.level, self._rule, calendar)
