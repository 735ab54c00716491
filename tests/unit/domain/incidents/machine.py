"""The state machine of notifier.md 2.3, with a clock that is moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from cmtel.domain.incidents import events
from cmtel.domain.incidents.actions import Action, QueueMail
from cmtel.domain.incidents.rules import IncidentRules, RepeatTimes
from cmtel.domain.incidents.states import (
    Downtime,
    FeedState,
    Judgement,
    Pause,
    Silence,
)
from cmtel.domain.incidents.step import step
from cmtel.domain.mails.kinds import MailKind

START = datetime(2025, 3, 1, 12, tzinfo=UTC)
RULES = IncidentRules(
    UUID(int=1), ("a@x", "b@x"), ("admin@x",), repeats=RepeatTimes((300, 600)), confirm=2
)
MINUTE = timedelta(minutes=1)


class Machine:
    """The state machine, with a clock that is moved by hand."""

    def __init__(self, rules: IncidentRules = RULES) -> None:
        self.state = FeedState("Main")
        self.rules = rules
        self.now = START
        self.actions: list[Action] = []

    def after(self, minutes: float) -> Machine:
        self.now += minutes * MINUTE
        return self

    def on(self, event: events.Event) -> list[MailKind]:
        """Step, and return the kinds of the mails of this step."""
        self.state, actions = step(self.state, event, self.now, self.rules)
        self.actions += actions
        self.last = [action for action in actions if isinstance(action, QueueMail)]
        return [mail.kind for mail in self.last]

    def read(self, silence: Silence = Silence.NORMAL, arrivals: int = 0) -> list[MailKind]:
        return self.on(events.Read(Judgement(silence, 60.0), (self.now,) * arrivals, "call"))

    def fail(self, reason: str = "locked") -> list[MailKind]:
        return self.on(events.ReadFailed(reason))

    def overdue(self) -> list[MailKind]:
        return self.read(Silence.OVERDUE)

    def stalled(self) -> Machine:
        self.read(arrivals=1)
        self.after(30).overdue()
        assert self.after(0.5).overdue() == [MailKind.FIRST]
        return self


def a_downtime(machine: Machine, minutes: float = 60) -> Downtime:
    return Downtime("w", machine.now, machine.now + minutes * MINUTE, "bob", "cable")


def a_pause(machine: Machine, minutes: float = 60) -> Pause:
    return Pause("p", machine.now, machine.now + minutes * MINUTE, "bob", "vacuum")
