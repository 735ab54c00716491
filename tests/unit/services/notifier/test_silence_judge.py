"""The silence rule behind the notifier's port."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cmtel.domain.incidents.states import Judgement, Silence
from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.level import NO_FILTER, Level, LevelPrior
from cmtel.domain.silence.rule import Mode, Profile, SilenceRule, Verdict
from cmtel.services.notifier.silence_judge import SilenceJudge

START = datetime(2025, 3, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: Four calls an hour, at all times.
EVEN = Profile((1.0,) * 672)
CALENDAR = Calendar(ZoneInfo("UTC"))


def a_judge(prior: LevelPrior = NO_FILTER, delay: timedelta = timedelta(0)) -> SilenceJudge:
    rule = SilenceRule(Mode.EXPECTED, limit=8.0, floor_secs=300)
    return SilenceJudge(rule, CALENDAR, EVEN, Level(prior), delay)


def test_a_judgement_has_the_fields_of_the_verdict_in_their_order() -> None:
    assert Judgement._fields[1:] == Verdict._fields[1:]


def test_it_is_overdue_when_eight_calls_are_missed() -> None:
    early = a_judge().judge(START + 1.9 * HOUR, START, ())
    due = a_judge().judge(START + 2 * HOUR, START, ())

    assert (early.silence, due.silence) == (Silence.LATE, Silence.OVERDUE)
    assert due.alarm_at == START + 2 * HOUR
    assert due.expected == 8.0


def test_time_asleep_and_the_usual_delay_do_not_count() -> None:
    slept = ((START + HOUR, START + 9 * HOUR),)

    assert a_judge().judge(START + 10 * HOUR, START, slept).alarm_at == START + 10 * HOUR
    assert a_judge(delay=HOUR).judge(START, START, ()).alarm_at == START + 3 * HOUR


def test_many_arrivals_raise_the_level() -> None:
    judge = a_judge(LevelPrior(10.0, 50.0))
    before = judge.judge(START, START, ()).alarm_at
    for minute in range(60):
        judge.observe(START + timedelta(minutes=minute), START + timedelta(minutes=minute + 1))
    after = judge.judge(START, START, ()).alarm_at

    assert before is not None
    assert after is not None
    assert after < before


def test_a_single_call_after_a_long_silence_makes_a_quiet_day_that_ends_at_midnight() -> None:
    judge = a_judge()
    first = START + 3 * HOUR
    score = judge.observe(START, first)
    today = judge.judge(first, first, ()).alarm_at
    judge.observe(first, START + 12.5 * HOUR)
    tomorrow = judge.judge(START + 12.5 * HOUR, START + 12.5 * HOUR, ()).alarm_at

    assert score == 12.0
    assert today is not None
    # A little more than an hour of calls is counted until midnight, the rest after it.
    assert START + 12.5 * HOUR < today < START + 14 * HOUR
    assert tomorrow == START + 14.5 * HOUR
