"""Starts and ends as text are those that computing with moments gives."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.times import SwitchClock, iso

ZONES = st.sampled_from([None, ZoneInfo("Europe/Berlin"), ZoneInfo("America/Sao_Paulo")])
#: The days around changes of the clock in both zones, among others.
DAYS = st.dates(datetime(2018, 1, 1).date(), datetime(2024, 12, 31).date()) | st.sampled_from(  # noqa: DTZ001  # local days
    [datetime(2024, 3, 31).date(), datetime(2024, 10, 27).date(), datetime(2018, 2, 17).date()]  # noqa: DTZ001  # local days
)
SECS = st.integers(0, 86_399)
LENGTHS = st.integers(0, 200_000)


@given(ZONES, DAYS, SECS, st.none() | LENGTHS)
def test_the_end_lies_its_length_after_the_start(zone, day, secs, length) -> None:  # type: ignore[no-untyped-def]  # drawn
    clock = SwitchClock(zone)
    begun = clock.at(datetime.fromisoformat(str(day)) + timedelta(seconds=secs))
    ended = None if length is None else iso(clock.plus(begun, length))

    found = CallSpans(DecodeOptions(timezone=zone)).from_start(str(day), secs, length)

    assert found == (iso(begun), ended)


@given(ZONES, DAYS, SECS, LENGTHS)
def test_the_start_lies_its_length_before_the_end(zone, day, secs, length) -> None:  # type: ignore[no-untyped-def]  # drawn
    clock = SwitchClock(zone)
    ended = clock.at(datetime.fromisoformat(str(day)) + timedelta(seconds=secs))

    found = CallSpans(DecodeOptions(timezone=zone)).from_end(str(day), secs, length)

    assert found == (iso(clock.plus(ended, -length)), iso(ended))


def test_an_end_before_its_start_is_the_second_time_of_that_name() -> None:
    spans = CallSpans(DecodeOptions(timezone=ZoneInfo("Europe/Berlin")))

    found = spans.between("2024-10-27T02:50:00", "2024-10-27T02:10:00")

    assert found == ("2024-10-27T02:50:00+02:00", "2024-10-27T02:10:00+01:00")


def test_a_call_beyond_the_calendar_is_rejected() -> None:
    spans = CallSpans(DecodeOptions())

    with pytest.raises(LineRejected):
        spans.from_start("9999-12-31", 86_399, 1)
    with pytest.raises(LineRejected):
        spans.from_end("0001-01-01", 0, 1)


@pytest.mark.parametrize(
    ("ring", "connected", "length"),
    [(None, None, None), (None, 0, None), (None, 5, 5), (0, None, 0), (3, 0, 3), (3, 5, 8)],
)
def test_the_end_is_known_if_the_ring_is_or_somebody_talked(
    ring: int | None, connected: int | None, length: int | None
) -> None:
    assert known_length(ring, connected) == length


@pytest.mark.parametrize("text", ["24:00", "23:60", "23:59:60", "9:00", "", "0900", "09:00:0"])
def test_what_is_no_time_of_day_is_rejected(text: str) -> None:
    with pytest.raises(LineRejected):
        day_secs(text)


def test_a_time_of_day_in_seconds() -> None:
    assert (day_secs("23:59"), day_secs("23:59:59")) == (86_340, 86_399)
