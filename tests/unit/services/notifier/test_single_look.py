"""One look at a feed where no notifier runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cmtel.domain.incidents.states import State
from cmtel.errors import ExitStatus
from cmtel.services.notifier.check import checked_once
from cmtel.services.notifier.single_look import look_once
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import World

START = datetime(2025, 3, 1, 12, tzinfo=UTC)


def a_world() -> World:
    world = World(MemoryNotifierStore(), START)
    world.source.add()
    return world


def look(world: World) -> tuple[State, ExitStatus]:
    state = look_once(world.feed(), world.store, world.clock.wall)
    answer = checked_once([state], world.store, world.clock.wall)
    return state.state, answer.exit_status


def test_a_feed_that_was_never_watched_is_judged_by_its_last_record() -> None:
    world = a_world()
    fresh = look(world)
    world.clock.advance(20 * 60)
    late = look(world)
    world.clock.advance(20 * 60)

    assert (fresh, late) == ((State.OK, ExitStatus.DONE), (State.LATE, ExitStatus.DONE))
    assert look(world) == (State.STALLED, ExitStatus.STALLED)


def test_it_is_kept_nowhere() -> None:
    world = a_world()
    world.clock.advance(3600)
    look(world)

    assert world.store.feeds() == []
    assert world.store.open_rows() == []


def test_what_cannot_be_read_is_blind() -> None:
    world = a_world()
    world.source.failure = "locked"

    assert look(world) == (State.BLIND, ExitStatus.DEGRADED)


def test_what_came_since_the_service_stopped_clears_its_stall() -> None:
    world = a_world()
    world.start()
    world.run(40 * 60)
    left = look(world)
    world.source.add(3)
    world.clock.advance(60)

    assert left == (State.STALLED, ExitStatus.STALLED)
    assert look(world) == (State.OK, ExitStatus.DONE)


def test_what_is_paused_is_not_read_until_the_pause_is_over() -> None:
    world = a_world()
    world.start()
    world.ask("pause", until=(START + timedelta(hours=1)).isoformat())
    world.run(60)
    world.source.failure = "being reorganised"
    paused = look(world)
    world.clock.advance(3600)

    assert paused[1] is ExitStatus.PAUSED
    assert look(world)[1] is ExitStatus.DEGRADED
