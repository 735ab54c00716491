"""From a feed's history to what is learned of it. Imports numpy; imported where it is used."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.fitting.arrivals import Arrivals
from cmtel.domain.silence.fitting.learner import learn
from cmtel.domain.silence.level import Level
from cmtel.services.notifier.changes import HistoryEvent, Residual
from cmtel.services.notifier.learning import Learned

Outages = tuple[tuple[float, float], ...]

#: A stall whose gap reached so many limits was an outage. Shorter of them may be false alarms.
OUTAGE_LIMITS = 2.0
#: An arrival is noted at most so long after the state has changed.
_SLACK_SECS = 1.0


class Lesson(NamedTuple):
    """What was learned, and the level of the moment."""

    learned: Learned
    level: Level | None


def teach(
    stamps: Sequence[float], calendar: Calendar, budget_per_month: float, now: datetime,
    outages: Outages = (),
) -> Lesson:  # fmt: skip
    """Return what records at epoch seconds, in any order, teach.

    Records dated in the future do not count. Takes about a second a year of 1,200 calls a day.
    """
    now_secs = now.timestamp()
    known = np.asarray(stamps, dtype=np.float64)
    known = known[known <= now_secs]
    nothing = Learned(now, budget_per_month=budget_per_month, records=len(known))
    if len(known) < 2:
        return Lesson(nothing, None)
    arrivals = Arrivals.of(known)
    fit = learn(arrivals, calendar, budget_per_month, now_secs, outages)
    if fit.profile is None or fit.calibration is None:
        return Lesson(nothing, None)
    level = fit.level_at(len(fit.levels.seen) - 1) if len(fit.levels.seen) else None
    prior = fit.levels.prior
    return Lesson(
        Learned(
            now, fit.profile.calls, fit.calibration.limit, fit.calibration.is_supported,
            fit.calibration.months, fit.calibration.gaps_per_month, fit.ceiling_secs,
            prior.strength, prior.memory, prior.most if np.isfinite(prior.most) else None,
            budget_per_month, len(known),
        ),
        level,
    )  # fmt: skip


def outages_of(events: Iterable[HistoryEvent], gaps: Sequence[Residual]) -> Outages:
    """Return the feed's own stalls that were outages, from the last arrival to the next one.

    A stall that ended before twice the limit was reached is no outage to the learner: it may
    have been a false alarm, and to leave those out would lower the limit at each fit, and make
    more of them. One that has not ended yet ends with the history.
    """
    found: list[tuple[float, float]] = []
    begun: tuple[float, float] | None = None
    last_secs = 0.0
    for event in events:
        last_secs = event.at.timestamp()
        fields = dict(event.log.fields)
        if event.log.topic == "STALL" and begun is None:
            limit = _number(fields.get("limit"))
            begun = last_secs - _number(fields.get("silence_secs")), limit
        elif begun is not None and fields.get("state") in ("ok", "recovering"):
            if _was_outage(begun[1], begun[0], last_secs, gaps):
                found.append((begun[0], last_secs))
            begun = None
    return (*found, (begun[0], last_secs)) if begun is not None else tuple(found)


def _was_outage(limit: float, from_secs: float, to_secs: float, gaps: Sequence[Residual]) -> bool:
    scores = [
        gap.expected for gap in gaps
        if gap.expected is not None and from_secs < gap.at.timestamp() <= to_secs + _SLACK_SECS
    ]  # fmt: skip
    return not scores or limit <= 0 or max(scores) >= OUTAGE_LIMITS * limit


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def merged(table: Sequence[float], remembered: Sequence[float]) -> array[float]:
    """Return the table's stamps, and before its first one those that were remembered."""
    first = min(table, default=float("inf"))
    return array("d", [*(secs for secs in remembered if secs < first), *table])
