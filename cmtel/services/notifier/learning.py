"""What the silence rule has learned of a feed, and a judge that takes up what is learned anew.

``Policy`` is what the settings say, ``Learned`` what history says; both together are the rule.
Learned things are kept in the store as text, so that a restart needs no history.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cmtel.domain.incidents.states import Judgement
from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.level import NO_FILTER, Level, LevelPrior
from cmtel.domain.silence.rule import Mode, Profile, SilenceRule
from cmtel.services.notifier.changes import Residual
from cmtel.services.notifier.ports import Spans
from cmtel.services.notifier.silence_judge import SilenceJudge

#: It is fitted again after so long ...
REFIT = timedelta(days=7)
#: ... and daily while there is too little history.
REFIT_LEARNING = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of Silence for one feed.

    Attributes:
        silence_secs: Modes fixed and schedule: how much is too much.
        fallback_secs: Mode expected, while learning.
        ceiling_secs: None: the learned one in mode expected, else none.
        budget_per_month: Mode expected: false alarms that all feeds under this budget share.
    """

    mode: Mode
    floor_secs: float
    silence_secs: float
    fallback_secs: float
    ceiling_secs: float | None = None
    has_ceiling: bool = True
    budget_per_month: float = 1.0
    has_level_filter: bool = True
    history_weeks: int = 13
    ingest_delay: timedelta = timedelta(0)

    def rule(self, learned: Learned | None) -> SilenceRule:
        """Return the rule with what was learned; without it the fallback stands in."""
        if self.mode is not Mode.EXPECTED:
            ceiling = self.ceiling_secs if self.has_ceiling else None
            return SilenceRule(self.mode, None, self.floor_secs, ceiling, self.silence_secs)
        is_learned = learned is not None and learned.limit is not None
        ceiling = self.ceiling_secs or (learned.ceiling_secs if learned else None)
        return SilenceRule(
            Mode.EXPECTED,
            learned.limit if learned else None,
            self.floor_secs,
            # While learning there is the fallback alone.
            ceiling if self.has_ceiling and is_learned else None,
            self.fallback_secs,
        )


@dataclass(frozen=True, slots=True)
class Learned:
    """What a fit has taught, and from what.

    Attributes:
        calls: The usual week, 672 quarter-hours; None: too little history yet.
        limit: Calls missed at which it is overdue; None likewise.
        is_supported: The history is long enough for the budget.
        months: Clean months behind the limit.
        budget_per_month: This feed's part of the budget.
        parts: Of a feed that is split: by value how many records, and why it is not watched.
        is_priced: Only priced calls count (found by looking).
    """

    fitted_at: datetime
    calls: tuple[float, ...] | None = None
    limit: float | None = None
    is_supported: bool = False
    months: float = 0.0
    calls_per_month: float = 0.0
    ceiling_secs: float = 86_400.0
    strength: float | None = None
    memory: float = 1.0
    most: float | None = None
    budget_per_month: float = 1.0
    records: int = 0
    parts: dict[str, str] = field(default_factory=dict)
    is_priced: bool = False

    @property
    def profile(self) -> Profile | None:
        """The usual week."""
        return None if self.calls is None else Profile(self.calls)

    @property
    def prior(self) -> LevelPrior:
        """How far and how fast today's level moves."""
        if self.strength is None:
            return NO_FILTER
        most = float("inf") if self.most is None else self.most
        return LevelPrior(self.strength, self.memory, most)

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is to be fitted again; also when the clock was set back far."""
        age = now - self.fitted_at
        return not -REFIT < age < (REFIT if self.calls is not None else REFIT_LEARNING)

    def dump(self) -> str:
        """Return it as text."""
        document = asdict(self) | {"fitted_at": self.fitted_at.timestamp()}
        if self.calls is not None:
            document["calls"] = [round(calls, 6) for calls in self.calls]
        return json.dumps(document, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | None) -> Learned | None:
        """Return what :meth:`dump` was given; None if it cannot be read: then it is fitted anew."""
        if text is None:
            return None
        try:
            document: dict[str, Any] = json.loads(text)
            document["fitted_at"] = datetime.fromtimestamp(document["fitted_at"], UTC)
            calls = document["calls"]
            document["calls"] = None if calls is None else tuple(map(float, calls))
            learned = cls(**document)
            learned.profile  # noqa: B018 - raises for a week that is none
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        return learned


class LearningJudge:
    """Implements ``Judge``; :meth:`adopt` may be called by another thread at any time."""

    def __init__(self, policy: Policy, calendar: Calendar, learned: Learned | None = None) -> None:
        self.policy = policy
        self.adopt(learned, calendar)

    def adopt(
        self, learned: Learned | None, calendar: Calendar, level: Level | None = None
    ) -> None:
        """Judge by this from now on; ``level`` None: today is as usual, as far as is known."""
        prior = learned.prior if learned and self.policy.has_level_filter else NO_FILTER
        known = level if level is not None and level.prior == prior else Level(prior)
        if not self.policy.has_level_filter:
            known = Level(NO_FILTER, quiet=None)
        self.learned = learned
        self.calendar = calendar
        self._judge = SilenceJudge(
            self.policy.rule(learned), calendar, learned.profile if learned else None, known,
            self.policy.ingest_delay,
        )  # fmt: skip

    @property
    def rule(self) -> SilenceRule:
        """The rule that is in force."""
        return self.policy.rule(self.learned)

    @property
    def level(self) -> Level:
        """How busy today is."""
        return self._judge.level

    def judge(self, now: datetime, last_arrival: datetime, suspended: Spans) -> Judgement:
        """Judge the silence since ``last_arrival``; see the port."""
        return self._judge.judge(now, last_arrival, suspended)

    def observe(self, previous: datetime, arrival: datetime) -> float | None:
        """Take note of an arrival; see the port."""
        return self._judge.observe(previous, arrival)

    def recall(self, gaps: Iterable[Residual]) -> None:
        """Find today's level again after a restart, from the gaps of the last days."""
        for gap in gaps:
            self._judge.observe(gap.at - timedelta(seconds=gap.gap_secs), gap.at)
