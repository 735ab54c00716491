"""Why a feed is, or is not, too quiet: the numbers behind the verdict, for people and scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from cmtel.domain.incidents.states import FeedState, Judgement
from cmtel.errors import CmtelError
from cmtel.services.notifier.changes import Changes, HistoryEvent, Residual
from cmtel.services.notifier.feed_set import FeedPlan, FeedSet, LearningStore
from cmtel.services.notifier.feeds.facts import FeedFacts
from cmtel.services.notifier.learning import LearningJudge
from cmtel.services.notifier.ports import NewRecord
from cmtel.services.notifier.watch import WatchedFeed


class BesideService:
    """The notifier's store, looked at beside the service: what is learned meanwhile is not kept.

    Implements ``LearningStore``; None: the notifier has never run here.
    """

    namespace = UUID(int=0)

    def __init__(self, store: LearningStore | None) -> None:
        self._store = store
        self._profiles: dict[str, str] = {}

    def commit(self, changes: Changes) -> None:
        self._profiles |= changes.profiles

    def feed(self, name: str) -> tuple[FeedState | None, str | None]:
        return (None, None) if self._store is None else self._store.feed(name)

    def profile(self, feed: str) -> str | None:
        known = self._profiles.get(feed)
        return known if known is not None or self._store is None else self._store.profile(feed)

    def history(self, since: datetime, feed: str | None = None) -> list[HistoryEvent]:
        return [] if self._store is None else self._store.history(since, feed)

    def residuals(self, feed: str, since: datetime) -> list[Residual]:
        return [] if self._store is None else self._store.residuals(feed, since)


class Explanation(NamedTuple):
    """A feed at one moment. What cannot be known now is None; ``error`` says why."""

    feed: str
    facts: FeedFacts | None
    judge: LearningJudge
    state: FeedState | None
    last_arrival: datetime | None
    judgement: Judgement | None
    is_open: bool
    #: Of a feed that is split: by value why it is not watched; empty: it is.
    parts: dict[str, str]
    error: str = ""

    def document(self) -> dict[str, Any]:
        """Return it as a JSON object; times are aware datetimes, UTC."""
        return {"feed": self.feed, **self._reading(), **self._verdict(), **self._rule()}

    def _reading(self) -> dict[str, Any]:
        facts = self.facts
        return {
            "error": self.error or None,
            "origin": facts.origin if facts else None,
            "key": facts.key or None if facts else None,
            "time": facts.time or None if facts else None,
            "calls": facts.calls if facts else None,
            "index_ok": facts.indexed.is_ok if facts else None,
            "index": facts.indexed.text or None if facts else None,
            "index_cure": facts.indexed.cure or None if facts else None,
            "parts": [
                {"value": value, "watched": not reason, "reason": reason or None}
                for value, reason in self.parts.items()
            ],
        }

    def _verdict(self) -> dict[str, Any]:
        found = self.judgement
        return {
            "state": self.state.state.value if self.state else None,
            "last_call_at": self.last_arrival,
            "verdict": found.silence.value if found else None,
            "silence_secs": round(found.silence_secs) if found else None,
            "expected_calls": _rounded(found.expected) if found else None,
            "limit": _rounded(found.limit) if found else None,
            "alarm_at": found.alarm_at if found else None,
            "late_at": found.late_at if found else None,
            "is_open": self.is_open,
        }

    def _rule(self) -> dict[str, Any]:
        policy, learned, rule = self.judge.policy, self.judge.learned, self.judge.rule
        is_learned = learned is not None and learned.limit is not None
        return {
            "mode": policy.mode.value,
            "is_learning": policy.mode.value == "expected" and not is_learned,
            "floor_secs": rule.floor_secs,
            "ceiling_secs": rule.ceiling_secs,
            "fixed_secs": None if is_learned else rule.silence_secs,
            "level": _rounded(_level(self.judge)),
            "records": learned.records if learned else None,
            "history_months": _rounded(learned.months) if learned else None,
            "fitted_at": learned.fitted_at if learned else None,
            "budget_per_month": learned.budget_per_month if learned else None,
            "is_budget_supported": learned.is_supported if is_learned and learned else None,
        }


def explain(feeds: FeedSet, store: LearningStore, now: datetime) -> list[Explanation]:
    """Look at each feed and part and return how it stands; nothing of it is kept."""
    watched = {feed.name: feed for feed in feeds.watched()}
    found = []
    for plan in feeds.plans:
        for name in [plan.name, *(each for each in watched if each.startswith(f"{plan.name}/"))]:
            judge = feeds.judge(name)
            if judge is not None:
                parts = feeds.parts(name) if name == plan.name else {}
                found.append(_explained(plan, watched[name], judge, parts, store, now))
    return found


def _explained(
    plan: FeedPlan, feed: WatchedFeed, judge: LearningJudge, parts: dict[str, str],
    store: LearningStore, now: datetime,
) -> Explanation:  # fmt: skip
    state, cursor = store.feed(feed.name)
    last = state.last_arrival if state is not None else None
    is_open = judge.calendar.is_open_at(now.timestamp())
    nothing = Explanation(feed.name, None, judge, state, last, None, is_open, parts)
    try:
        new = feed.reader.read(cursor).records
        facts = plan.facts()
        last = _latest(last, new, now)
        suspended = state.suspended if state is not None else ()
        judgement = judge.judge(now, last, suspended) if last is not None else None
    except CmtelError as exc:
        return nothing._replace(error=exc.message)
    return nothing._replace(facts=facts, last_arrival=last, judgement=judgement)


def _latest(last: datetime | None, new: Sequence[NewRecord], now: datetime) -> datetime | None:
    """The records' own times stand in for arrivals since the service's last look."""
    times = [min(record.event_utc or now, now) for record in new]
    return max([*times, *([last] if last is not None else [])], default=None)


def _level(judge: LearningJudge) -> float | None:
    """Return how many times as busy as usual today is."""
    level = judge.level
    if level.prior.strength is None:
        return None
    return (level.prior.strength + level.seen) / (level.prior.strength + level.expected)


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 2)
