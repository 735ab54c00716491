"""Seeded traffic for tests: Poisson calls of a weekly profile."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from cmtel.domain.silence.fitting.grid import Floats

VIENNA = ZoneInfo("Europe/Vienna")
DAY_SECS = 86_400
START = datetime(2026, 1, 5, tzinfo=VIENNA).timestamp()


def poisson(
    calls_per_day: float, days: int, seed: int, *, is_office: bool = True, growth: float = 1.0
) -> Floats:
    """Return arrivals from Monday 2026-01-05 on; an office has calls from 08 to 18, Mon to Fri."""
    rng = np.random.default_rng(seed)
    quarters = START + np.arange(days * 96) * 900.0
    local = [datetime.fromtimestamp(q, VIENNA) for q in quarters.tolist()]
    is_on = np.array([not is_office or (t.weekday() < 5 and 8 <= t.hour < 18) for t in local])
    rate = calls_per_day / (40 if is_office else 96) * is_on
    counts = rng.poisson(rate * growth ** np.linspace(0, 1, len(rate)))
    return np.sort(np.repeat(quarters, counts) + 900 * rng.random(counts.sum()))
