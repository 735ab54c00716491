"""The level filter over arrays is the level filter."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.silence.fitting.levels import best_prior, levels
from cmtel.domain.silence.level import NO_FILTER, Level, LevelPrior

gaps = st.lists(st.tuples(st.floats(0, 200), st.booleans()), min_size=1, max_size=40)
priors = st.builds(
    LevelPrior, st.none() | st.floats(1, 300), st.floats(0.5, 300), st.floats(1, 100)
)


@given(gaps, priors, st.floats(0, 30))
def test_the_arrays_are_what_the_calls_give_one_by_one(
    before: list[tuple[float, bool]], prior: LevelPrior, calls: float
) -> None:
    calls_before = np.array([gap for gap, _ in before])
    is_open = np.array([open_ for _, open_ in before])
    told = levels(prior, calls_before, is_open)

    level = Level(prior, quiet=None)
    for place, (gap, open_) in enumerate(before):
        level = level.after_arrival(gap, is_open=open_)
        assert told.at(place).seen == pytest.approx(level.seen, rel=1e-6, abs=1e-9)
        assert told.at(place).expected == pytest.approx(level.expected, rel=1e-6, abs=1e-9)
        one = told.part(place, place + 1)
        assert one.score(np.array([calls]))[0] == pytest.approx(level.score(calls), rel=1e-5)
        assert one.profile_calls(calls)[0] == pytest.approx(level.profile_calls(calls), rel=1e-5)


def test_steady_traffic_wants_a_level_that_hardly_moves() -> None:
    rng = np.random.default_rng(3)
    gaps = rng.exponential(1.0, 5000)
    prior = best_prior(gaps, np.ones(5000, bool), 60.0, 30.0)

    assert prior == NO_FILTER or (prior.strength or 0) >= 100


def test_a_busy_feed_is_never_taken_to_be_steady() -> None:
    rng = np.random.default_rng(3)
    prior = best_prior(rng.exponential(1.0, 5000), np.ones(5000, bool), 1200.0, 30.0)

    assert prior.strength is not None
    assert prior.strength <= 30


def test_days_of_their_own_want_a_level_that_follows() -> None:
    rng = np.random.default_rng(3)
    busy = np.repeat(rng.gamma(4, 1 / 4, 40), 120)
    gaps = rng.exponential(1.0, len(busy)) / busy
    prior = best_prior(gaps, np.ones(len(busy), bool), 60.0, 30.0)

    assert prior.strength is not None
    assert prior.strength <= 30
