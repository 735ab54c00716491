"""Restarts, overlays and clocks leave alone what an undisturbed run would have done: I5, I6, I8."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from cmtel.domain.mails.kinds import MailKind
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import CHECK_SECS, LIMIT, World, a_start, states

#: Many examples; `make unit` leaves them out.
pytestmark = pytest.mark.slow

SEEDS = range(12)
START = datetime(2025, 3, 1, 12, tzinfo=UTC)


def a_world(start: datetime = START) -> World:
    world = World(MemoryNotifierStore(), start)
    world.source.add()
    world.start()
    return world


def kinds_of(world: World) -> Counter[MailKind]:
    """Mails queued, each counted once whatever the number of recipients."""
    assert isinstance(world.store, MemoryNotifierStore)
    rows = [row for rows in world.store.mails.values() for row in rows.values()]
    return Counter({(row.incident_id, row.seq): row.kind for row in rows}.values())


def gaps(random: Random, count: int = 25) -> list[float]:
    """Seconds between calls, on the grid of checks; some gaps are stalls."""
    return [CHECK_SECS * random.choice((1, 1, 2, 3, 8, 20)) for _ in range(count)]


def history(world: World) -> list[tuple[datetime, str]]:
    assert isinstance(world.store, MemoryNotifierStore)
    return states(world.store.events)


@pytest.mark.parametrize("seed", SEEDS)
def test_restarts_add_no_mail(seed: int) -> None:
    """I5, but for one repeat a restart."""
    calm, restless = a_world(), a_world()
    restarts = 0
    random, chance = Random(seed), Random(seed)
    for gap in gaps(random):
        calm.run(gap)
        # On the grid: a check at another time may see a call later, and so mail once more.
        part = CHECK_SECS * chance.randrange(int(gap / CHECK_SECS))
        restless.run(part)
        if chance.random() < 0.3:
            restless.start()
            restarts += 1
        restless.run(gap - part)
        calm.source.add()
        restless.source.add()

    wanted, got = kinds_of(calm), kinds_of(restless)
    assert got[MailKind.FIRST] <= wanted[MailKind.FIRST]
    assert got[MailKind.RECOVERED] <= wanted[MailKind.RECOVERED]
    assert got[MailKind.REPEAT] <= wanted[MailKind.REPEAT] + restarts
    assert set(got) <= set(wanted)


def ack(world: World, random: Random) -> None:
    world.ask(random.choice(("ack", "unack")))


def downtime(world: World, random: Random) -> None:
    until = world.clock.wall + timedelta(minutes=random.randrange(10, 200))
    world.ask("downtime-add", until=until.isoformat())


@pytest.mark.parametrize("overlay", [ack, downtime])
@pytest.mark.parametrize("seed", SEEDS)
def test_overlays_do_not_change_the_judged_states(
    overlay: Callable[[World, Random], None], seed: int
) -> None:
    """I6."""
    plain, overlaid = a_world(), a_world()
    random, chance = Random(seed), Random(seed)
    for gap in gaps(random):
        if chance.random() < 0.4:
            overlay(overlaid, chance)
        for world in (plain, overlaid):
            world.run(gap)
            world.source.add()

    assert [state for _, state in history(overlaid)] == [state for _, state in history(plain)]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("is_down", [False, True])
def test_the_history_of_a_pause_is_made_up_for(seed: int, is_down: bool) -> None:
    """I6: paused, or not running, for a day; the calls' own times stand in."""
    plain, away = a_world(), a_world()
    plain.run(2 * CHECK_SECS)
    away.run(2 * CHECK_SECS)
    if not is_down:
        away.ask("pause", until=(away.clock.wall + timedelta(days=6)).isoformat())
    random = Random(seed)
    for gap in gaps(random):
        plain.run(gap)
        if is_down:
            away.clock.advance(gap)
        else:
            away.run(gap)
        plain.source.add()
        away.source.add()
    plain.run(CHECK_SECS)
    if is_down:
        away.start()
    else:
        away.ask("resume")
    away.run(CHECK_SECS)

    assert [state for _, state in history(away)] == [state for _, state in history(plain)]


def step(world: World, random: Random) -> None:
    world.clock.step(random.choice((-3600, 3600)))


def sleep(world: World, random: Random) -> None:
    world.clock.suspend(8 * 3600)


def nothing(world: World, random: Random) -> None:
    """Summer time begins and ends by itself: the world starts near such nights."""


@pytest.mark.parametrize("disturb", [step, sleep, nothing])
@pytest.mark.parametrize("seed", SEEDS)
def test_clocks_make_no_false_alarm(disturb: Callable[[World, Random], None], seed: int) -> None:
    """I8: calls come often enough by any honest clock."""
    random = Random(seed)
    world = a_world(a_start(random))
    for number in range(80):
        if number % 20 == 10:
            disturb(world, random)
        world.run(random.uniform(60, LIMIT.total_seconds() - 2 * CHECK_SECS))
        world.source.add()

    assert not kinds_of(world)


@pytest.mark.parametrize("disturb", [step, sleep])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_real_stall_is_noticed_whatever_the_clocks_do(
    disturb: Callable[[World, Random], None], seed: int
) -> None:
    random = Random(seed)
    world = a_world(a_start(random))
    world.run(random.uniform(60, 1500))
    disturb(world, random)
    world.run(LIMIT.total_seconds() + 3 * CHECK_SECS)

    assert kinds_of(world)[MailKind.FIRST] == 1
