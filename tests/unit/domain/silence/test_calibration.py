"""How many missed calls are too many."""

from __future__ import annotations

import math
import random

import pytest

from cmtel.domain.silence.calibration import calibrate, rank, theoretical_limit


def test_the_limit_is_the_kth_largest() -> None:
    told = calibrate([30.0, 10.0, 20.0, 15.0], 1000, months=2.0, budget_per_month=1.0)

    assert told.limit == 20.0
    assert told.is_supported
    assert told.gaps_per_month == 500


def test_part_of_a_month_counts_in_part() -> None:
    told = calibrate([30.0, 10.0, 20.0, 15.0], 1000, months=2.4, budget_per_month=1.0)

    assert told.limit == pytest.approx(18.0)


def test_the_limit_is_never_below_theory() -> None:
    told = calibrate([3.0, 2.0, 1.0], 7200, months=2.0, budget_per_month=1.0)

    assert told.limit == pytest.approx(math.log(3600))


def test_a_history_too_short_for_the_budget_is_said_to_be_so() -> None:
    told = calibrate([30.0, 10.0], 700, months=0.9, budget_per_month=1.0)

    assert told.limit == 31.0
    assert not told.is_supported


def test_without_gaps_there_is_a_limit_all_the_same() -> None:
    told = calibrate([], 0, months=1.0, budget_per_month=1.0)

    assert told.limit >= 1.0
    assert not told.is_supported


def test_the_rank_is_not_lost_to_rounding() -> None:
    assert rank(months=3.0, budget_per_month=1 / 3) == 1


def test_a_larger_budget_means_a_lower_limit() -> None:
    assert theoretical_limit(3600, 4.0) < theoretical_limit(3600, 1.0)


@pytest.mark.parametrize("shape", [0.6, 1.0])
def test_the_budget_is_kept_whatever_the_distribution(shape: float) -> None:
    """Weibull scores: heavier tails than theory, and theory's own."""
    random.seed(11)
    realised = []
    for _ in range(200):
        past, future = ([random.weibullvariate(1, shape) for _ in range(6 * 300)] for _ in "ab")
        limit = calibrate(past, len(past), 6.0, 1.0).limit
        realised.append(sum(score >= limit for score in future) / 6.0)

    assert sum(realised) / len(realised) <= 1.15
