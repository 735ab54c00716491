"""Times of pauses and downtimes, as people type them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest

from cmtel.bootstrap.notifier_requests import Desk, downtime_span, pause_until
from cmtel.errors import UsageError
from cmtel.services.notifier.asking import Asking

#: 13:30 in Berlin.
NOW = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
DESK = Desk(cast("Asking", None), ZoneInfo("Europe/Berlin"), NOW)
HOUR = timedelta(hours=1)


def test_a_pause_ends_after_a_duration_at_a_time_or_by_default() -> None:
    assert pause_until(DESK, "2h", None) == NOW + 2 * HOUR
    assert pause_until(DESK, None, "18:00") == NOW.replace(hour=17, minute=0)
    assert pause_until(DESK, "7d", None) == NOW + timedelta(days=7)
    assert pause_until(DESK, None, None) is None


def test_work_may_begin_later_and_its_end_is_the_next_such_time_after_that() -> None:
    begin = NOW.replace(hour=21, minute=0)

    assert downtime_span(DESK, "2h", None, None) == (NOW, NOW + 2 * HOUR)
    assert downtime_span(DESK, "90m", None, "22:00") == (begin, begin + 1.5 * HOUR)
    assert downtime_span(DESK, None, "1:30", "22:00") == (begin, begin + 3.5 * HOUR)


@pytest.mark.parametrize(
    ("duration", "until", "told"),
    [
        ("2x", None, "no duration"),
        ("0s", None, "no duration"),
        ("999999999d", None, "too long"),
        (None, "soon", "no time"),
        (None, "2020-01-01", "over already"),
        ("2h", "18:00", "same thing"),
        ("8d", None, "7 days at most"),
    ],
)
def test_pauses_that_make_no_sense(duration: str | None, until: str | None, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        pause_until(DESK, duration, until)

    assert caught.value.hint


@pytest.mark.parametrize(
    ("duration", "until", "start", "told"),
    [
        (None, None, None, "How long"),
        ("2h", None, "later", "--from later is no time"),
        ("2h", None, "2020-01-01", "is over already"),
        (None, "2026-12-01", "2026-12-02", "over already"),
        (None, "2029-01-01", None, "366 days"),
    ],
)
def test_downtimes_that_make_no_sense(
    duration: str | None, until: str | None, start: str | None, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        downtime_span(DESK, duration, until, start)
