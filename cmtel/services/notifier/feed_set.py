"""All feeds that are watched, and what is learned of them, anew each week while evaluation goes on.

A round of learning reads the histories, decides which parts of a split feed are watched, shares
the budget of false alarms among all feeds in mode expected, fits each, and saves what it has
learned. It runs in a thread of its own; judges take up the new rule between two judgements.

Parts are found in the history: a part is watched once it has shown enough traffic, from the next
round on, and given up when it has been silent for two weeks although the whole has not: a trunk
that was cancelled is no alarm for ever. A feed that cannot be read is BLIND by its own reads, and
learns as soon as it can be read.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

from cmtel.domain.incidents.actions import Level as LogLevel
from cmtel.domain.incidents.actions import Log
from cmtel.domain.incidents.rules import IncidentRules
from cmtel.domain.incidents.states import FeedState
from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.level import Level
from cmtel.domain.silence.rule import Mode
from cmtel.errors import CmtelError
from cmtel.services.notifier.changes import Changes, HistoryEvent, Residual
from cmtel.services.notifier.feeds.facts import FeedFacts, IndexCheck
from cmtel.services.notifier.learning import Learned, LearningJudge, Policy
from cmtel.services.notifier.parts import WATCHED, choose_parts
from cmtel.services.notifier.ports import EventLog, FeedReader
from cmtel.services.notifier.watch import WatchedFeed

#: Today's level is found again from the gaps of so long ago.
_RECALL = timedelta(days=3)


class LearningStore(Protocol):
    """What learning needs of the notifier's store; see ``ports.NotifierStore``."""

    @property
    def namespace(self) -> UUID: ...

    def commit(self, changes: Changes) -> None: ...

    def feed(self, name: str) -> tuple[FeedState | None, str | None]: ...

    def profile(self, feed: str) -> str | None: ...

    def history(self, since: datetime, feed: str | None = None) -> list[HistoryEvent]: ...

    def residuals(self, feed: str, since: datetime) -> list[Residual]: ...


class FeedHistory(NamedTuple):
    """Epoch seconds of the records of a feed, in any order: of all, and by value of its parts."""

    stamps: array[float]
    parts: Mapping[str, array[float]]
    is_priced: bool = False


@dataclass(frozen=True, slots=True)
class FeedPlan:
    """One feed of the settings.

    Attributes:
        reader: The whole feed.
        read_part: The reader of a part by its value; None: it is not split.
        split: By what it is split: ``trunk``, ``direction``, ``class`` or a column.
        make_calendar: The calendar as of an instant, with the holidays around it.
        read_history: Reads what came since an instant, by a connection of its own; the flag: it
            is known that only priced calls count. None: nothing but what was seen is known.
        note_priced: Told when history shows that calls get a price.
        facts: How it is read, for people; raises CmtelError if that cannot be seen now.
    """

    name: str
    reader: FeedReader
    rules: IncidentRules
    policy: Policy
    make_calendar: Callable[[datetime], Calendar]
    read_history: Callable[[datetime, bool], FeedHistory] | None = None
    read_part: Callable[[str], FeedReader] | None = None
    split: str = ""
    note_priced: Callable[[], None] = lambda: None
    batch_secs: float = 2.0
    max_lag: timedelta = timedelta(days=1)
    facts: Callable[[], FeedFacts] = lambda: FeedFacts("", IndexCheck(None, ""))

    def part_name(self, value: str) -> str:
        """Return the name of a part: ``Main/trunk=3``; without blanks."""
        return f"{self.name}/{self.split}={'_'.join(value.split())}"


@dataclass(slots=True)
class _Known:
    """A plan, its judges by feed name, and the values of its parts by feed name."""

    plan: FeedPlan
    judges: dict[str, LearningJudge] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)


class FeedSet:
    """Holds readers and judges of all feeds. All but the learning is used by one thread."""

    def __init__(
        self, plans: Sequence[FeedPlan], store: LearningStore, now: datetime, log: EventLog
    ) -> None:
        """Take up what was learned before; nothing is read from any feed yet.

        Raises:
            SpoolError: The store cannot be read.
        """
        self._store = store
        self._log = log
        self._lock = threading.Lock()
        self._told: list[Log] = []
        self._thread: threading.Thread | None = None
        self._is_changed = False
        #: Why a feed's history could not be read, as it was told last.
        self._errors: dict[str, str] = {}
        self._known = [self._recalled(plan, now) for plan in plans]

    @property
    def plans(self) -> list[FeedPlan]:
        """The feeds of the settings."""
        return [known.plan for known in self._known]

    def watched(self) -> list[WatchedFeed]:
        """Return what is to be watched now: each feed, and its parts."""
        return [feed for known in self._known for feed in _watched(known)]

    def judge(self, name: str) -> LearningJudge | None:
        """Return the judge of a feed or part."""
        return next((k.judges[name] for k in self._known if name in k.judges), None)

    def parts(self, name: str) -> dict[str, str]:
        """Return of a split feed each value and why it is not watched (empty: it is)."""
        judge = self.judge(name)
        return judge.learned.parts if judge is not None and judge.learned is not None else {}

    def tick(self, now: datetime) -> bool:
        """Begin a round of learning if one is due; True: :meth:`watched` has changed.

        Also writes to the log what the last round had to tell. To be called after each check.
        """
        with self._lock:
            told, self._told = self._told, []
            is_changed, self._is_changed = self._is_changed, False
        for entry in told:
            self._log.write(now, entry)
        is_busy = self._thread is not None and self._thread.is_alive()
        if not is_busy and any(_is_due(known, now) for known in self._known):
            self._thread = threading.Thread(
                target=self.learn, args=(now,), name="learning", daemon=True
            )
            self._thread.start()
        return is_changed

    def learn(self, now: datetime, *, is_forced: bool = False) -> None:
        """Do a round of learning in this thread, for the feeds that are due."""
        due = [known for known in self._known if is_forced or _is_due(known, now)]
        histories = [(known, self._history(known.plan, now)) for known in due]
        readable = [(known, history) for known, history in histories if history is not None]
        chosen = {k.plan.name: _parts_of(k.plan, history, now) for k, history in readable}
        for known, history in readable:
            try:
                self._fit(known, history, chosen[known.plan.name], self._share(known, chosen), now)
            except CmtelError as exc:
                self._tell(LogLevel.WARNING, known.plan.name, error=exc.message)

    def close(self) -> None:
        """Wait for the learning to end, at most ten seconds, and close all readers."""
        if self._thread is not None:
            self._thread.join(10)
        for known in self._known:
            known.plan.reader.close()

    def _recalled(self, plan: FeedPlan, now: datetime) -> _Known:
        calendar = plan.make_calendar(now)
        whole = Learned.load(self._store.profile(plan.name))
        if whole is not None and whole.is_priced:
            plan.note_priced()
        known = _Known(plan, {plan.name: LearningJudge(plan.policy, calendar, whole)})
        for value, reason in (whole.parts if whole else {}).items():
            if reason == WATCHED and plan.read_part is not None:
                name = plan.part_name(value)
                learned = Learned.load(self._store.profile(name))
                known.judges[name] = LearningJudge(plan.policy, calendar, learned)
                known.values[name] = value
        for name, judge in known.judges.items():
            judge.recall(self._store.residuals(name, now - _RECALL))
        return known

    def _history(self, plan: FeedPlan, now: datetime) -> FeedHistory | None:
        since = now - timedelta(weeks=plan.policy.history_weeks)
        if plan.read_history is None:
            return FeedHistory(self._remembered(plan.name, since), {})
        judge = self.judge(plan.name)
        is_priced = bool(judge and judge.learned and judge.learned.is_priced)
        try:
            found = plan.read_history(since, is_priced)
        except CmtelError as exc:
            if self._errors.get(plan.name) != exc.message:  # it is tried at each check
                self._tell(LogLevel.WARNING, plan.name, error=exc.message)
            self._errors[plan.name] = exc.message
            return None
        self._errors.pop(plan.name, None)
        return found

    def _remembered(self, name: str, since: datetime) -> array[float]:
        gaps = self._store.residuals(name, since)
        return array("d", (gap.at.timestamp() for gap in gaps))

    def _share(self, known: _Known, chosen: Mapping[str, dict[str, str]]) -> float:
        """Return the part of the budget that each feed has, of those under the same budget."""
        count = 0
        for each in self._known:
            if each.plan.policy.mode is Mode.EXPECTED:
                parts = chosen.get(each.plan.name)
                watched = len(each.values) if parts is None else _count(parts)
                count += 1 + watched
        return known.plan.policy.budget_per_month / max(count, 1)

    def _fit(
        self, known: _Known, history: FeedHistory, parts: dict[str, str], share: float,
        now: datetime,
    ) -> None:  # fmt: skip
        """Fit the whole and its parts, save it, and let the judges take it up."""
        plan = known.plan
        calendar = plan.make_calendar(now)
        if history.is_priced:
            plan.note_priced()
        stamps: dict[str, array[float]] = {plan.name: history.stamps}
        values = {plan.part_name(v): v for v, reason in parts.items() if reason == WATCHED}
        stamps |= {name: history.parts[value] for name, value in values.items()}
        profiles: dict[str, str] = {}
        judges: dict[str, LearningJudge] = {}
        for name, known_stamps in stamps.items():
            learned, level = self._taught(plan, name, known_stamps, calendar, share, now)
            if name == plan.name:
                learned = replace(learned, parts=parts, is_priced=history.is_priced)
            profiles[name] = learned.dump()
            judges[name] = known.judges.get(name) or LearningJudge(plan.policy, calendar)
            judges[name].adopt(learned, calendar, level)
            self._tell_learned(name, learned, plan.policy)
        self._store.commit(Changes(profiles=profiles))
        with self._lock:
            self._is_changed = self._is_changed or values.keys() != known.values.keys()
            known.judges, known.values = judges, values

    def _taught(
        self, plan: FeedPlan, name: str, stamps: array[float], calendar: Calendar, share: float,
        now: datetime,
    ) -> tuple[Learned, Level | None]:  # fmt: skip
        if plan.policy.mode is not Mode.EXPECTED:
            return Learned(now, records=len(stamps)), None
        from cmtel.services.notifier.training import merged, outages_of, teach

        since = now - timedelta(weeks=plan.policy.history_weeks)
        gaps = self._store.residuals(name, since)
        known = merged(stamps, [gap.at.timestamp() for gap in gaps])
        outages = outages_of(self._store.history(since, name), gaps)
        return teach(known, calendar, share, now, outages)

    def _tell_learned(self, name: str, learned: Learned, policy: Policy) -> None:
        if policy.mode is Mode.EXPECTED:
            limit = "learning" if learned.limit is None else f"{learned.limit:.1f}"
            self._tell(
                LogLevel.INFO, name, records=learned.records, limit=limit,
                is_supported=learned.is_supported,
            )  # fmt: skip

    def _tell(self, level: LogLevel, name: str, **fields: str | int | bool) -> None:
        with self._lock:
            self._told.append(Log(level, "LEARN", (("feed", name), *fields.items())))


def _watched(known: _Known) -> list[WatchedFeed]:
    plan = known.plan
    readers = {plan.name: plan.reader}
    if plan.read_part is not None:
        readers |= {name: plan.read_part(value) for name, value in known.values.items()}
    return [
        WatchedFeed(name, reader, known.judges[name], plan.rules, plan.batch_secs, plan.max_lag)
        for name, reader in readers.items()
    ]


def _is_due(known: _Known, now: datetime) -> bool:
    if known.plan.policy.mode is not Mode.EXPECTED and known.plan.read_part is None:
        return False
    learned = known.judges[known.plan.name].learned
    return learned is None or learned.is_due(now)


def _parts_of(plan: FeedPlan, history: FeedHistory, now: datetime) -> dict[str, str]:
    if plan.read_part is None:
        return {}
    return choose_parts(history.parts, plan.policy.history_weeks, now)


def _count(parts: Mapping[str, str]) -> int:
    return sum(reason == WATCHED for reason in parts.values())
