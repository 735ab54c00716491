"""Rows 9 and 10 of notifier.md 2.3: a feed that cannot be read."""

from __future__ import annotations

from uuid import UUID

from cmtel.domain.incidents.rules import IncidentRules
from cmtel.domain.incidents.states import (
    State,
)
from cmtel.domain.mails.kinds import MailKind
from tests.unit.domain.incidents.machine import Machine


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
