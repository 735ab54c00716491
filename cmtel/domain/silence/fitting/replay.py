"""What the rule would have done: the alarm of every silence of a history.

The same sums as rule.py, for all arrivals of a week at once; tests hold the two together. A
silence is judged by the fit of the week in which it began.
"""

from __future__ import annotations

import numpy as np

from cmtel.domain.silence.calendar import QUARTER_SECS
from cmtel.domain.silence.fitting.arrivals import Arrivals
from cmtel.domain.silence.fitting.grid import Floats, Grid, Integral
from cmtel.domain.silence.fitting.learner import Fit
from cmtel.domain.silence.rule import HORIZON_SECS, SilenceRule


def alarm_secs(fit: Fit, grid: Grid, arrivals: Arrivals, rule: SilenceRule) -> Floats:
    """Return, for the fit's arrivals, when the alarm would come if no call followed; inf: never."""
    if fit.first >= fit.last:
        return np.zeros(0)
    left = int(grid.index(arrivals.ends[fit.first]))
    right = int(grid.index(arrivals.ends[fit.last - 1])) + HORIZON_SECS // QUARTER_SECS + 1
    span = grid.part(left, right)
    ends = arrivals.ends[fit.first : fit.last]
    if fit.profile is None or rule.limit is None:
        due = _after(span.open_part * QUARTER_SECS, span, ends, rule.silence_secs)
        return _within_horizon(np.ceil(_settled(due, span, rule.floor_secs)), ends)
    rate = np.array(fit.profile.calls)[span.quarter] * span.open_part
    due = _missed(rate, span, ends, fit.levels.profile_calls(rule.limit), fit.quiet_part)
    due = _settled(np.maximum(due, ends + rule.floor_secs), span, rule.floor_secs)
    if rule.ceiling_secs is not None:
        traffic = (rate > 0) * span.open_part * QUARTER_SECS
        due = np.minimum(due, _after(traffic, span, ends, rule.ceiling_secs))
    return _within_horizon(np.ceil(due), ends)


def _missed(rate: Floats, span: Grid, starts: Floats, calls: Floats, part: Floats) -> Floats:
    """Return when so many calls are missed, of which until midnight only a part counts."""
    integral = Integral(rate, span.first_secs)
    begun = integral.at(starts)
    today = integral.at(span.day_ends(starts)) - begun
    is_today = part * today >= calls
    usual = np.where(is_today, calls / part, calls + (1.0 - part) * today)
    return np.asarray(integral.reached(begun + usual))


def _after(values: Floats, span: Grid, starts: Floats, amount: Floats | float) -> Floats:
    """Return when the integral has grown by ``amount`` since each start."""
    integral = Integral(values, span.first_secs)
    return np.asarray(integral.reached(integral.at(starts) + amount))


def _settled(due: Floats, span: Grid, floor_secs: float) -> Floats:
    """Put off what falls due in closed time, or less than the floor after it."""
    is_open = span.open_part > 0
    if is_open.all():
        return due
    places = np.arange(len(span))
    # Of each quarter-hour: where its open stretch began, or the next one begins.
    begins = np.where(is_open & ~np.concatenate([[True], is_open[:-1]]), places, 0)
    began = np.maximum.accumulate(begins)
    following = np.append(
        np.minimum.accumulate(np.where(is_open, places, len(span))[::-1])[::-1], len(span)
    )
    settled = due.copy()
    for _ in range(2):  # the first open stretch may be shorter than the floor
        place = np.clip(span.index(np.where(np.isfinite(settled), settled, 0)), 0, len(span) - 1)
        opens = np.where(is_open[place], began[place], following[place])
        earliest = np.where(opens > 0, span.secs(opens) + floor_secs, -np.inf)
        settled = np.where(np.isfinite(settled), np.maximum(settled, earliest), settled)
    return settled


def _within_horizon(due: Floats, starts: Floats) -> Floats:
    return np.where(due - starts < HORIZON_SECS, due, np.inf)
