"""The level filter over a whole history at once; level.py is the same, call by call."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cmtel.domain.silence.fitting.grid import Flags, Floats, Ints
from cmtel.domain.silence.level import MOST_LEVEL, NO_FILTER, Level, LevelPrior

#: Exponents stay within a float when a block of the recursion spans so many memories.
_BLOCK_MEMORIES = 50.0
#: What is tried: the strength in calls, the memory in days of usual traffic; the data choose.
#: Nothing stiffer: on a quiet day that nobody listed it would alarm again and again ...
_STRENGTHS = (10.0, 30.0)
#: ... save where calls are too few for that; there a level that hardly moves tells sooner.
_STIFF_STRENGTHS = (100.0, 300.0)
_FEW_CALLS_PER_DAY = 100.0
_MEMORY_DAYS = (0.125, 0.5)


class Levels(NamedTuple):
    """The level after each arrival, as arrays."""

    prior: LevelPrior
    seen: Floats
    expected: Floats

    def part(self, first: int, last: int) -> Levels:
        """Return the levels of a range of indexes."""
        return Levels(self.prior, self.seen[first:last], self.expected[first:last])

    def at(self, index: int) -> Level:
        """Return the level after one arrival."""
        return Level(self.prior, float(self.seen[index]), float(self.expected[index]))

    def score_of(self, indexes: Ints, profile_calls: Floats) -> Floats:
        """Return the scores of the gaps after some of the arrivals."""
        return Levels(self.prior, self.seen[indexes], self.expected[indexes]).score(profile_calls)

    def score(self, profile_calls: Floats) -> Floats:
        """Return what :meth:`Level.score` gives for the gap after each arrival."""
        if self.prior.strength is None:
            return profile_calls
        shape, rate = self.gamma(self.prior.strength)
        return np.asarray(shape * np.log1p(profile_calls / rate))

    def profile_calls(self, score: float) -> Floats:
        """Return the profile's calls at which each gap's score is ``score``."""
        if self.prior.strength is None:
            return np.full(len(self.seen), score)
        shape, rate = self.gamma(self.prior.strength)
        return np.asarray(rate * np.expm1(score / shape))

    def gamma(self, strength: float) -> tuple[Floats, Floats]:
        """Return shape and rate of the level's distribution after each arrival."""
        rate = strength + self.expected
        return np.minimum(strength + self.seen, MOST_LEVEL * rate), rate


def levels(prior: LevelPrior, calls_before: Floats, is_open: Flags) -> Levels:
    """Return the level after each arrival, the first one starting from the prior.

    Args:
        prior: How far and how fast the level moves.
        calls_before: The profile's calls in the gap before each arrival.
        is_open: False for an arrival in closed time, which teaches nothing.
    """
    clock = np.cumsum(np.minimum(calls_before, prior.most))
    seen = _faded_counts(clock, is_open.astype(np.float64), prior.memory)
    return Levels(prior, seen, prior.memory * -np.expm1(-clock / prior.memory))


def best_prior(
    calls_before: Floats, is_open: Flags, calls_per_day: float, most: float
) -> LevelPrior:
    """Return the prior, of those that are tried, under which the gaps were most likely."""
    is_sparse = calls_per_day < _FEW_CALLS_PER_DAY
    candidates = [
        LevelPrior(strength, max(1.0, days * calls_per_day), most)
        for strength in (*_STRENGTHS, *_STIFF_STRENGTHS * is_sparse)
        for days in _MEMORY_DAYS
    ] + [NO_FILTER] * is_sparse
    return max(candidates, key=lambda prior: _likelihood(prior, calls_before, is_open, most))


def _likelihood(prior: LevelPrior, calls_before: Floats, is_open: Flags, most: float) -> float:
    state = levels(prior, calls_before, is_open).part(0, -1)
    calls = np.minimum(calls_before[1:], most)
    total = -float(state.score(calls).sum())
    if prior.strength is not None:
        # Each gap ended with a call: its intensity is the posterior mean given the gap.
        shape, rate = state.gamma(prior.strength)
        total += float(np.log(shape / (rate + calls)).sum())
    return total


def _faded_counts(clock: Floats, weight: Floats, memory: float) -> Floats:
    """Return the sum over j <= i of weight[j] exp(-(clock[i] - clock[j]) / memory), by blocks."""
    seen = np.empty(len(clock))
    carried, before, left = 0.0, 0.0, 0
    while left < len(clock):
        right = int(np.searchsorted(clock, clock[left] + _BLOCK_MEMORIES * memory, "right"))
        grown = np.exp((clock[left:right] - clock[left]) / memory)
        carried *= float(np.exp(-(clock[left] - before) / memory))
        seen[left:right] = (carried + np.cumsum(grown * weight[left:right])) / grown
        carried, before, left = float(seen[right - 1]), float(clock[right - 1]), right
    return seen
