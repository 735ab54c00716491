"""How busy it is today."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.silence.level import MOST_LEVEL, NO_FILTER, Level, LevelPrior
from cmtel.domain.silence.quiet import Quiet

PRIOR = LevelPrior(strength=30.0, memory=50.0)

floats = st.floats(0, 500)
levels = st.builds(
    Level, st.builds(LevelPrior, st.none() | st.floats(1, 300), st.floats(1, 500)), floats, floats
)


def after(expected_calls: float, arrivals: int, prior: LevelPrior = PRIOR) -> Level:
    level = Level(prior, quiet=None)
    for _ in range(arrivals):
        level = level.after_arrival(expected_calls)
    return level


def test_without_filter_the_score_is_the_number_of_calls() -> None:
    assert Level(NO_FILTER, seen=9.0, expected=1.0).score(7.5) == 7.5


def test_calls_as_expected_leave_the_level_where_it_is() -> None:
    assert after(1.0, 400).score(1.0) == pytest.approx(1.0, rel=0.02)


def test_twice_as_many_calls_nearly_double_the_score() -> None:
    assert 1.5 < after(0.5, 400).score(1.0) < 2.0


def test_a_quiet_day_lowers_the_score() -> None:
    assert after(2.0, 400).score(1.0) < 0.8


def test_uncertainty_discounts_the_score() -> None:
    unsure, sure = (Level(LevelPrior(strength)) for strength in (5.0, 500.0))

    assert unsure.score(10.0) < sure.score(10.0) < 10.0


def test_an_outage_weighs_no_more_than_a_quiet_stretch() -> None:
    capped = PRIOR._replace(most=10.0)

    assert after(1.0, 99, capped).after_arrival(500.0) == after(1.0, 99, capped).after_arrival(10.0)


def test_a_call_in_closed_time_teaches_nothing() -> None:
    level = after(1.0, 99)._replace(quiet=Quiet(3.0, 2.0, 5.0))

    assert level.after_arrival(0.0, is_open=False) == level


def test_a_burst_makes_no_more_than_twice_a_usual_day() -> None:
    assert after(0.0, 5000).score(1.0) <= MOST_LEVEL


@given(levels, st.floats(0, 100))
def test_profile_calls_is_the_inverse_of_score(level: Level, calls: float) -> None:
    assert level.profile_calls(level.score(calls)) == pytest.approx(calls, rel=1e-6, abs=1e-9)


@given(levels, st.floats(0, 100), st.floats(0.001, 100))
def test_more_calls_missed_score_more(level: Level, calls: float, more: float) -> None:
    assert level.score(calls) < level.score(calls + more)


def test_on_a_quiet_day_the_level_stands_still() -> None:
    level = after(1.0, 99)._replace(quiet=Quiet())
    quiet = level.after_arrival(20.0).after_arrival(20.0)

    assert quiet._replace(quiet=None) == level._replace(quiet=None)
    assert quiet.quiet_part < 0.3


def test_a_quiet_day_ends_at_midnight() -> None:
    quiet = Level(PRIOR).after_arrival(20.0)

    assert quiet.after_arrival(40.0, 1.0).quiet_part == 1.0
    assert quiet.after_arrival(40.0, 30.0).quiet_part < 1.0


def test_quiet_days_may_be_left_alone() -> None:
    assert Level(PRIOR, quiet=None).after_arrival(20.0).quiet_part == 1.0
