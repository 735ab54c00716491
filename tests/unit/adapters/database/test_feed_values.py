"""Times of a watched table that programs write for "never"."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from cmtel.adapters.database.feed_values import event_of


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/Sao_Paulo", "UTC"])
@pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "9999-12-31 23:59:59"])
def test_a_time_that_other_zones_do_not_have_is_no_moment(zone: str, text: str) -> None:
    for value in (text, datetime.fromisoformat(text)):
        assert event_of(value, ZoneInfo(zone), is_utc=False) is None


def test_an_old_time_is_a_moment() -> None:
    berlin = ZoneInfo("Europe/Berlin")

    found = event_of("1980-01-01 00:00:00", berlin, is_utc=False)

    assert found == datetime(1979, 12, 31, 23, tzinfo=UTC)
