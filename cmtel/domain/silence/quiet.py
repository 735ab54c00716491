"""Whether today is a quiet day: one on which hardly a call comes, and no calendar says so.

After a silence too long for a usual day a single call comes: the feed lives, the office is closed.
Each gap of today is evidence for or against that: the log likelihood ratio of a tenth of the usual
calls to the usual, summed and never below 0. Once there is enough of it, the usual calls of the
rest of the local day count only in the part that the quiet stretch has shown. The next day begins
as a usual one, so a feed that dies on a quiet day is told of at the next opening at the latest.

Source of the sum: Page, "Continuous inspection schemes", Biometrika 41 (1954).
"""

from __future__ import annotations

import math
from typing import NamedTuple

#: What a quiet day is taken to have of the usual calls before any of it has been counted ...
_QUIET_PART = 0.1
#: ... and how many usual calls that guess weighs beside what is counted.
_GUESS_CALLS = 10.0
#: Evidence, in nats, from which on the day is quiet. A gap of 9 usual calls is enough.
_ENOUGH = 6.0
#: More of it is not remembered: after five calls in quick succession the day is a usual one.
_MOST = 12.0


class Quiet(NamedTuple):
    """The quiet stretch of today after an arrival, if there is one."""

    evidence: float = 0.0
    #: In the stretch: the calls that came, and those that come on a usual day.
    seen: float = 0.0
    expected: float = 0.0

    @property
    def is_quiet(self) -> bool:
        """Tell whether today is a quiet day."""
        return self.evidence >= _ENOUGH

    @property
    def part(self) -> float:
        """The part of each usual call that counts for the rest of today; 1 on a usual day."""
        if not self.is_quiet:
            return 1.0
        seen = self.seen + _QUIET_PART * _GUESS_CALLS
        return min(1.0, seen / (self.expected + _GUESS_CALLS))

    def after_arrival(self, calls_today: float) -> Quiet:
        """Return it after an arrival in open time.

        ``calls_today`` are the usual calls of the gap before it, as far as it lies in the
        arrival's own day; the first call of a day asks it of :data:`USUAL_DAY`.
        """
        gained = (1.0 - _QUIET_PART) * calls_today + math.log(_QUIET_PART)
        evidence = min(self.evidence + gained, _MOST)
        if evidence <= 0:
            return USUAL_DAY
        return Quiet(evidence, self.seen + 1.0, self.expected + calls_today)


USUAL_DAY = Quiet()
#: A gap of today with fewer usual calls is no evidence for a quiet day.
LEAST_CALLS = -math.log(_QUIET_PART) / (1.0 - _QUIET_PART)
