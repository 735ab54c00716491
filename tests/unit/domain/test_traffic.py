from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.calls import CallRecord
from cmtel.domain.traffic import (
    MAX_TALK_SECS,
    TimedCall,
    TrafficPlan,
    block_name,
    constant_calls,
    realistic_calls,
)

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
#: Mitteilung 148/2021 of the Bundesnetzagentur; Ofcom's drama numbers; no Brazilian subscriber.
NOBODY = re.compile(
    r"(03023125|06990009|04066969|02214710|08999998)\d{3}"
    r"|015228817386|015254599371|01729925904|01729968532|01729980752"
    r"|0044(2079460|1614960|7700900)\d{3}"
    r"|0055(11|21)1555\d{4}"
)


def some_calls(count: int, **changes: object) -> list[TimedCall]:
    plan = TrafficPlan(**({"seed": 1, "start": MONDAY} | changes))  # type: ignore[arg-type]  # tests name fields freely
    return list(islice(realistic_calls(plan), count))


@pytest.fixture(scope="module")
def week() -> list[TimedCall]:
    return some_calls(6000)


@given(st.integers())
@settings(max_examples=25, deadline=None)
def test_equal_plans_give_equal_calls_and_another_seed_gives_others(seed: int) -> None:
    calls = some_calls(20, seed=seed)

    assert some_calls(20, seed=seed) == calls
    assert some_calls(20, seed=seed + 1) != calls


def test_the_first_call_is_the_same_on_every_machine_and_python() -> None:
    (first,) = some_calls(1)

    assert first.call == CallRecord(
        direction="in",
        state="RING",
        started_at="2026-03-02T08:00:13",
        ended_at="2026-03-02T08:00:48",
        remote_number="03023125658",
        local_number="503",
        forwarded_via=None,
        name=None,
        ring_ms=35000,
        connected_secs=0,
        charge=None,
        charge_cents=None,
        currency=None,
        line="T9006",
        account_code=None,
        call_id="sde1e7516-1772438413.0",
        leg=1,
        raw="",
    )


@given(st.integers(), st.booleans())
@settings(max_examples=25, deadline=None)
def test_every_call_agrees_with_itself(seed: int, is_constant: bool) -> None:
    plan = TrafficPlan(seed, MONDAY, 50.0 if is_constant else None)
    made = constant_calls(plan, 0, 50) if is_constant else islice(realistic_calls(plan), 50)

    for _, call in made:
        assert_consistent(call)


def assert_consistent(call: CallRecord) -> None:
    assert (call.state == "CONN") == bool(call.connected_secs)
    assert (call.direction == "internal") == (call.line is None)
    assert call.remote_number != call.local_number
    assert (call.charge_cents is None) == (call.charge is None) == (call.currency is None)
    assert 0 <= (call.connected_secs or 0) <= MAX_TALK_SECS
    started = datetime.fromisoformat(call.started_at or "").replace(tzinfo=UTC)
    length = timedelta(milliseconds=call.ring_ms or 0, seconds=call.connected_secs or 0)
    assert call.ended_at == (started + length).isoformat()[:19]


def test_the_call_id_has_the_run_and_the_epoch_of_the_start_and_is_unique(
    week: list[TimedCall],
) -> None:
    ids = [call.call_id or "" for _, call in week]
    run_id = TrafficPlan(1, MONDAY).run_id

    assert len(set(ids)) == len(ids)
    for call_id, (_, call) in zip(ids, week, strict=True):
        started = datetime.fromisoformat(f"{call.started_at}+00:00")
        assert call_id.startswith(f"{run_id}-{int(started.timestamp())}.")


def test_calls_come_in_order_and_some_overlap(week: list[TimedCall]) -> None:
    starts = [secs for secs, _ in week]
    overlaps = sum(
        earlier.call.ended_at > later.call.started_at  # type: ignore[operator]  # simulated calls have both
        for earlier, later in pairwise(week)
    )

    assert starts == sorted(starts)
    assert 0.2 < overlaps / len(week) < 0.9


def test_shares_of_directions_and_states_are_as_in_life(week: list[TimedCall]) -> None:
    directions = Counter(call.direction for _, call in week)
    states = Counter(call.state for _, call in week)

    assert 0.42 < directions["in"] / len(week) < 0.48
    assert 0.32 < directions["out"] / len(week) < 0.38
    assert 0.72 < states["CONN"] / len(week) < 0.80
    assert 0.14 < states["RING"] / len(week) < 0.21
    assert 0.03 < states["BUSY"] / len(week) < 0.09


def test_ring_and_talk_times_have_believable_medians_and_a_long_tail(
    week: list[TimedCall],
) -> None:
    answered = [call for _, call in week if call.state == "CONN" and call.direction == "in"]
    talks = sorted(call.connected_secs or 0 for call in answered)
    rings = sorted(call.ring_ms or 0 for call in answered)

    assert 80 <= talks[len(talks) // 2] <= 110
    assert 7000 <= rings[len(rings) // 2] <= 9000
    assert talks[-1] > 8 * talks[len(talks) // 2]


def test_noon_is_busier_than_the_night_and_tuesday_than_sunday() -> None:
    calls = some_calls(9000, start=MONDAY.replace(hour=0))
    moments = [datetime.fromisoformat(call.started_at or "") for _, call in calls]
    hours = Counter(moment.hour for moment in moments)
    days = Counter(moment.weekday() for moment in moments if (moment - moments[0]).days < 7)

    assert hours[10] > 10 * hours[3] > 0
    assert days[1] > 1.5 * days[6] > 0


def test_calls_per_day_are_those_of_a_mean_weekday() -> None:
    calls = some_calls(2000, start=MONDAY.replace(hour=0), calls_per_day=600)
    on_monday = sum(secs < 86_400 for secs, _ in calls)

    assert 500 < on_monday < 700


def test_outside_numbers_are_nobodys(week: list[TimedCall]) -> None:
    outside = [call.remote_number for _, call in week if call.direction != "internal"]

    assert all(NOBODY.fullmatch(number) for number in outside if number is not None)
    assert len(set(outside)) > 1000
    assert 0.01 < outside.count(None) / len(outside) < 0.1


def test_names_go_beyond_latin_1_and_have_the_signs_that_break_formats(
    week: list[TimedCall],
) -> None:
    letters = set("".join(call.name or "" for _, call in week))

    assert set("üãЖĐß,&'") <= letters


def test_the_switchs_clock_jumps_with_its_zone_and_the_epoch_does_not() -> None:
    before_gap = datetime(2026, 3, 29, 1, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    plan = TrafficPlan(1, before_gap, 1.0)
    later = plan.moment(3600.0)

    assert later.isoformat() == "2026-03-29T03:30:00+02:00"
    assert later.timestamp() - before_gap.timestamp() == 3600


@given(st.integers(), st.sampled_from([0.0, 0.5, 3.0, 250.0]))
@settings(max_examples=20, deadline=None)
def test_constant_calls_end_evenly(seed: int, rate: float) -> None:
    plan = TrafficPlan(seed, MONDAY, rate)
    ends = [
        secs + (call.ring_ms or 0) / 1000 + (call.connected_secs or 0)
        for secs, call in constant_calls(plan, 2, 10)
    ]

    assert ends == [int(number / (rate or 1000.0)) for number in range(20, 30)]


def test_blocks_can_be_made_in_any_order_and_have_ids_of_their_own() -> None:
    plan = TrafficPlan(1, MONDAY, 10.0)
    third = list(constant_calls(plan, 3, 8))
    second = list(constant_calls(plan, 2, 8))

    assert list(constant_calls(plan, 3, 8)) == third
    assert all((call.call_id or "").startswith(block_name(plan, 2)) for _, call in second)
    assert len({call.call_id for _, call in second + third}) == 16
