"""A small world for the notifier: a switch, mail servers, operators, clocks, and a kill switch.

Everything is driven by the steps of a schedule; time moves only when the world moves it. What is
true (records, deliveries, how long it has really been silent) is known here beside what the
notifier believes, so invariants are checked against the truth.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import cast
from zoneinfo import ZoneInfo

from cmtel.domain.incidents.actions import Log
from cmtel.domain.incidents.rules import Escalation, IncidentRules, RepeatTimes
from cmtel.domain.incidents.states import Judgement, Silence
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.domain.mails.quiet import QuietHours
from cmtel.domain.mails.replies import Reply, SendReport, Stage
from cmtel.errors import DatabaseUnavailable
from cmtel.services.notifier.changes import Changes, HistoryEvent, Request
from cmtel.services.notifier.delivery import Delivery, DeliverySettings
from cmtel.services.notifier.notifier import Notifier
from cmtel.services.notifier.outbox import Outbox, OutboxSettings
from cmtel.services.notifier.ports import (
    Envelope,
    FeedReading,
    MailOrder,
    NewRecord,
    NotifierStore,
    Spans,
)
from cmtel.services.notifier.servers import Servers
from cmtel.services.notifier.unfailing import Unfailing
from cmtel.services.notifier.watch import Watch, WatchedFeed

CHECK_SECS = 300
#: So much silence is too much.
LIMIT = timedelta(minutes=30)
FEED = "Main"
VIENNA = ZoneInfo("Europe/Vienna")
ANNA, BOB, CEO, ADMIN = "anna@x.test", "bob@x.test", "ceo@x.test", "admin@x.test"


class Killed(BaseException):
    """SIGKILL: nothing after this instruction happens."""


class WorldClock:
    """Wall clock, awake time and elapsed time; implements Clock and Uptime."""

    def __init__(self, start: datetime) -> None:
        self.wall = start
        self.awake = 1000.0
        self.elapsed = 5000.0
        self.waits_left: int | None = None

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.awake

    def wait(self, secs: float) -> bool:
        """Stop once ``waits_left``, if it is set, has run out."""
        self.advance(secs)
        if self.waits_left is not None:
            self.waits_left -= 1
        return self.is_stopping

    @property
    def is_stopping(self) -> bool:
        return self.waits_left is not None and self.waits_left <= 0

    def elapsed_secs(self) -> float:
        return self.elapsed

    def awake_secs(self) -> float:
        return self.awake

    def advance(self, secs: float) -> None:
        self.wall += timedelta(seconds=secs)
        self.awake += secs
        self.elapsed += secs

    def suspend(self, secs: float) -> None:
        self.wall += timedelta(seconds=secs)
        self.elapsed += secs

    def step(self, secs: float) -> None:
        self.wall += timedelta(seconds=secs)


class FixedJudge:
    """Overdue after LIMIT, late after half of it; suspended time does not count."""

    def __init__(self, limit: timedelta = LIMIT) -> None:
        self.limit = limit

    def judge(self, now: datetime, last_arrival: datetime, suspended: Spans) -> Judgement:
        slept = sum(
            (max(timedelta(0), end - max(start, last_arrival)) for start, end in suspended),
            timedelta(0),
        )
        silence = max(timedelta(0), now - last_arrival - slept)
        alarm_at, late_at = last_arrival + slept + self.limit, last_arrival + slept + self.limit / 2
        word = Silence.NORMAL
        if silence >= self.limit:
            word = Silence.OVERDUE
        elif silence >= self.limit / 2:
            word = Silence.LATE
        return Judgement(word, silence.total_seconds(), None, None, alarm_at, late_at)

    def observe(self, previous: datetime, arrival: datetime) -> float | None:
        return (arrival - previous) / self.limit


@dataclass
class Source:
    """The table of calls: rows by number; may be unreadable."""

    clock: WorldClock
    rows: list[datetime] = field(default_factory=list)
    failure: str = ""
    #: Awake time of the last row, for the truth about silence.
    last_awake: float | None = None

    def add(self, count: int = 1, secs_apart: float = 3.0) -> None:
        for number in range(count):
            self.rows.append(self.clock.wall + timedelta(seconds=number * secs_apart))
        self.last_awake = self.clock.awake

    def read(self, cursor: str | None) -> FeedReading:
        if self.failure:
            raise DatabaseUnavailable(self.failure)
        start = max(0, len(self.rows) - 1) if cursor is None else int(cursor)
        records = [NewRecord(at, f"row {at:%H:%M}") for at in self.rows[start:]]
        return FeedReading(str(len(self.rows)), records)

    def close(self) -> None:
        pass


class PlainRenderer:
    """Mails without words: the message id is all that is needed."""

    def render(self, order: MailOrder) -> bytes:
        return f"{order.message_id} {order.kind} {order.references}".encode()

    def mark_late(self, message: bytes, written: datetime, delivered: datetime) -> bytes:
        return message + b" late"


@dataclass
class MailServer:
    """One mail server, with moods; ``delivered`` is what reached mailboxes."""

    name: str
    world: World
    mood: str = "fine"
    refused: set[str] = field(default_factory=set)

    def send(self, message: bytes, envelope: Envelope) -> SendReport:
        self.world.may_die()
        replies = {}
        for to in envelope.recipients:
            replies[to] = reply = self._reply(to)
            is_in_doubt = reply.stage is Stage.END and reply.code is None
            if reply.code == 250 or (is_in_doubt and self.mood == "lost-delivered"):
                self._deliver(message, to)
            self.world.attempts[message.split()[0].decode(), to] += 1
        self.world.may_die()
        return SendReport(replies)

    def _deliver(self, message: bytes, to: str) -> None:
        words = message.decode().split()
        self.world.delivered.append((self.world.clock.wall, words[0], words[1], to))

    def _reply(self, to: str) -> Reply:
        if self.mood in _MOODS:
            return _MOODS[self.mood]
        if to in self.refused:
            return Reply(Stage.RCPT, 550, "5.1.1 User unknown")
        return Reply(Stage.END, 250, "OK")


_MOODS = {
    "down": Reply(Stage.CONNECT, None, "connection refused"),
    "no-tls": Reply(Stage.TLS, None, "certificate has expired"),
    "timeout": Reply(Stage.DATA, None, "timed out"),
    "busy": Reply(Stage.MAIL, 421, "4.3.2 too many connections"),
    "greylisting": Reply(Stage.RCPT, 451, "4.7.1 try again later"),
    "bad-login": Reply(Stage.AUTH, 535, "5.7.139 basic authentication is disabled"),
    "bad-sender": Reply(Stage.MAIL, 550, "5.7.60 not allowed to send as"),
    "lost": Reply(Stage.END, None, "connection lost"),
    "lost-delivered": Reply(Stage.END, None, "connection lost"),
}
MOODS = ("fine", *_MOODS)


class Faults:
    """Logs that fail as they please; Unfailing has to bear them."""

    def __init__(self, world: World) -> None:
        self._world = world

    def write(self, at: datetime, entry: Log) -> None:
        self._world.may_die()
        if self._world.logs_fail:
            self._world.did_logs_fail = True
            raise OSError("no space left on device")
        self._world.lines.append((at, entry))

    def error(self, text: str) -> None:
        if self._world.logs_fail:
            raise OSError("the event log is full")

    def resort(self, row: OutboxRow) -> None:
        if self._world.logs_fail:
            raise OSError("no such folder")
        self._world.resorted.append(row.key)


class World:
    """The notifier in its surroundings; ``kill`` and ``start`` are a process's end and start."""

    def __init__(self, store: NotifierStore, start: datetime, rules: IncidentRules | None = None):
        self.clock = WorldClock(start)
        self.store = store
        self.source = Source(self.clock)
        self.servers = [MailServer("one", self), MailServer("two", self, "down")]
        self.channels: list[MailServer] = []
        self.rules = rules or some_rules(store)
        self.judge = FixedJudge()
        self.max_per_day = 48
        self.is_group = False
        self.logs_fail = False
        self.did_logs_fail = False
        self.is_clock_set = False
        self.lines: list[tuple[datetime, Log]] = []
        self.delivered: list[tuple[datetime, str, str, str]] = []
        self.attempts: Counter[tuple[str, str]] = Counter()
        self.resorted: list[tuple[str, int, str]] = []
        self.kill_after: int | None = None
        self.kills = 0
        self.on_commit: Callable[[Changes], None] = lambda _: None
        self.quiet = {CEO: QuietHours(time(22), time(6), VIENNA, lets_first_pass=True)}

    # --- a process's life ------------------------------------------------------------------

    def start(self) -> None:
        """Start the service on what the store has; it looks at once."""
        unfailing = Unfailing(Faults(self), Faults(self), Faults(self))
        settings = OutboxSettings("host.test", self.max_per_day, self.is_group)
        outbox = Outbox(dying(self), PlainRenderer(), settings)
        delivery_settings = DeliverySettings("cmtel@x.test", 10_000, quiet=self.quiet)
        self.delivery = Delivery(
            dying(self), outbox, PlainRenderer(), Servers(self.servers, self.channels), self.clock,
            unfailing, unfailing, unfailing, delivery_settings,
        )  # fmt: skip
        self.delivery.start()

        def make(feed: WatchedFeed) -> Watch:
            return Watch(feed, dying(self), outbox, unfailing)

        self.notifier = Notifier(
            [self.feed()], make, dying(self), self.clock, self.clock, unfailing, CHECK_SECS,
            on_shift=self.delivery.shift, most_wait_secs=3600,
        )  # fmt: skip
        self.notifier.start()

    def feed(self) -> WatchedFeed:
        return WatchedFeed(FEED, self.source, self.judge, self.rules)

    def run(self, secs: float) -> None:
        """Let the service run; a kill that is due starts it again at once."""
        left = secs
        while left > 0:
            try:
                wait = self.notifier.tick()
                self.deliver()
            except Killed:
                self.restart()
                continue
            passed = min(wait, left)
            self.clock.advance(passed)
            left -= passed

    def deliver(self) -> None:
        while self.delivery.deliver_once():
            pass

    def restart(self) -> None:
        """Start again after a kill; that may be killed, too."""
        self.kills += 1
        self.kill_after = None
        self.start()

    def may_die(self) -> None:
        """Every port calls this at each of its instructions."""
        if self.kill_after is not None:
            self.kill_after -= 1
            if self.kill_after < 0:
                self.kill_after = None
                raise Killed

    def incident_ids(self) -> set[str]:
        """All incidents (and pauses) that mails were tried for."""
        return {id_[1:].split(".")[0] for id_, _ in self.attempts}

    def ask(self, verb: str, **arguments: str) -> None:
        self.store.add_request(Request(verb, None, {"by": BOB, **arguments}))


def dying(world: World) -> NotifierStore:
    """The world's store, with a kill before and after each commit."""
    return cast("NotifierStore", _Dying(world))


class _Dying:
    def __init__(self, world: World) -> None:
        self._world = world

    def __getattr__(self, name: str) -> object:
        return getattr(self._world.store, name)

    def commit(self, changes: Changes) -> None:
        self._world.may_die()
        self._world.on_commit(changes)
        self._world.store.commit(changes)
        self._world.may_die()


def some_rules(store: NotifierStore, **changes: object) -> IncidentRules:
    """Rules with short repeats, two recipients, and an escalation to a third."""
    rules = IncidentRules(
        store.namespace, (ANNA, BOB), (ADMIN,), CHECK_SECS,
        repeats=RepeatTimes((300, 300, 900)),
        escalations=(Escalation("managers", (CEO,), after_secs=3600),),
    )  # fmt: skip
    return replace(rules, **changes)  # type: ignore[arg-type] # keywords come from the tests


def states(events: list[HistoryEvent]) -> list[tuple[datetime, str]]:
    """The history of judged states."""
    return [
        (event.at, str(dict(event.log.fields)["state"]))
        for event in events
        if event.log.topic in ("STATE", "STALL", "BLIND")
    ]


def a_start(random: Random) -> datetime:
    """A time near the changes of summer time, leap day and New Year, to be crossed."""
    days = [(2025, 3, 29), (2025, 10, 25), (2024, 2, 28), (2025, 12, 31), (2025, 6, 11)]
    year, month, day = random.choice(days)
    return datetime(year, month, day, random.randrange(24), random.randrange(60), tzinfo=UTC)
