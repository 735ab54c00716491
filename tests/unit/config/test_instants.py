"""Instants as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.config.instants import future_instant, past_instant

BERLIN = ZoneInfo("Europe/Berlin")
#: 13:30 in Berlin.
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "hour_utc", "day"),
    [
        ("18:00", 17, 22),
        ("9:00", 8, 23),
        ("13:30", 12, 23),
        ("2026-11-24", 23, 23),
        ("2026-11-24 10:00", 9, 24),
        ("2026-11-24T10:00:00Z", 10, 24),
        ("2026-11-24T10:00-05:00", 15, 24),
    ],
)
def test_what_lies_ahead_is_local_to_the_site(text: str, hour_utc: int, day: int) -> None:
    found = future_instant(text, BERLIN, NOW)

    assert found is not None
    assert (found.day, found.hour) == (day, hour_utc)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2h", NOW - timedelta(hours=2)),
        ("14:00", datetime(2026, 11, 21, 13, tzinfo=UTC)),
        ("13:30", NOW),
        ("2026-11-22", datetime(2026, 11, 21, 23, tzinfo=UTC)),
    ],
)
def test_what_lies_back_may_be_a_duration(text: str, wanted: datetime) -> None:
    assert past_instant(text, BERLIN, NOW) == wanted


def test_without_a_zone_it_is_the_machines() -> None:
    naive = NOW.astimezone().replace(tzinfo=None)

    assert past_instant(naive.isoformat(), None, NOW) == NOW


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "12:60", "2h30", "999999999d", "0001-01-01", "2026-02-30"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    tokyo = ZoneInfo("Asia/Tokyo")

    assert future_instant(text, tokyo, NOW) is None
    assert past_instant(text, tokyo, NOW) is None


@given(st.text(alphabet="0123456789:-TZ+. hdms", max_size=25))
def test_any_text_is_an_aware_instant_or_none(text: str) -> None:
    for found in (future_instant(text, BERLIN, NOW), past_instant(text, BERLIN, NOW)):
        assert found is None or found.utcoffset() == timedelta(0)
