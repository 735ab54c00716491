"""What ``check`` says beside a running service, by its last look."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cmtel.errors import ExitStatus, UsageError
from cmtel.services.notifier.check import checked
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import CHECK_SECS, World

START = datetime(2025, 3, 1, 12, tzinfo=UTC)


def a_world(minutes: float = 1) -> World:
    world = World(MemoryNotifierStore(), START)
    world.source.add()
    world.start()
    world.run(minutes * 60)
    return world


def status(world: World, process_id: int | None = 42) -> ExitStatus:
    return checked(world.store, world.clock.wall, process_id, CHECK_SECS).exit_status


def test_all_is_well_as_long_as_the_service_looks() -> None:
    world = a_world()
    well = status(world)
    world.clock.advance(2 * CHECK_SECS - 60)
    still_well = status(world)
    world.clock.advance(60)
    answer = checked(world.store, world.clock.wall, 42, CHECK_SECS)

    assert (well, still_well) == (ExitStatus.DONE, ExitStatus.DONE)
    assert answer.exit_status is ExitStatus.DEGRADED
    assert answer.document["feeds"][0]["is_stale"]


def test_without_a_service_it_says_how_the_last_one_left_it() -> None:
    answer = checked(a_world(40).store, START + timedelta(minutes=40), None, CHECK_SECS)

    assert answer.exit_status is ExitStatus.NOT_RUNNING
    assert answer.document["process_id"] is None
    assert answer.document["feeds"][0]["state"] == "stalled"


def test_stalled_paused_and_blind_keep_their_status_however_long_nobody_looked() -> None:
    world = a_world(40)
    stalled = status(world)
    world.ask("pause")
    world.run(1)
    world.clock.advance(3600)

    assert (stalled, status(world)) == (ExitStatus.STALLED, ExitStatus.PAUSED)


def test_a_feed_that_was_never_read_is_not_well() -> None:
    world = World(MemoryNotifierStore(), START)
    world.start()

    assert status(world) is ExitStatus.DEGRADED


def test_a_feed_that_cannot_be_read_for_a_moment_is_not_stale() -> None:
    world = a_world()
    world.source.failure = "locked"
    world.run(11 * 60)

    answer = checked(world.store, world.clock.wall, 42, CHECK_SECS)
    assert answer.exit_status is ExitStatus.DONE
    assert answer.document["feeds"][0]["unreadable_reason"] == "locked"


def test_one_feed_or_none_of_that_name() -> None:
    world = a_world()

    assert len(checked(world.store, START, 42, CHECK_SECS, "Main").document["feeds"]) == 1
    with pytest.raises(UsageError, match="no feed 'x'"):
        checked(world.store, START, 42, CHECK_SECS, "x")


def test_mails_that_fail_are_named_with_what_the_server_said() -> None:
    world = a_world()
    world.servers[0].mood = "down"
    world.run(50 * 60)

    outbox = checked(world.store, world.clock.wall, 42, CHECK_SECS).document["outbox"]
    assert outbox["waiting"] >= len(outbox["failing"]) > 0
    assert outbox["failing"][0]["last_text"] == "connection refused"
