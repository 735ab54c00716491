"""Where a stream of calls stopped."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cmtel.domain.way import Stage, Stop, Way, where_it_stopped

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UP = Way(is_link_up=True, link_since=NOON, last_bytes_at=NOON, last_accepted_at=NOON)


def stage(way: Way, silent_since: datetime | None = NOON) -> Stage | None:
    stop = where_it_stopped(way, silent_since)
    return None if stop is None else stop.stage


def test_a_link_that_is_down_is_the_cause_whatever_else_is_wrong() -> None:
    way = Way(False, NOON, "dial refused", rejected_share=1.0, database_error="down", waiting=3)

    assert where_it_stopped(way, NOON) == Stop(Stage.LINK, NOON, "dial refused")


def test_a_link_that_is_up_without_bytes_is_silent_since_the_last_ones() -> None:
    assert where_it_stopped(UP, NOON) == Stop(Stage.BYTES, NOON)


@pytest.mark.parametrize(("share", "found"), [(1.0, True), (0.2, True), (0.1, False)])
def test_records_that_cannot_be_read_are_told_with_their_share_and_a_sample(
    share: float, found: bool
) -> None:
    stop = where_it_stopped(UP._replace(rejected_share=share, sample="bad date: 99"), NOON)

    assert stop is not None
    assert (stop.stage is Stage.RECORDS) == found
    if found:
        assert stop.detail == f"{share:.0%} rejected, last: bad date: 99"


def test_a_database_that_is_down_stops_only_what_waits_for_it() -> None:
    way = UP._replace(database_error="refused", waiting=2, last_delivered_at=NOON - MINUTE)

    assert where_it_stopped(way, NOON) == Stop(Stage.DATABASE, NOON - MINUTE, "refused")
    assert stage(way._replace(waiting=0)) is Stage.BYTES
    assert stage(way._replace(database_error="")) is Stage.BYTES


def test_calls_delivered_well_after_the_last_priced_one_are_not_charged() -> None:
    """The last priced call is known by its start, so what was delivered at its end is no sign."""
    delivered = UP._replace(last_delivered_at=NOON + 11 * MINUTE)

    assert where_it_stopped(delivered, NOON) == Stop(Stage.CHARGING, NOON)
    assert stage(delivered._replace(last_delivered_at=NOON + 9 * MINUTE)) is Stage.BYTES
    assert stage(delivered, None) is Stage.BYTES


def test_of_what_nothing_is_known_nothing_is_said() -> None:
    assert where_it_stopped(Way(), NOON) is None
