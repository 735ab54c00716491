"""The transition table of notifier.md 2.3, row by row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from cmtel.domain.incidents import events
from cmtel.domain.incidents.actions import Action, Archive, QueueMail
from cmtel.domain.incidents.rules import Escalation, IncidentRules, RepeatTimes
from cmtel.domain.incidents.states import (
    Downtime,
    FeedState,
    Judgement,
    Pause,
    Silence,
    State,
)
from cmtel.domain.incidents.step import step
from cmtel.domain.incidents.wake import wake_at
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


def test_row_1_the_first_good_read_is_the_baseline() -> None:
    machine = Machine()

    assert machine.read() == []
    assert machine.state.state is State.OK
    assert machine.state.last_arrival == START


def test_row_2_late_and_back_is_logged_once_and_not_mailed() -> None:
    machine = Machine()
    machine.read()
    mails = [machine.after(5).read(Silence.LATE), machine.after(5).read(Silence.LATE)]
    was_late = machine.state.state
    machine.after(5).read(arrivals=1)

    assert (was_late, machine.state.state, mails) == (State.LATE, State.OK, [[], []])
    assert len(machine.actions) == 3


def test_row_3_needs_as_many_good_reads_in_a_row_as_confirm_says() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    first = machine.after(30).overdue()
    machine.after(0.5).fail()
    after_failure = machine.after(0.5).overdue()
    before = machine.state.state
    confirmed = machine.after(0.5).overdue()

    assert (first, after_failure, confirmed) == ([], [], [MailKind.FIRST])
    assert machine.last[0].recipients == RULES.recipients
    assert (before, machine.state.state) == (State.LATE, State.STALLED)


def test_row_3_the_confirming_read_comes_within_30_seconds() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    machine.after(30).overdue()

    wake = wake_at(machine.state, Judgement(Silence.OVERDUE, 60), machine.now, RULES)
    assert wake == machine.now + timedelta(seconds=30)


def test_row_4_repeats_count_from_the_last_mail_and_follow_the_list() -> None:
    machine = Machine().stalled()

    assert machine.after(4).overdue() == []
    assert machine.after(1).overdue() == [MailKind.REPEAT]
    assert machine.after(9).overdue() == []
    assert machine.after(1).overdue() == [MailKind.REPEAT]
    assert machine.last[0].facts.repeat_number == 2


def test_row_4_a_shorter_list_works_at_once() -> None:
    machine = Machine().stalled()
    machine.rules = machine.rules.__class__(
        RULES.namespace, RULES.recipients, (), repeats=RepeatTimes((60,))
    )

    assert machine.after(1).overdue() == [MailKind.REPEAT]


def test_rows_5_and_6_enough_arrivals_close() -> None:
    machine = Machine().stalled()
    one = machine.after(5).read(arrivals=1)
    state = machine.state.state
    closing = machine.after(1).read(arrivals=2)

    assert (one, state) == ([], State.RECOVERING)
    assert closing == [MailKind.RECOVERED]
    assert machine.last[0].recipients == RULES.recipients
    assert machine.last[0].facts.first_record == "call"
    assert machine.state.state is State.OK
    assert any(isinstance(action, Archive) for action in machine.actions)


def test_row_6_the_hold_closes_without_more_arrivals() -> None:
    machine = Machine().stalled()
    machine.after(5).read(arrivals=1)

    assert machine.after(4).read() == []
    assert machine.after(1).read() == [MailKind.RECOVERED]


def test_row_7_late_again_is_the_same_incident_and_its_next_repeat_says_so() -> None:
    machine = Machine().stalled()
    incident = machine.state.stall
    machine.after(1).read(arrivals=1)
    back = machine.after(1).read(Silence.LATE)

    assert back == []
    assert machine.state.state is State.STALLED
    assert incident is not None
    assert machine.state.stall is not None
    assert machine.state.stall.id == incident.id
    assert machine.after(5).overdue() == [MailKind.REPEAT]
    assert machine.last[0].facts.flaps == 1


def test_row_8_soon_after_a_close_the_thread_goes_on_and_the_hold_doubles() -> None:
    machine = Machine().stalled()
    first_thread = machine.last[0].thread_id
    machine.after(5).read(arrivals=3)
    machine.after(40).overdue()

    assert machine.after(0.5).overdue() == [MailKind.FIRST]
    assert machine.last[0].thread_id == first_thread
    assert machine.last[0].incident_id != first_thread
    assert machine.last[0].facts.recurrence == 2
    assert machine.after(1).read(arrivals=9) == []
    assert machine.after(9).read(arrivals=9) == []
    assert machine.after(1).read(arrivals=9) == [MailKind.RECOVERED]


def test_row_8_long_after_a_close_it_is_another_thread() -> None:
    machine = Machine().stalled()
    machine.after(5).read(arrivals=3)
    machine.after(61).overdue()
    machine.after(0.5).overdue()

    assert machine.last[0].facts.recurrence == 1
    assert machine.last[0].thread_id == machine.last[0].incident_id


def test_rows_9_and_10_blindness_is_told_once_its_end_too_and_the_state_is_as_before() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    early = [machine.fail(), machine.after(14).fail()]
    blind = machine.after(1).fail()
    told = machine.last[0].recipients
    again = machine.after(5).fail()

    assert (early, blind, again) == ([[], []], [MailKind.BLIND], [])
    assert told == ("admin@x",)
    assert (machine.state.state, machine.state.judged) == (State.BLIND, State.OK)
    assert machine.after(5).read(arrivals=1) == [MailKind.RECOVERED_BLIND]
    assert machine.state.state is State.OK


def test_row_9_tells_those_whose_repeats_now_wait() -> None:
    machine = Machine().stalled()
    machine.after(1).fail()

    assert machine.after(15).fail() == [MailKind.BLIND]
    assert machine.last[0].recipients == ("admin@x", "a@x", "b@x")
    assert machine.last[0].facts.suspends_repeats
    assert machine.after(60).fail() == []


def test_row_10_needs_two_good_reads_before_a_stall_even_with_confirm_1() -> None:
    machine = Machine(IncidentRules(UUID(int=1), ("a@x",), (), confirm=1))
    machine.read(arrivals=1)
    machine.after(1).fail()
    machine.after(15).fail()
    first = machine.after(30).overdue()

    assert MailKind.FIRST not in first
    assert machine.after(0.5).overdue() == [MailKind.FIRST]


def test_row_11_ack_holds_repeats_back_tells_the_others_once_and_ends_with_the_incident() -> None:
    machine = Machine().stalled()
    acked = machine.on(events.Acked("A@x", "known"))
    others = machine.last[0].recipients
    again = machine.on(events.Acked("a@x", "still known"))

    assert (acked, others, again) == ([MailKind.ACKED], ("b@x",), [])
    assert machine.after(60).overdue() == []
    assert machine.after(1).read(arrivals=3) == [MailKind.RECOVERED]
    machine.after(120).overdue()
    assert machine.after(0.5).overdue() == [MailKind.FIRST]
    assert machine.after(5).overdue() == [MailKind.REPEAT]


def test_row_11_unack_lets_repeats_go_on() -> None:
    machine = Machine().stalled()
    machine.on(events.Acked("a@x", "known"))
    machine.on(events.Unacked("a@x"))

    assert machine.after(5).overdue() == [MailKind.REPEAT]


def test_row_12_a_first_mail_held_back_goes_out_at_the_end() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    machine.on(events.DowntimeAdded(a_downtime(machine)))
    during = [machine.after(30).overdue(), machine.after(1).overdue()]

    assert during == [[], []]
    assert machine.state.state is State.STALLED
    assert machine.after(29).overdue() == [MailKind.FIRST]


def test_row_12_one_repeat_at_the_end_if_the_first_mail_was_sent_before() -> None:
    machine = Machine().stalled()
    machine.on(events.DowntimeAdded(a_downtime(machine, 3)))

    assert machine.after(2).overdue() == []
    assert machine.after(1).overdue() == [MailKind.REPEAT]


def test_row_12_what_opened_and_closed_inside_is_only_logged() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    machine.on(events.DowntimeAdded(a_downtime(machine)))
    machine.after(30).overdue()
    machine.after(1).overdue()

    assert machine.after(1).read(arrivals=3) == []
    assert machine.after(60).read() == []


def test_row_12_a_recovery_inside_is_mailed_if_the_first_mail_was() -> None:
    machine = Machine().stalled()
    machine.on(events.DowntimeAdded(a_downtime(machine)))

    assert machine.after(1).read(arrivals=3) == [MailKind.RECOVERED]


def test_row_12_a_downtime_that_is_removed_ends_at_the_next_read() -> None:
    machine = Machine().stalled()
    machine.on(events.DowntimeAdded(a_downtime(machine)))
    machine.on(events.DowntimeRemoved("w", "bob"))

    assert machine.after(1).overdue() == [MailKind.REPEAT]


def test_row_13_a_pause_tells_those_who_wait_for_repeats() -> None:
    machine = Machine().stalled()

    assert machine.on(events.Paused(a_pause(machine))) == [MailKind.PAUSED]
    assert machine.state.stall is not None
    assert machine.on(events.Paused(a_pause(machine))) == []


def test_row_13_a_pause_lasts_seven_days_at_most() -> None:
    machine = Machine()
    machine.on(events.Paused(a_pause(machine, 60 * 24 * 30)))

    assert machine.state.pause is not None
    assert machine.state.pause.until == machine.now + timedelta(days=7)


def test_row_14_still_silent_after_a_resume_is_repeated_once_proven() -> None:
    machine = Machine().stalled()
    machine.on(events.Paused(a_pause(machine)))
    machine.after(2).on(events.Resumed("bob"))

    assert machine.overdue() == []
    assert machine.after(0.5).overdue() == [MailKind.REPEAT]


def test_row_14_a_pause_that_runs_out_says_so() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    machine.on(events.Paused(a_pause(machine)))
    early = machine.after(59).on(events.TimePassed())

    assert early == []
    assert machine.after(1).on(events.TimePassed()) == [MailKind.RESUMED]
    assert machine.state.pause is None


def test_row_15_only_an_operators_stop_is_mailed() -> None:
    machine = Machine().stalled()

    assert machine.on(events.Stopped(is_by_operator=False)) == []
    assert machine.on(events.Stopped(is_by_operator=True)) == [MailKind.STOPPED]
    assert machine.state.stopped_at == machine.now


def test_row_16_no_second_first_mail_and_one_repeat_however_many_are_due() -> None:
    machine = Machine().stalled()
    machine.after(600).on(events.Started())
    unproven = machine.overdue()

    assert unproven == []
    assert machine.after(0.5).overdue() == [MailKind.REPEAT]
    assert machine.after(0.5).overdue() == []


def test_row_16_instants_ahead_are_now() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    machine.after(-60).on(events.Started())

    assert machine.state.last_arrival == machine.now


def test_who_joins_learns_what_happened_and_who_leaves_gets_a_last_mail() -> None:
    machine = Machine().stalled()
    machine.rules = IncidentRules(RULES.namespace, ("b@x", "c@x"), (), repeats=RULES.repeats)
    mails = machine.after(1).overdue()
    recipients = [mail.recipients for mail in machine.last]
    machine.after(1).read(arrivals=3)

    assert mails == [MailKind.REMOVED, MailKind.JOINING]
    assert recipients == [("a@x",), ("c@x",)]
    assert machine.last[0].recipients == ("b@x", "c@x")


@pytest.mark.parametrize(
    "escalation",
    [Escalation("boss", ("boss@x",), repeats=1), Escalation("boss", ("boss@x",), after_secs=300)],
)
def test_an_escalation_adds_its_list_for_good(escalation: Escalation) -> None:
    rules = IncidentRules(
        UUID(int=1), ("a@x",), (), repeats=RepeatTimes((300,)), escalations=(escalation,)
    )
    machine = Machine(rules).stalled()
    mails = machine.after(5).overdue()
    joining = machine.last[-1].recipients
    machine.after(5).overdue()

    assert mails == [MailKind.REPEAT, MailKind.JOINING]
    assert joining == ("boss@x",)
    assert machine.last[0].recipients == ("a@x", "boss@x")


def test_limits_that_were_raised_close_a_stall_that_is_none_any_more() -> None:
    machine = Machine().stalled()
    rejudged = events.Read(Judgement(Silence.NORMAL, 60), is_rejudged=True)

    assert machine.after(1).on(rejudged) == [MailKind.RECOVERED]
    assert machine.last[0].facts.why == "limits changed"


def test_a_feed_that_is_removed_closes_its_incidents() -> None:
    machine = Machine().stalled()

    assert machine.on(events.FeedRemoved()) == [MailKind.REMOVED]
    assert machine.state.stall is None


def test_the_default_repeats_are_an_hour_of_checks_three_of_quarters_then_hourly() -> None:
    times = RepeatTimes.by_default(300)

    assert list(times) == [300] * 12 + [900] * 12 + [3600]
    assert list(RepeatTimes.by_default(7200)) == [7200, 7200]
