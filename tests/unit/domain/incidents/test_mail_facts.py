"""What the mails are told, beyond the numbers of the verdict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cmtel.domain.incidents import events
from cmtel.domain.incidents.rules import Escalation
from cmtel.domain.mails.facts import LIMITS_CHANGED, NO_LONGER_WATCHED, MailFacts
from cmtel.domain.mails.kinds import MailKind
from tests.unit.domain.incidents.machine import MINUTE, RULES, START, Machine, a_pause


def told(machine: Machine, kind: MailKind) -> MailFacts:
    """The facts of the mail of this kind in the last step."""
    return next(mail.facts for mail in machine.last if mail.kind is kind)


def test_a_first_mail_and_its_repeats_say_when_the_next_one_comes() -> None:
    machine = Machine().stalled()
    first = told(machine, MailKind.FIRST)
    machine.after(5).overdue()
    repeat = told(machine, MailKind.REPEAT)

    assert first.next_repeat_at == machine.now
    assert repeat.next_repeat_at == machine.now + 10 * MINUTE


def test_what_is_promised_is_kept() -> None:
    machine = Machine().stalled()
    for _ in range(3):
        promised = machine.last[0].facts.next_repeat_at
        assert promised is not None
        machine.now = promised - timedelta(seconds=1)
        assert machine.overdue() == []
        machine.now = promised
        assert machine.overdue() == [MailKind.REPEAT]


def test_a_recovery_tells_when_calls_came_again_and_not_when_that_was_enough() -> None:
    machine = Machine().stalled()
    machine.after(10).read(arrivals=1)
    came = machine.now
    machine.after(1).read(arrivals=2)
    facts = told(machine, MailKind.RECOVERED)

    assert (facts.silent_since, facts.resumed_at) == (START, came)
    assert (facts.closed_at, facts.last_arrival) == (machine.now, machine.now)
    assert not facts.is_blind


def test_after_a_flap_the_last_call_is_not_that_before_the_incident() -> None:
    machine = Machine().stalled()
    machine.after(10).read(arrivals=1)
    came = machine.now
    machine.after(40).overdue()
    machine.after(10).overdue()
    facts = told(machine, MailKind.REPEAT)

    assert (facts.flaps, facts.silent_since, facts.last_arrival) == (1, START, came)
    assert facts.resumed_at is None


def test_blindness_counts_from_the_first_failed_read_and_keeps_its_reason() -> None:
    machine = Machine()
    machine.read(arrivals=1)
    machine.after(5).fail("locked")
    since = machine.now
    machine.after(20).fail("locked")
    blind = told(machine, MailKind.BLIND)
    machine.after(5).read()
    seen = told(machine, MailKind.RECOVERED_BLIND)

    for facts in (blind, seen):
        assert facts.is_blind
        assert facts.why == "locked"
        assert (facts.silent_since, facts.last_arrival) == (since, START)
        assert facts.next_repeat_at is None
    assert seen.closed_at == machine.now


def test_who_joins_learns_when_the_next_repeat_comes_or_who_cares() -> None:
    machine = Machine().stalled()
    machine.rules = replace(RULES, recipients=(*RULES.recipients, "c@x"))
    machine.after(1).overdue()
    joining = told(machine, MailKind.JOINING)
    machine.on(events.Acked("bob", "cable"))
    machine.rules = replace(machine.rules, recipients=(*machine.rules.recipients, "d@x"))
    machine.after(1).overdue()
    joining_late = told(machine, MailKind.JOINING)

    assert (joining.by, joining.next_repeat_at) == ("", START + 35.5 * MINUTE)
    assert (joining_late.by, joining_late.why) == ("bob", "cable")
    assert joining_late.next_repeat_at is None


def test_a_stop_says_which_kind_of_incident_it_leaves_open() -> None:
    machine = Machine(replace(RULES, escalations=(Escalation("x", ("e@x",), repeats=9),)))
    machine.read(arrivals=1)
    machine.after(5).fail()
    machine.after(20).fail()
    machine.on(events.Stopped(is_by_operator=True))

    assert told(machine, MailKind.STOPPED).is_blind


def test_incidents_that_end_without_a_call_say_why() -> None:
    machine = Machine().stalled()
    machine.on(events.FeedRemoved())
    removed = told(machine, MailKind.REMOVED)

    assert removed.why == NO_LONGER_WATCHED
    assert LIMITS_CHANGED != NO_LONGER_WATCHED


def test_a_pause_says_until_when() -> None:
    machine = Machine().stalled()
    machine.on(events.Paused(a_pause(machine)))
    facts = told(machine, MailKind.PAUSED)

    assert (facts.by, facts.why) == ("bob", "vacuum")
    assert facts.until == machine.now + 60 * MINUTE
