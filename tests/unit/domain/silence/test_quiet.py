"""Whether today is a quiet day."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.silence.quiet import USUAL_DAY, Quiet


def after(*gaps: float) -> Quiet:
    quiet = USUAL_DAY
    for calls in gaps:
        quiet = quiet.after_arrival(calls)
    return quiet


def test_one_call_after_a_silence_that_alarms_makes_a_quiet_day() -> None:
    assert not after(6.0).is_quiet
    assert after(10.0).is_quiet


def test_calls_that_keep_coming_slowly_make_a_quiet_day() -> None:
    assert after(6.0, 6.0).is_quiet


def test_on_a_usual_day_every_call_counts() -> None:
    assert USUAL_DAY.part == 1.0
    assert after(6.0).part == 1.0


def test_a_quiet_day_counts_as_little_as_it_has_shown() -> None:
    assert after(*[20.0] * 50).part == pytest.approx(0.05, rel=0.1)


def test_a_feed_that_recovers_is_usual_again_after_a_few_calls() -> None:
    assert not after(300.0, 1.0, 1.0, 1.0, 1.0, 1.0).is_quiet
    assert after(300.0, *[1.0] * 9) == USUAL_DAY


def test_usual_traffic_is_hardly_ever_taken_to_be_quiet() -> None:
    random.seed(5)
    quiet, found = USUAL_DAY, 0
    for _ in range(20_000):
        quiet = quiet.after_arrival(random.expovariate(1.0))
        found += quiet.is_quiet

    assert found < 20


@given(st.lists(st.floats(0, 200), max_size=30))
def test_the_part_is_a_part(gaps: list[float]) -> None:
    quiet = after(*gaps)

    assert 0.0 < quiet.part <= 1.0
    assert quiet.evidence >= 0.0
    assert quiet.is_quiet or quiet.part == 1.0
