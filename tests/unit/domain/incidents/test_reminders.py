"""Rows 4 and 12 of notifier.md 2.3: repeats, escalation, who joins and who leaves."""

from __future__ import annotations

from uuid import UUID

import pytest

from cmtel.domain.incidents import events
from cmtel.domain.incidents.rules import Escalation, IncidentRules, RepeatTimes
from cmtel.domain.incidents.states import (
    State,
)
from cmtel.domain.mails.kinds import MailKind
from tests.unit.domain.incidents.machine import RULES, Machine, a_downtime


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


def test_the_default_repeats_are_each_check_for_an_hour_quarters_for_three_then_hourly() -> None:
    times = RepeatTimes.by_default(300)

    assert list(times) == [300] * 12 + [900] * 12 + [3600]
    assert list(RepeatTimes.by_default(7200)) == [7200, 7200]


@pytest.mark.parametrize("check_secs", [60, 300, 600, 900, 1200, 1800])
def test_the_default_repeats_last_an_hour_and_three_hours_whatever_the_check(
    check_secs: int,
) -> None:
    times = list(RepeatTimes.by_default(check_secs))
    checks = 3600 // check_secs

    assert (sum(times[:checks]), sum(times[checks:-1])) == (3600, 3 * 3600)
    assert min(times[checks:]) >= 900
    assert times[-1] == 3600
