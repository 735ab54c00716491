"""The silence rule, judged one silence at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.silence.calendar import Calendar, OpenWindow
from cmtel.domain.silence.level import NO_FILTER, Level, LevelPrior
from cmtel.domain.silence.quiet import Quiet
from cmtel.domain.silence.rule import Mode, Profile, SilenceRule, State, gap_calls, verdict

VIENNA = ZoneInfo("Europe/Vienna")
ALWAYS = Calendar(VIENNA)
USUAL = Level(NO_FILTER)
#: Four calls an hour, all week.
EVEN = Profile((1.0,) * 672)
RULE = SilenceRule(Mode.EXPECTED, limit=8.0)
SECOND = timedelta(seconds=1)


def at(text: str, zone: ZoneInfo = VIENNA) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def office_hours(calls: float = 3.0) -> Profile:
    """Calls from Monday to Friday, 08:00 to 18:00."""
    quarters = [calls if day < 5 and 32 <= q < 72 else 0.0 for day in range(7) for q in range(96)]
    return Profile(tuple(quarters))


@pytest.mark.parametrize(
    ("minutes", "state"),
    [
        (0, State.NORMAL),
        (59, State.NORMAL),
        (60, State.LATE),
        (119, State.LATE),
        (120, State.OVERDUE),
    ],
)
def test_the_state_follows_the_calls_missed(minutes: int, state: State) -> None:
    last = at("2026-03-04 10:00")
    told = verdict(last + timedelta(minutes=minutes), last, EVEN, USUAL, RULE, ALWAYS)

    assert told.state is state
    assert told.expected == pytest.approx(minutes / 15)
    assert told.limit == 8.0
    assert told.alarm_at == last + timedelta(hours=2)
    assert told.late_at == last + timedelta(hours=1)


def test_a_quiet_night_brings_the_alarm_no_nearer() -> None:
    last = at("2026-03-04 17:50")
    told = verdict(at("2026-03-05 07:59"), last, office_hours(), USUAL, RULE, ALWAYS)

    assert told.state is State.NORMAL
    assert told.expected == pytest.approx(2.0)
    assert told.alarm_at == at("2026-03-05 08:30")


def test_a_weekend_brings_the_alarm_no_nearer() -> None:
    told = verdict(
        at("2026-03-08 12:00"), at("2026-03-06 17:50"), office_hours(), USUAL, RULE, ALWAYS
    )

    assert told.alarm_at == at("2026-03-09 08:30")


def test_nothing_is_overdue_before_the_floor() -> None:
    busy = Profile((900.0,) * 672)
    last = at("2026-03-04 10:00")
    told = verdict(last + timedelta(seconds=299), last, busy, USUAL, RULE, ALWAYS)

    assert told.expected == pytest.approx(299.0)
    assert told.state is State.LATE
    assert told.alarm_at == last + timedelta(seconds=300)


def test_the_ceiling_counts_only_time_in_which_calls_come() -> None:
    rule = SilenceRule(Mode.EXPECTED, limit=1e9, ceiling_secs=11 * 3600)
    last = at("2026-03-04 17:00")
    told = verdict(last, last, office_hours(), USUAL, rule, ALWAYS)

    assert told.alarm_at == at("2026-03-05 18:00")


def test_the_ceiling_can_be_switched_off() -> None:
    rule = SilenceRule(Mode.EXPECTED, limit=1e9, ceiling_secs=None)
    last = at("2026-03-04 17:00")

    assert verdict(last, last, office_hours(), USUAL, rule, ALWAYS).alarm_at is None


def test_without_any_expected_call_there_is_never_an_alarm() -> None:
    last = at("2026-03-04 17:00")
    told = verdict(last + timedelta(days=400), last, Profile((0.0,) * 672), USUAL, RULE, ALWAYS)

    assert told.alarm_at is None
    assert told.state is State.NORMAL


def test_a_busy_day_brings_the_alarm_nearer() -> None:
    prior = LevelPrior(strength=10.0, memory=20.0)
    busy = Level(prior, seen=40.0, expected=20.0)
    last = at("2026-03-04 10:00")
    usual = verdict(last, last, EVEN, Level(prior, 20.0, 20.0), RULE, ALWAYS).alarm_at
    sooner = verdict(last, last, EVEN, busy, RULE, ALWAYS).alarm_at

    assert usual is not None
    assert sooner is not None
    assert sooner - last < 0.7 * (usual - last)


def test_a_holiday_is_closed_and_the_floor_starts_afresh_after_it() -> None:
    calendar = Calendar(VIENNA, frozenset({date(2026, 5, 1)}))
    rule = replace(RULE, floor_secs=1800.0)
    last = at("2026-04-30 22:05")
    told = verdict(at("2026-05-01 12:00"), last, EVEN, USUAL, rule, calendar)

    assert told.state is State.CLOSED
    assert told.expected == pytest.approx(115 / 15)
    assert told.alarm_at == at("2026-05-02 00:30")


def test_what_was_overdue_stays_so_on_a_holiday() -> None:
    calendar = Calendar(VIENNA, frozenset({date(2026, 5, 1)}))
    told = verdict(at("2026-05-01 12:00"), at("2026-04-30 12:00"), EVEN, USUAL, RULE, calendar)

    assert told.state is State.OVERDUE


def test_fixed_counts_minutes() -> None:
    rule = SilenceRule(Mode.FIXED, silence_secs=3600)
    last = at("2026-03-04 10:00")
    told = verdict(last + timedelta(minutes=59), last, EVEN, USUAL, rule, ALWAYS)

    assert told.state is State.LATE
    assert told.expected is None
    assert told.limit is None
    assert not told.is_learning
    assert told.alarm_at == last + timedelta(hours=1)


def test_a_schedule_counts_inside_its_windows_only() -> None:
    calendar = Calendar(VIENNA, windows=(OpenWindow(frozenset(range(5)), 420, 1140),))
    rule = SilenceRule(Mode.SCHEDULE, silence_secs=7200)
    told = verdict(at("2026-03-07 12:00"), at("2026-03-06 18:00"), None, USUAL, rule, calendar)

    assert told.state is State.CLOSED
    assert told.alarm_at == at("2026-03-09 08:00")


def test_a_window_may_have_a_limit_of_its_own() -> None:
    all_days = frozenset(range(7))
    windows = (OpenWindow(all_days, 480, 720, 3600.0), OpenWindow(all_days, 720, 1200, 1800.0))
    calendar = Calendar(VIENNA, windows=windows)
    rule = SilenceRule(Mode.SCHEDULE, silence_secs=7200)
    last = at("2026-03-04 11:20")

    assert verdict(last, last, None, USUAL, rule, calendar).alarm_at == at("2026-03-04 12:00")


def test_without_profile_the_fixed_time_stands_in() -> None:
    last = at("2026-03-04 10:00")
    told = verdict(last + timedelta(hours=23), last, None, USUAL, SilenceRule(), ALWAYS)

    assert told.is_learning
    assert told.state is State.LATE
    assert told.alarm_at == last + timedelta(days=1)


def test_a_clock_set_back_is_no_silence_and_moves_no_alarm() -> None:
    last = at("2026-03-04 10:00")
    told = verdict(last - timedelta(hours=1), last, EVEN, USUAL, RULE, ALWAYS)

    assert told.state is State.NORMAL
    assert told.silence_secs == 0
    assert told.expected == 0
    assert told.alarm_at == last + timedelta(hours=2)


def test_time_asleep_does_not_count() -> None:
    last = at("2026-03-04 10:00")
    asleep = (at("2026-03-04 11:01").timestamp(), at("2026-03-04 19:01").timestamp())
    told = verdict(
        at("2026-03-04 19:01"), last, EVEN, USUAL, RULE, Calendar(VIENNA, suspended=(asleep,))
    )

    assert told.state is State.LATE
    assert told.expected == pytest.approx(61 / 15)
    assert told.alarm_at == at("2026-03-04 20:00")


def test_after_waking_the_floor_starts_afresh() -> None:
    last = at("2026-03-04 10:00")
    asleep = (at("2026-03-04 11:59").timestamp(), at("2026-03-04 19:00").timestamp())
    told = verdict(last, last, EVEN, USUAL, RULE, Calendar(VIENNA, suspended=(asleep,)))

    assert told.alarm_at == at("2026-03-04 19:05")


@pytest.mark.parametrize(
    ("last", "alarm"),
    [
        ("2026-03-28 23:30", "2026-03-29 08:30"),  # 02:00 to 03:00 is not there
        ("2026-10-24 23:30", "2026-10-25 08:30"),  # 02:00 to 03:00 is there twice
    ],
)
def test_calls_expected_in_the_morning_are_so_by_the_local_clock(last: str, alarm: str) -> None:
    mornings = [4.0 if 32 <= q < 40 else 0.0 for _ in range(7) for q in range(96)]
    told = verdict(at(last), at(last), Profile(tuple(mornings)), USUAL, RULE, ALWAYS)

    assert told.alarm_at == at(alarm)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2028-02-29", 24)]
)
def test_a_day_is_as_long_as_it_is(day: str, hours: int) -> None:
    midnight = at(f"{day} 00:00")
    following = at(str(date.fromisoformat(day) + timedelta(days=1)) + " 00:00")
    never = replace(RULE, limit=1e9)
    told = verdict(following, midnight, EVEN, USUAL, never, ALWAYS)

    assert told.expected == pytest.approx(4 * hours)
    assert told.silence_secs == hours * 3600


def test_the_year_ends_and_the_week_goes_on() -> None:
    last = at("2026-12-31 17:50")  # a Thursday; the Friday is a holiday
    calendar = Calendar(VIENNA, frozenset({date(2027, 1, 1)}))

    alarm = verdict(last, last, office_hours(), USUAL, RULE, calendar).alarm_at
    assert alarm == at("2027-01-04 08:30")


calls = st.floats(0, 50)
profiles = st.lists(calls, min_size=24, max_size=24).map(
    lambda hours: Profile(tuple(hours[q // 4 % 24] for q in range(672)))
)
zones = st.sampled_from(
    ["Europe/Vienna", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Auckland"]
)
holidays = st.frozensets(st.dates(date(2026, 1, 1), date(2026, 12, 31)), max_size=40)
windows = st.lists(
    st.builds(
        OpenWindow,
        st.frozensets(st.integers(0, 6), min_size=1),
        st.integers(0, 1439),
        st.integers(1, 1440),
        st.none() | st.floats(60, 90_000),
    ),
    max_size=2,
).map(tuple)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)).map(  # noqa: DTZ001  # made aware by the map
    lambda moment: moment.replace(tzinfo=UTC)
)
rules = st.builds(
    SilenceRule,
    st.sampled_from(Mode),
    st.none() | st.floats(0.5, 200),
    st.floats(0, 3600),
    st.none() | st.floats(3600, 200_000),
    st.floats(60, 200_000),
)
levels = st.builds(
    Level,
    st.builds(LevelPrior, st.none() | st.floats(1, 300), st.floats(1, 500), st.floats(1, 20)),
    st.floats(0, 300),
    st.floats(0, 300),
)


@settings(deadline=None)  # a walk to the horizon takes its time on a busy machine
@given(moments, profiles, levels, rules, zones, holidays, windows)
def test_it_is_overdue_at_alarm_at_and_not_just_before(
    last: datetime,
    profile: Profile,
    level: Level,
    rule: SilenceRule,
    zone: str,
    closed: frozenset[date],
    opened: tuple[OpenWindow, ...],
) -> None:
    calendar = Calendar(ZoneInfo(zone), closed, opened)
    alarm_at = verdict(last, last, profile, level, rule, calendar).alarm_at
    if alarm_at is None:
        return

    at_alarm = verdict(alarm_at, last, profile, level, rule, calendar)
    before = verdict(alarm_at - timedelta(microseconds=1), last, profile, level, rule, calendar)
    assert at_alarm.state is State.OVERDUE
    assert before.state is not State.OVERDUE
    assert at_alarm.alarm_at == before.alarm_at == alarm_at


@settings(deadline=None)  # a walk to the horizon takes its time on a busy machine
@given(
    moments,
    profiles,
    levels,
    rules,
    holidays,
    st.lists(st.integers(-10_000, 400_000), min_size=2, max_size=6),
)
def test_judgement_never_goes_back_while_nothing_comes(
    last: datetime,
    profile: Profile,
    level: Level,
    rule: SilenceRule,
    closed: frozenset[date],
    secs: list[int],
) -> None:
    calendar = Calendar(VIENNA, closed)
    told = [
        verdict(last + timedelta(seconds=s), last, profile, level, rule, calendar)
        for s in sorted(secs)
    ]
    rank = {State.NORMAL: 0, State.LATE: 1, State.OVERDUE: 2}
    ranks = [rank[t.state] for t in told if t.state is not State.CLOSED]
    expected = [t.expected for t in told if t.expected is not None]

    assert ranks == sorted(ranks)
    assert expected == sorted(expected)
    assert [t.silence_secs for t in told] == sorted(t.silence_secs for t in told)
    assert len({t.alarm_at for t in told}) == 1


@settings(deadline=None)  # a walk to the horizon takes its time on a busy machine
@given(moments, profiles, rules, st.integers(0, 3 * 86_400), st.integers(1, 86_400))
def test_a_later_call_never_brings_the_alarm_forward(
    last: datetime, profile: Profile, rule: SilenceRule, wait: int, more: int
) -> None:
    first, second = (
        verdict(last, last + timedelta(seconds=s), profile, USUAL, rule, ALWAYS).alarm_at
        for s in (wait, wait + more)
    )

    assert second is None or (first is not None and second + SECOND >= first)


def test_a_profile_is_a_week() -> None:
    with pytest.raises(ValueError, match="672"):
        Profile((1.0,) * 671)
    with pytest.raises(ValueError, match="negative"):
        Profile((-1.0,) + (1.0,) * 671)


#: A quarter of each usual call counts for the rest of today.
A_QUARTER = Level(NO_FILTER, quiet=Quiet(evidence=12.0, seen=9.0, expected=30.0))


def test_on_a_quiet_day_calls_count_in_part() -> None:
    last = at("2026-03-04 10:00")
    told = verdict(at("2026-03-04 12:00"), last, EVEN, A_QUARTER, RULE, ALWAYS)

    assert told.expected == pytest.approx(2.0)
    assert told.alarm_at == at("2026-03-04 18:00")


def test_a_quiet_day_is_over_at_midnight() -> None:
    last = at("2026-03-04 17:00")
    told = verdict(last, last, office_hours(), A_QUARTER, RULE, ALWAYS)

    # Four quarter-hours of three calls, of which a quarter counts; the other five next morning.
    assert told.alarm_at == at("2026-03-05 08:25")


def test_the_calls_of_a_gap_are_those_of_the_profile_also_on_a_quiet_day() -> None:
    told = gap_calls(at("2026-03-04 10:00"), at("2026-03-04 12:00"), EVEN, ALWAYS)

    assert told.calls == pytest.approx(8.0)
    assert told.today is None


def test_the_calls_of_today_begin_at_midnight() -> None:
    told = gap_calls(at("2026-03-28 23:00"), at("2026-03-29 04:00"), EVEN, ALWAYS)

    # The clock was put forward: from midnight to four there were three hours.
    assert told.calls == pytest.approx(16.0)
    assert told.today == pytest.approx(12.0)
