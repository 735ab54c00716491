"""What would the rule have done?"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest

from cmtel.domain.silence.calendar import Calendar
from cmtel.errors import SourceError, UsageError
from cmtel.services.backtest import Backtest, BacktestOrder, backtest
from tests.unit.domain.silence.fitting.traffic import START, VIENNA, poisson

#: Many examples; `make unit` leaves them out.
pytestmark = pytest.mark.slow

CALENDAR = Calendar(VIENNA)
UNTIL = datetime(2026, 4, 6, tzinfo=VIENNA)
STAMPS = poisson(120, 182, 7)
DIED = datetime(2026, 5, 20, 10, 0, tzinfo=VIENNA)


def tried(stamps: object = STAMPS, **changes: object) -> Backtest:
    order = BacktestOrder(**{"calendar": CALENDAR, "train_until": UNTIL, **changes})  # type: ignore[arg-type]  # each test names what it changes
    return backtest(list(stamps), order)  # type: ignore[call-overload]  # arrays and lists


def without(*outages: tuple[datetime, timedelta]) -> list[float]:
    stamps = STAMPS
    for begin, length in outages:
        left, right = begin.timestamp(), (begin + length).timestamp()
        stamps = stamps[(stamps < left) | (stamps >= right)]
    return list(stamps)


def test_an_outage_is_told() -> None:
    told = tried(without((DIED, timedelta(hours=4))))
    found = [alarm for alarm in told.alarms if alarm.at.date() == DIED.date()]

    assert len(found) == 1
    alarm = found[0]
    assert DIED - timedelta(minutes=30) < alarm.last_arrival < DIED < alarm.at
    assert alarm.at < DIED + timedelta(hours=2)
    assert alarm.next_arrival >= DIED + timedelta(hours=4)
    assert alarm.expected is not None
    assert alarm.limit is not None
    assert alarm.expected >= alarm.limit >= (told.limit or 0) > 5
    assert alarm.at.utcoffset() == timedelta(hours=2)


def test_the_test_time_is_what_follows_training() -> None:
    told = tried()

    assert told.test_from == UNTIL
    assert told.test_until == datetime.fromtimestamp(STAMPS[-1], VIENNA)
    assert told.test_months == pytest.approx((told.test_until - UNTIL).days / 30.4375, abs=0.1)
    assert all(alarm.at >= UNTIL for alarm in told.alarms)
    assert told.false_alarms_per_month == len(told.alarms) / told.test_months
    assert told.what_if is None


def test_half_of_the_history_trains_unless_said_otherwise() -> None:
    told = tried(train_until=None)

    middle = (STAMPS[0] + STAMPS[-1]) / 2
    assert told.test_from.timestamp() == pytest.approx(middle, abs=1)


def test_what_if_covers_each_quarter_hour() -> None:
    told = tried(is_what_if=True)

    assert told.what_if is not None
    times = [died for died, _ in told.what_if.delays]
    assert times[0] == UNTIL
    steps = {other - one for one, other in pairwise(times)}
    assert steps == {timedelta(minutes=15)}
    assert told.what_if.night.quarters == sum(t.hour < 6 for t in times)
    working = [t for t in times if t.weekday() < 5 and 9 <= t.hour < 17]
    assert told.what_if.day.quarters == len(working)
    minutes = sorted(m for t, m in told.what_if.delays if t in set(working) and m is not None)
    assert told.what_if.day.median_minutes == minutes[(len(minutes) + 1) // 2 - 1]


def test_what_if_is_what_a_dead_feed_gives() -> None:
    """Cut the history at a moment, let it come back a day later: the alarm is where it was said."""
    said = dict(tried(is_what_if=True).what_if.delays)[DIED]  # type: ignore[union-attr]  # it was asked for
    alarms = tried(without((DIED, timedelta(days=1)))).alarms
    at = next(alarm.at for alarm in alarms if alarm.at.date() == DIED.date())

    assert said is not None
    assert (at - DIED).total_seconds() / 60 == pytest.approx(said, abs=0.02)


def test_holidays_are_no_working_days() -> None:
    closed = Calendar(VIENNA, frozenset({date(2026, 5, 1), date(2026, 5, 14)}))
    with_them = tried(is_what_if=True).what_if
    without_them = tried(calendar=closed, is_what_if=True).what_if

    assert with_them is not None
    assert without_them is not None
    assert with_them.day.quarters - without_them.day.quarters == 2 * 32


def test_working_days_only_sort_the_report() -> None:
    weekdays = tried(is_what_if=True)
    weekend = tried(is_what_if=True, working_days=frozenset({5, 6}))

    assert weekdays.alarms == weekend.alarms
    assert weekdays.what_if is not None
    assert weekend.what_if is not None
    assert weekdays.what_if.delays == weekend.what_if.delays
    assert weekdays.what_if.day != weekend.what_if.day


def test_where_it_would_never_fire_is_none() -> None:
    """Calls on one local date a year: the horizon is passed before the next is expected."""
    closed = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(365))
    told = tried(calendar=Calendar(VIENNA, closed), is_what_if=True)

    assert told.what_if is not None
    assert {minutes for _, minutes in told.what_if.delays} == {None}
    assert told.what_if.night.median_minutes is None


def test_a_short_history_is_said_to_be_short() -> None:
    until = datetime(2026, 1, 19, tzinfo=VIENNA)
    told = tried(STAMPS[STAMPS < START + 24 * 86_400], train_until=until)

    assert "Fewer than 3 weeks" in told.notes[0]
    assert told.limits[0][1] is None
    assert told.limit is not None

    only_days = tried(STAMPS[STAMPS < START + 10 * 86_400], train_until=None, is_what_if=True)
    assert only_days.limit is None
    assert only_days.what_if is not None
    assert (only_days.what_if.day.median_minutes or 0) > 12 * 60

    until = datetime(2026, 1, 30, tzinfo=VIENNA)
    assert "do not yet support" in tried(train_until=until).notes[0]


def test_a_larger_budget_tells_sooner() -> None:
    one, ten = (tried(is_what_if=True, budget_per_month=budget).what_if for budget in (1.0, 10.0))

    assert one is not None
    assert ten is not None
    assert (ten.day.median_minutes or 0) < (one.day.median_minutes or 0)


@pytest.mark.parametrize("stamps", [[], [1e9], [1e9, 1e9]])
def test_without_two_arrivals_there_is_nothing_to_test(stamps: list[float]) -> None:
    with pytest.raises(SourceError, match="no two arrivals"):
        tried(stamps)


@pytest.mark.parametrize("year", [2025, 2027])
def test_training_ends_inside_the_history(year: int) -> None:
    with pytest.raises(UsageError, match="not inside the history"):
        tried(train_until=datetime(year, 1, 1, tzinfo=VIENNA))


@pytest.mark.parametrize("budget", [0.0, -1.0, float("nan")])
def test_a_budget_is_more_than_nothing(budget: float) -> None:
    with pytest.raises(UsageError, match="more than 0"):
        tried(budget_per_month=budget)


def test_arrivals_need_no_order() -> None:
    shuffled = np.random.default_rng(1).permutation(STAMPS)

    assert tried(shuffled) == tried()
