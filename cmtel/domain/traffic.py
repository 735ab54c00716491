"""Believable calls from a seed: the traffic of a simulated switch.

Pure and reproducible: the same plan gives the same calls on every machine and Python version.
Two ways to see the same site:

* ``realistic_calls``: a Poisson process whose rate follows the hour and the day of the week;
  calls overlap as they do in life.
* ``constant_calls``: evenly spaced ends, for load; each call ends when it is due.

Source: Brown, Gans, Mandelbaum et al., "Statistical Analysis of a Telephone Call Center", JASA
100 (2005): arrivals are an inhomogeneous Poisson process, service times are lognormal. The
medians and shares here are chosen to look like a hotel or an office, not measured.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Direction, State
from cmtel.domain.simulated_parties import (
    ACCOUNT_CODES,
    NAMES,
    RECEPTION,
    TRUNKS,
    other_station,
    outside_number,
    station,
    station_name,
)

#: Relative traffic of the hours 0 to 23: quiet nights, peaks before noon and in the afternoon.
HOUR_WEIGHTS = (
    *(2, 1, 1, 1, 1, 2, 6, 14),
    *(30, 44, 50, 46, 34, 38, 46, 48),
    *(42, 36, 28, 24, 20, 14, 8, 4),
)
#: Relative traffic of Monday to Sunday.
DAY_WEIGHTS = (1.0, 1.05, 1.05, 1.0, 0.95, 0.6, 0.5)

#: Rate 0 has no time of its own: simulated time then goes on by a second each so many calls.
NOMINAL_CALLS_PER_SEC = 1000.0

#: Nobody talks longer; without an end the lognormal's tail gives a call of days sooner or later.
MAX_TALK_SECS = 4 * 3600

_DIRECTIONS: tuple[Direction, ...] = ("in", "out", "internal")
_DIRECTION_SHARES = (45, 80, 100)
_STATES: tuple[State, ...] = ("CONN", "RING", "BUSY")
_STATE_SHARES = {"in": (78, 95, 100), "out": (72, 92, 100), "internal": (80, 95, 100)}
_MEDIAN_TALK_SECS = {"in": 95.0, "out": 80.0, "internal": 40.0}
_CENTS_PER_MINUTE = 5


@dataclass(frozen=True, slots=True)
class TrafficPlan:
    """What decides the traffic; equal plans give equal calls.

    Attributes:
        seed: Any whole number.
        start: The simulated moment at which the traffic begins; aware, in the zone of the
            switch's clock; whole seconds.
        calls_per_sec: Constant rate; 0: as fast as the peer takes; None: realistic traffic.
        calls_per_day: How busy a mean weekday of realistic traffic is.
    """

    seed: int
    start: datetime
    calls_per_sec: float | None = None
    calls_per_day: float = 1200.0

    @property
    def run_id(self) -> str:
        """A short name of this plan's traffic: the head of every call_id."""
        return "s" + hashlib.sha256(self._key.encode()).hexdigest()[:8]

    @property
    def _key(self) -> str:
        if self.calls_per_sec is None:
            rate = f"{float(self.calls_per_day)} a day"
        else:
            rate = f"{float(self.calls_per_sec)} a second"
        return f"{self.seed}/{self.start.isoformat()}/{rate}"

    def random(self, part: str) -> Random:
        """A generator of its own for one part of the traffic."""
        return Random(f"{self._key}/{part}")  # noqa: S311  # reproducible is what it must be

    def date_at(self, offset_secs: float) -> date:
        """The day on the switch's calendar, so many seconds after the start."""
        return self.moment(offset_secs).date()

    def moment(self, offset_secs: float) -> datetime:
        """The switch's clock, so many real seconds after the start; whole seconds."""
        later = self.start.astimezone(UTC) + timedelta(seconds=math.floor(offset_secs))
        return later.astimezone(self.start.tzinfo)


class TimedCall(NamedTuple):
    """A call and when it starts, in simulated seconds after the plan's start."""

    starts_after_secs: float
    call: CallRecord


class _Shape(NamedTuple):
    direction: Direction
    state: State
    ring_secs: int
    connected_secs: int


def realistic_calls(plan: TrafficPlan) -> Iterator[TimedCall]:
    """Yield calls without end, in order of their starts."""
    rng = plan.random("realistic")
    for number, offset_secs in enumerate(_arrivals(plan, rng)):
        shape = _shape(rng)
        yield TimedCall(offset_secs, _call(plan, rng, shape, offset_secs, plan.run_id, number))


def block_name(plan: TrafficPlan, block: int) -> str:
    """The head of the call_ids of one block of constant traffic; of the same length for all."""
    return f"{plan.run_id}b{block:06d}"


def constant_calls(plan: TrafficPlan, block: int, block_calls: int) -> Iterator[TimedCall]:
    """Yield the calls of one block, in order of their ends, which the plan's rate spaces evenly.

    Blocks count from 0 and can be made in any order: each has a generator of its own.
    """
    rng = plan.random(f"block {block} of {block_calls}")
    rate = plan.calls_per_sec or NOMINAL_CALLS_PER_SEC
    name = block_name(plan, block)
    for number in range(block * block_calls, (block + 1) * block_calls):
        shape = _shape(rng)
        start_secs = math.floor(number / rate) - shape.ring_secs - shape.connected_secs
        yield TimedCall(start_secs, _call(plan, rng, shape, start_secs, name, number))


def _arrivals(plan: TrafficPlan, rng: Random) -> Iterator[float]:
    """Thinning: arrivals at the busiest rate, of which each is kept as its hour is busy."""
    mean_hour = sum(HOUR_WEIGHTS) / 24
    busiest = max(HOUR_WEIGHTS) * max(DAY_WEIGHTS)
    peak_per_sec = plan.calls_per_day / 86_400 * busiest / mean_hour
    offset_secs = 0.0
    while True:
        offset_secs += rng.expovariate(peak_per_sec)
        local = plan.moment(offset_secs)
        if rng.random() * busiest < HOUR_WEIGHTS[local.hour] * DAY_WEIGHTS[local.weekday()]:
            yield offset_secs


def _shape(rng: Random) -> _Shape:
    (direction,) = rng.choices(_DIRECTIONS, cum_weights=_DIRECTION_SHARES)
    (state,) = rng.choices(_STATES, cum_weights=_STATE_SHARES[direction])
    if state == "BUSY":
        return _Shape(direction, state, rng.randrange(3), 0)
    if state == "RING":
        return _Shape(direction, state, _lognormal_secs(rng, 22.0, 0.5, 90), 0)
    talk_secs = _lognormal_secs(rng, _MEDIAN_TALK_SECS[direction], 1.1, MAX_TALK_SECS)
    return _Shape(direction, state, _lognormal_secs(rng, 8.0, 0.6, 60), talk_secs)


def _lognormal_secs(rng: Random, median_secs: float, sigma: float, limit_secs: int) -> int:
    return min(max(round(rng.lognormvariate(math.log(median_secs), sigma)), 1), limit_secs)


def _call(
    plan: TrafficPlan, rng: Random, shape: _Shape, start_secs: float, name: str, number: int
) -> CallRecord:
    """The call_id is like Asterisk's uniqueid: name, epoch second of the start, counter."""
    started = plan.moment(start_secs)
    ended = plan.moment(math.floor(start_secs) + shape.ring_secs + shape.connected_secs)
    call_id = f"{name}-{int(started.timestamp())}.{number}"
    blank = CallRecord(
        direction=shape.direction,
        state=shape.state,
        started_at=started.isoformat()[:19],
        ended_at=ended.isoformat()[:19],
        remote_number=None,
        local_number=station(rng),
        forwarded_via=None,
        name=None,
        ring_ms=shape.ring_secs * 1000,
        connected_secs=shape.connected_secs,
        charge=None,
        charge_cents=None,
        currency=None,
        line=None,
        account_code=None,
        call_id=call_id,
        leg=1,
        raw="",
    )
    return _WITH_PARTIES[shape.direction](rng, blank)


def _incoming(rng: Random, call: CallRecord) -> CallRecord:
    """Some callers hide their number; some calls were forwarded by the reception."""
    is_withheld = rng.random() < 0.08
    is_forwarded = rng.random() < 0.08 and call.local_number != RECEPTION
    has_name = rng.random() < 0.35 and not is_withheld
    return call._replace(
        remote_number=None if is_withheld else outside_number(rng),
        name=rng.choice(NAMES) if has_name else None,
        forwarded_via=RECEPTION if is_forwarded else None,
        line=rng.choice(TRUNKS),
    )


def _outgoing(rng: Random, call: CallRecord) -> CallRecord:
    """Answered calls cost: each minute begun."""
    cents = math.ceil((call.connected_secs or 0) / 60) * _CENTS_PER_MINUTE
    return call._replace(
        remote_number=outside_number(rng),
        line=rng.choice(TRUNKS),
        account_code=rng.choice(ACCOUNT_CODES) if rng.random() < 0.1 else None,
        charge=f"{cents // 100}.{cents % 100:02d}" if cents else None,
        charge_cents=cents or None,
        currency="EUR" if cents else None,
    )


def _internal(rng: Random, call: CallRecord) -> CallRecord:
    called = other_station(rng, call.local_number or RECEPTION)
    return call._replace(remote_number=called, name=station_name(called))


_WITH_PARTIES = {"in": _incoming, "out": _outgoing, "internal": _internal}
