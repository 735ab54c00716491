"""Rows 1 to 3 and 5 to 8 of notifier.md 2.3: what a good read does to the state."""

from __future__ import annotations

from datetime import timedelta

from cmtel.domain.incidents import events
from cmtel.domain.incidents.actions import Archive
from cmtel.domain.incidents.states import (
    Judgement,
    Silence,
    State,
)
from cmtel.domain.incidents.wake import wake_at
from cmtel.domain.mails.kinds import MailKind
from tests.unit.domain.incidents.machine import RULES, START, Machine


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


def test_limits_that_were_raised_close_a_stall_that_is_none_any_more() -> None:
    machine = Machine().stalled()
    rejudged = events.Read(Judgement(Silence.NORMAL, 60), is_rejudged=True)

    assert machine.after(1).on(rejudged) == [MailKind.RECOVERED]
    assert machine.last[0].facts.why == "limits changed"
