"""The limit: how many missed calls are too many, from what normal gaps have been.

Split conformal: the scores of the gaps of past clean months are kept; the limit is the k-th
largest with k = budget x months, in proportion between two of them where that is no whole number,
so that about ``budget`` normal gaps a month exceed it, whatever their distribution. It is never
below ln(gaps a month / budget), which is exact for Poisson traffic whose rate is known.

Source: notifier.md 1; Vovk, Gammerman, Shafer, "Algorithmic Learning in a Random World" (2005).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

MONTH_SECS = 365.25 / 12 * 86_400
#: A gap of so many limits was an outage (notifier.md 1): it says nothing about traffic.
OUTAGE_LIMITS = 3.0


class Calibration(NamedTuple):
    """The limit and what it rests on."""

    limit: float
    #: False: the history is too short for the budget; the limit is the largest gap and one more.
    is_supported: bool
    #: Clean months of history behind it.
    months: float
    gaps_per_month: float


def theoretical_limit(gaps_per_month: float, budget_per_month: float) -> float:
    """Return ln(gaps / budget), at least 1: the limit if the rate were known exactly."""
    return max(1.0, math.log(max(gaps_per_month, 1.0) / budget_per_month))


def calibrate(
    largest: Sequence[float], count: int, months: float, budget_per_month: float
) -> Calibration:
    """Return the limit for a budget of false alarms a month (more than 0).

    Args:
        largest: The scores of the longest normal gaps of ``months`` clean months, in any order;
            at least one more than the :func:`rank` largest (all, if there are fewer).
        count: How many normal gaps there were in all.
        months: More than 0.
        budget_per_month: False alarms that are put up with, a month.
    """
    per_month = count / months
    least = theoretical_limit(per_month, budget_per_month)
    place = rank(months, budget_per_month)
    ordered = sorted(largest, reverse=True)
    if place == 0 or place > len(ordered):
        limit = (ordered[0] if ordered else 0.0) + 1.0
        return Calibration(max(limit, least), False, months, per_month)
    upper, lower = ordered[place - 1], ordered[min(place, len(ordered) - 1)]
    share = max(budget_per_month * months - place, 0.0)
    return Calibration(max(upper - share * (upper - lower), least), True, months, per_month)


def rank(months: float, budget_per_month: float) -> int:
    """Return how many gaps of the past may exceed the limit; 0: the history is too short."""
    return math.floor(budget_per_month * months + 1e-9)
