"""What ``check`` and ``status`` say."""

from __future__ import annotations

from datetime import UTC, datetime

from cmtel.errors import ExitStatus
from cmtel.services.notifier.health import health
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import World

START = datetime(2025, 3, 1, 12, tzinfo=UTC)


def a_world() -> World:
    world = World(MemoryNotifierStore(), START)
    world.source.add()
    world.start()
    world.run(60)
    return world


def status(world: World) -> ExitStatus:
    return health(world.store, world.clock.wall).exit_status


def test_all_is_well_then_stalled_then_paused() -> None:
    world = a_world()
    well = status(world)
    world.run(32 * 60)
    stalled = status(world)
    world.ask("pause")
    world.run(1)

    assert (well, stalled) == (ExitStatus.DONE, ExitStatus.STALLED)
    assert status(world) is ExitStatus.PAUSED


def test_blindness_and_failing_mails_degrade() -> None:
    world = a_world()
    world.source.failure = "database is locked"
    world.run(20 * 60)
    blind = status(world)
    world.servers[0].mood = "down"
    world.source.failure = ""
    world.source.add()
    world.run(10 * 60)

    assert (blind, status(world)) == (ExitStatus.DEGRADED, ExitStatus.DEGRADED)
    assert len(health(world.store, world.clock.wall).failing_mails) == 1


def test_the_last_verdict_is_kept_for_status() -> None:
    world = a_world()
    (feed,) = health(world.store, world.clock.wall).feeds

    assert feed.judgement is not None
    assert feed.judgement.alarm_at is not None
