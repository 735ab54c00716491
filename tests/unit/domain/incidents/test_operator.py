"""Rows 11 and 13 to 16 of notifier.md 2.3: people, starts and stops."""

from __future__ import annotations

from datetime import timedelta

from cmtel.domain.incidents import events
from cmtel.domain.mails.kinds import MailKind
from tests.unit.domain.incidents.machine import Machine, a_pause


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


def test_a_feed_that_is_removed_closes_its_incidents() -> None:
    machine = Machine().stalled()

    assert machine.on(events.FeedRemoved()) == [MailKind.REMOVED]
    assert machine.state.stall is None
