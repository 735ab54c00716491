"""What a history teaches."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.calibration import theoretical_limit
from cmtel.domain.silence.fitting.arrivals import Arrivals
from cmtel.domain.silence.fitting.grid import Floats
from cmtel.domain.silence.fitting.learner import Fit, Learner, learn
from cmtel.domain.silence.fitting.replay import alarm_secs
from cmtel.domain.silence.rule import State, verdict
from tests.unit.domain.silence.fitting.traffic import DAY_SECS, START, VIENNA, poisson

#: Many examples; `make unit` leaves them out.
pytestmark = pytest.mark.slow

CALENDAR = Calendar(VIENNA)
WEEK_SECS = 7 * DAY_SECS


def fitted(stamps: list[float], weeks: float, calendar: Calendar = CALENDAR) -> Fit:
    return learn(Arrivals.of(stamps), calendar, 1.0, START + weeks * WEEK_SECS)


def day_calls(fit: Fit, weekday: int) -> float:
    assert fit.profile is not None
    return sum(fit.profile.calls[weekday * 96 : weekday * 96 + 96])


def limit(fit: Fit) -> float:
    assert fit.calibration is not None
    return fit.calibration.limit


def test_the_profile_is_the_traffic() -> None:
    fit = fitted(list(poisson(120, 91, 1)), 13)

    assert fit.profile is not None
    for weekday in range(5):
        assert day_calls(fit, weekday) == pytest.approx(120, rel=0.1)
    assert day_calls(fit, 5) == day_calls(fit, 6) == 0
    assert fit.profile.calls[40] == pytest.approx(3.0, rel=0.25)
    assert sum(fit.profile.calls[:24]) == 0


def test_three_weeks_are_needed() -> None:
    stamps = list(poisson(120, 21, 1))
    learning = fitted(stamps, 2.9)

    assert learning.profile is None
    assert learning.rule().limit is None
    assert fitted(stamps, 3.1).profile is not None


def test_a_short_history_does_not_support_the_budget() -> None:
    fit = fitted(list(poisson(120, 28, 1)), 4)

    assert fit.calibration is not None
    assert not fit.calibration.is_supported


def test_nothing_after_the_moment_teaches() -> None:
    stamps = poisson(120, 120, 5)
    moment = START + 13 * WEEK_SECS
    known = learn(Arrivals.of(stamps[stamps < moment]), CALENDAR, 1.0, moment)
    told = learn(Arrivals.of(stamps), CALENDAR, 1.0, moment)

    assert told.profile == known.profile
    assert told.calibration == known.calibration
    assert told.level == known.level


def test_a_holiday_teaches_nothing() -> None:
    stamps = poisson(120, 91, 1)
    monday = START + 5 * WEEK_SECS
    without = stamps[(stamps < monday) | (stamps >= monday + DAY_SECS)]
    closed = frozenset({datetime.fromtimestamp(monday, VIENNA).date()})
    fit = fitted(list(without), 13, Calendar(VIENNA, closed))

    assert day_calls(fit, 0) == pytest.approx(120, rel=0.1)


def test_a_day_without_calls_teaches_nothing() -> None:
    stamps = poisson(120, 91, 1)
    monday = START + 5 * WEEK_SECS
    without = stamps[(stamps < monday) | (stamps >= monday + DAY_SECS)]

    assert limit(fitted(list(without), 13)) == pytest.approx(
        limit(fitted(list(stamps), 13)), rel=0.2
    )


@pytest.mark.parametrize("is_known", [True, False])
def test_an_outage_teaches_nothing(is_known: bool) -> None:
    stamps = poisson(1200, 91, 1)
    noon = START + 5 * WEEK_SECS + 12 * 3600
    outage = (noon, noon + 3 * 3600)
    without = stamps[(stamps < outage[0]) | (stamps >= outage[1])]
    moment = START + 13 * WEEK_SECS
    told = learn(Arrivals.of(without), CALENDAR, 1.0, moment, [outage] if is_known else [])

    assert limit(told) == pytest.approx(limit(fitted(list(stamps), 13)), rel=0.15)
    assert day_calls(told, 0) == pytest.approx(1200, rel=0.05)


def test_the_ceiling_is_at_least_half_as_long_again_as_the_longest_gap() -> None:
    fit = fitted(list(poisson(3, 120, 1, is_office=False)), 16)

    assert fit.ceiling_secs > DAY_SECS


@pytest.mark.slow
@pytest.mark.parametrize("calls_per_day", [24, 120, 1200])
def test_the_limit_of_poisson_traffic_is_near_theory(calls_per_day: int) -> None:
    told = [limit(fitted(list(poisson(calls_per_day, 182, seed)), 26)) for seed in range(3)]
    theory = theoretical_limit(calls_per_day * 5 / 7 * 30.44, 1.0)

    assert theory * 0.98 <= sum(told) / len(told) <= theory + 0.8


@pytest.mark.slow
def test_the_budget_is_kept_on_poisson_traffic() -> None:
    """Five seeds of half a year each at one a month: 30 alarms are due, give or take."""
    alarms, months = 0, 0.0
    for seed in range(5):
        arrivals = Arrivals.of(poisson(60, 364, seed, growth=1.4))
        learner = Learner(arrivals, CALENDAR, 1.0, START + 26 * WEEK_SECS)
        for fit in learner.fits():
            due = alarm_secs(fit, learner.history.grid, arrivals, fit.rule())
            nexts = np.append(arrivals.starts, np.inf)[fit.first + 1 : fit.last + 1]
            alarms += int((due < nexts).sum())
        months += 6

    assert 0.4 <= alarms / months <= 1.5


def test_a_quiet_day_that_nobody_listed_alarms_once() -> None:
    """A tenth of the calls, after the steadiest of histories; the next day is as usual."""
    stamps, monday = quiet_monday(0.1)
    arrivals = Arrivals.of(stamps)
    learner = Learner(arrivals, CALENDAR, 1.0, monday)
    fit = next(learner.fits())
    due = alarm_secs(fit, learner.history.grid, arrivals, fit.rule())
    nexts = np.append(arrivals.starts, np.inf)[fit.first + 1 : fit.last + 1]
    is_that_day = arrivals.ends[fit.first : fit.last] < monday + DAY_SECS

    assert 1 <= int(((due < nexts) & is_that_day).sum()) <= 2


def test_a_feed_that_dies_on_a_quiet_day_is_told_of_in_the_morning() -> None:
    stamps, monday = quiet_monday(0.02)
    died = monday + 13 * 3600
    arrivals = Arrivals.of(stamps[stamps < died])
    learner = Learner(arrivals, CALENDAR, 1.0, monday)
    fit = next(learner.fits())
    due = alarm_secs(fit, learner.history.grid, arrivals, fit.rule())

    assert fit.quiet_part[-1] < 0.2
    assert died < due[-1] < monday + DAY_SECS + 8.25 * 3600


def quiet_monday(part: float) -> tuple[Floats, float]:
    """Return traffic of which the 14th Monday keeps a part, and when that begins."""
    stamps = poisson(1200, 98, 4)
    monday = START + 13 * WEEK_SECS
    is_kept = np.random.default_rng(1).random(len(stamps)) < part
    return stamps[(stamps < monday) | (stamps >= monday + DAY_SECS) | is_kept], monday


def test_replay_says_what_the_rule_says() -> None:
    closed = frozenset({date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 14)})
    calendar = Calendar(VIENNA, closed)
    stamps = poisson(40, 140, 9)
    friday = START + 9 * WEEK_SECS + 4 * DAY_SECS
    is_quiet = (stamps > friday) & (stamps < friday + DAY_SECS)
    arrivals = Arrivals.of(stamps[~is_quiet | (np.arange(len(stamps)) % 8 == 0)])
    learner = Learner(arrivals, calendar, 1.0, START + 8 * WEEK_SECS)
    compared, quiet = 0, 0
    for fit in learner.fits():
        for rule in (fit.rule(), fit.rule(floor_secs=2400.0)):
            due = alarm_secs(fit, learner.history.grid, arrivals, rule)
            places = {*range(0, len(due), 7), *np.flatnonzero(fit.quiet_part < 1).tolist()}
            for place in sorted(places):
                quiet += bool(fit.quiet_part[place] < 1)
                last = datetime.fromtimestamp(float(arrivals.ends[fit.first + place]), UTC)
                level = fit.level_at(place)
                told = verdict(last, last, fit.profile, level, rule, calendar)
                assert told.alarm_at is not None
                assert told.alarm_at.timestamp() == pytest.approx(float(due[place]), abs=1)
                at_alarm = verdict(told.alarm_at, last, fit.profile, level, rule, calendar)
                assert at_alarm.state is State.OVERDUE
                compared += 1

    assert compared > 500
    assert quiet > 4


def test_replay_says_what_the_rule_says_while_learning() -> None:
    arrivals = Arrivals.of(poisson(40, 28, 9))
    calendar = Calendar(VIENNA, frozenset({date(2026, 1, 8)}))
    fit = learn(arrivals, calendar, 1.0, START + WEEK_SECS / 7)
    grid = Learner(arrivals, calendar, 1.0, START).history.grid
    due = alarm_secs(fit, grid, arrivals, fit.rule())
    for place in range(len(due)):
        last = datetime.fromtimestamp(float(arrivals.ends[fit.first + place]), UTC)
        told = verdict(last, last, None, fit.levels.at(place), fit.rule(), calendar)
        assert told.is_learning
        assert told.alarm_at is not None
        assert told.alarm_at.timestamp() == pytest.approx(float(due[place]), abs=1)


def test_the_level_is_that_of_the_last_call() -> None:
    stamps = poisson(120, 91, 1)
    moment = START + 12.5 * WEEK_SECS
    fit = learn(Arrivals.of(stamps), CALENDAR, 1.0, moment)

    assert fit.level == fit.level_at(0)
    assert Arrivals.of(stamps).ends[fit.first] <= moment
    assert Arrivals.of(stamps).ends[fit.first + 1] > moment


def test_a_dead_feed_still_has_a_fit() -> None:
    stamps = list(poisson(120, 91, 1))
    fit = fitted(stamps, 14.5)
    last = datetime.fromtimestamp(stamps[-1], UTC)
    told = verdict(last + timedelta(days=10), last, fit.profile, fit.level, fit.rule(), CALENDAR)

    assert told.state is State.OVERDUE
