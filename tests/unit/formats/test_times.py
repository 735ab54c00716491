"""Zones: hours that come twice or never, sums and differences on the absolute time line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.errors import LineRejected
from cmtel.formats.times import SwitchClock, iso, iso_time, iso_times, local_time, ms_between

BERLIN = SwitchClock(ZoneInfo("Europe/Berlin"))
UNKNOWN = SwitchClock(None)
ZONES = ["Europe/Berlin", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]


def at(text: str, **more: datetime) -> str:
    return iso(BERLIN.at(iso_time(text), **more))


def test_without_zone_a_local_time_stays_without_offset() -> None:
    assert iso(UNKNOWN.at(iso_time("2024-07-01T12:00:00"))) == "2024-07-01T12:00:00"


def test_of_a_time_that_comes_twice_the_first_counts() -> None:
    assert at("2024-10-27T02:30:00") == "2024-10-27T02:30:00+02:00"


def test_a_later_moment_that_would_lie_before_its_start_is_the_second() -> None:
    start = BERLIN.at(iso_time("2024-10-27T02:50:00"))

    assert at("2024-10-27T02:10:00", after=start) == "2024-10-27T02:10:00+01:00"
    assert at("2024-10-27T02:55:00", after=start) == "2024-10-27T02:55:00+02:00"


def test_a_time_that_does_not_exist_has_the_offset_before_the_gap() -> None:
    assert at("2024-03-31T02:30:00") == "2024-03-31T02:30:00+01:00"
    start = BERLIN.at(iso_time("2024-03-31T02:30:00"))
    assert at("2024-03-31T02:10:00", after=start) == "2024-03-31T02:10:00+01:00"


def test_differences_are_made_on_the_absolute_time_line() -> None:
    start = BERLIN.at(iso_time("2024-03-31T01:59:50"))
    end = BERLIN.at(iso_time("2024-03-31T03:00:10"))

    assert ms_between(start, end) == 20_000


def test_sums_are_made_on_the_absolute_time_line() -> None:
    start = BERLIN.at(iso_time("2024-03-31T01:59:50"))

    assert iso(BERLIN.plus(start, 20)) == "2024-03-31T03:00:10+02:00"
    assert iso(BERLIN.plus(start, -20)) == "2024-03-31T01:59:30+01:00"


def test_negative_and_unknown_differences_are_none() -> None:
    early, late = iso_time("2024-01-01T00:00:00"), iso_time("2024-01-02T00:00:00")

    assert ms_between(late, early) is None
    assert ms_between(early, None) is None
    assert ms_between(early, late.replace(tzinfo=UTC)) is None
    assert ms_between(early, late + timedelta(microseconds=999)) == 86_400_000


def test_utc_sources_have_an_offset_and_are_converted_to_the_zone() -> None:
    assert iso(UNKNOWN.epoch(1_700_000_000.9)) == "2023-11-14T22:13:20+00:00"
    assert iso(BERLIN.epoch(1_700_000_000)) == "2023-11-14T23:13:20+01:00"


def test_outside_the_calendar_is_rejected() -> None:
    last = iso_time("9999-12-31T23:59:59")
    for clock in (BERLIN, UNKNOWN):
        with pytest.raises(LineRejected):
            clock.plus(clock.at(last), 10_000)
        with pytest.raises(LineRejected):
            clock.span(last.isoformat(), 10_000)
        with pytest.raises(LineRejected):
            clock.epoch(1e17)


def test_impossible_values_are_rejected() -> None:
    with pytest.raises(LineRejected):
        local_time(2024, 13, 1, 0, 0, 0)
    with pytest.raises(LineRejected):
        iso_time("2024-02-30T00:00:00")


locals_ = st.datetimes(datetime(1971, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001  # local times are drawn
    lambda local: local.replace(microsecond=0)
)


@given(st.sampled_from(ZONES), locals_)
def test_the_offset_around_a_time_is_its_own(zone: str, local: datetime) -> None:
    clock = SwitchClock(ZoneInfo(zone))
    offset = clock.offset_around(local.isoformat())

    assert offset is None or clock.readings(local)[0] == clock.readings(local)[1]
    assert offset in (None, iso(clock.at(local))[19:])


@given(st.sampled_from(ZONES), locals_, st.integers(0, 100_000))
def test_a_span_is_start_and_start_plus_length(zone: str, local: datetime, secs: int) -> None:
    clock = SwitchClock(ZoneInfo(zone))
    start, end = (datetime.fromisoformat(text) for text in clock.span(local.isoformat(), secs))

    assert start == clock.at(local)
    assert end - start == timedelta(seconds=secs)


@given(st.sampled_from(ZONES), locals_, st.integers(0, 100_000))
def test_a_pair_is_two_local_times_of_one_call(zone: str, local: datetime, secs: int) -> None:
    clock = SwitchClock(ZoneInfo(zone))
    later = local + timedelta(seconds=secs)
    start = clock.at(local)

    assert clock.pair(local.isoformat(), later.isoformat()) == (
        iso(start),
        iso(clock.at(later, after=start)),
    )


#: Hours around the changes of 2024 and 2025, and any other ones.
moments = st.datetimes(datetime(2024, 1, 1), datetime(2025, 12, 31)) | st.sampled_from(  # noqa: DTZ001  # zones come later
    [datetime(2024, 3, 31), datetime(2024, 10, 27), datetime(2025, 4, 6), datetime(2018, 11, 4)]  # noqa: DTZ001  # as above
).flatmap(lambda day: st.integers(0, 2 * 86_400).map(lambda secs: day + timedelta(seconds=secs)))


@given(st.sampled_from(ZONES), st.lists(moments, min_size=1, max_size=4))
def test_what_was_remembered_of_an_hour_is_what_the_zone_says(
    zone: str, times: list[datetime]
) -> None:
    clock, info = SwitchClock(ZoneInfo(zone)), ZoneInfo(zone)

    for local in times:
        in_utc = local.replace(tzinfo=UTC)
        local_text = local.replace(tzinfo=info).isoformat()
        assert [clock.at(local).isoformat() for _ in range(2)] == [local_text] * 2
        expected = in_utc.astimezone(info).isoformat()
        assert [clock.utc(in_utc).isoformat() for _ in range(2)] == [expected] * 2


@given(st.sampled_from(ZONES), st.lists(moments, min_size=1, max_size=4))
def test_the_offset_of_many_times_is_that_of_each(zone: str, times: list[datetime]) -> None:
    clock = SwitchClock(ZoneInfo(zone))
    texts = [time.isoformat(" ", "seconds") for time in times]
    offsets = {clock.offset_around(text) for text in texts}

    if len(offsets) == 1 and None not in offsets:
        assert {clock.offset_of_all((texts, [""]))} == offsets
    else:
        with pytest.raises(LineRejected):
            clock.offset_of_all((texts, [""]))


def test_times_of_another_layout_are_rejected() -> None:
    assert iso_times(["2024-02-29 10:11:12", ""]) == [iso_time("2024-02-29 10:11:12"), None]
    for odd in ("2024-02-30 10:11:12", "2024-W01-1 10:11:12", "20240229T101112.123", "2024-02-29"):
        with pytest.raises(LineRejected):
            iso_times(["2024-02-29 10:11:12", odd])
