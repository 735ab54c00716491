"""How busy it is today, beside the usual: a Gamma-Poisson filter.

The level is a Gamma distribution over "calls come ``level`` times as fast as the profile says".
It is moved by arrivals only, so it is frozen while nothing comes. What it remembers fades with
calls expected, not with time: a quiet night neither teaches nor forgets.

Source: Gamma-Poisson mixture of arrivals, Brown, Zhao, Shen, Mandelbaum 2004 (notifier.md 1).
"""

from __future__ import annotations

import math
from typing import NamedTuple

from cmtel.domain.silence.quiet import USUAL_DAY, Quiet

#: A day is never taken to be busier than this: a burst at night says little about the morning.
MOST_LEVEL = 2.0


class LevelPrior(NamedTuple):
    """How far and how fast the level moves; fitted from history.

    ``strength`` is the number of calls that the profile itself weighs; ``memory`` the number of
    expected calls after which an observation weighs 1/e. ``strength`` None: no filter. One gap
    counts as at most ``most`` expected calls: what is longer is an outage, no quiet day.
    """

    strength: float | None
    memory: float = 1.0
    most: float = math.inf


#: The profile alone: E is the plain integral.
NO_FILTER = LevelPrior(None)


class Level(NamedTuple):
    """What the arrivals so far say: calls seen and calls expected, both faded.

    A quiet day stands beside it: while it lasts the level stands still, so that the next day
    begins with that of the last usual one.
    """

    prior: LevelPrior
    seen: float = 0.0
    expected: float = 0.0
    #: None: quiet days are not looked for.
    quiet: Quiet | None = USUAL_DAY

    def after_arrival(
        self, expected_calls: float, calls_today: float | None = None, *, is_open: bool = True
    ) -> Level:
        """Return the level after a gap over which the profile expected ``expected_calls``.

        A call in closed time ends the gap but says nothing about how busy open time is.
        ``calls_today``: those of them since midnight; None: no midnight lies in the gap.
        """
        quiet = self.quiet
        if quiet is not None:
            before = quiet if calls_today is None else USUAL_DAY
            today = expected_calls if calls_today is None else calls_today
            quiet = before.after_arrival(today) if is_open else before
            if quiet.is_quiet:
                return self._replace(quiet=quiet)
        fade = math.exp(-min(expected_calls, self.prior.most) / self.prior.memory)
        expected = self.expected * fade + self.prior.memory * (1.0 - fade)
        return Level(self.prior, self.seen * fade + float(is_open), expected, quiet)

    @property
    def quiet_part(self) -> float:
        """The part of each usual call that counts for the rest of the day; 1 on a usual day."""
        return 1.0 if self.quiet is None else self.quiet.part

    def score(self, profile_calls: float) -> float:
        """Return -ln P(no call) where the profile expects ``profile_calls``.

        It is the number of calls missed, a little discounted because today's level is uncertain.
        """
        if self.prior.strength is None:
            return profile_calls
        shape, rate = self._gamma(self.prior.strength)
        return shape * math.log1p(profile_calls / rate)

    def profile_calls(self, score: float) -> float:
        """Return the profile's calls at which :meth:`score` reaches ``score`` (its inverse)."""
        if self.prior.strength is None:
            return score
        shape, rate = self._gamma(self.prior.strength)
        return rate * math.expm1(score / shape)

    def _gamma(self, strength: float) -> tuple[float, float]:
        """Return shape and rate of the level's distribution; its mean is shape / rate."""
        rate = strength + self.expected
        return min(strength + self.seen, MOST_LEVEL * rate), rate
