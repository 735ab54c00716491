"""Random schedules: everything that can happen to a notifier, in any order, from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from cmtel.services.notifier.ports import NotifierStore
from tests.notifier.world import (
    ADMIN,
    ANNA,
    BOB,
    CEO,
    CHECK_SECS,
    LIMIT,
    MOODS,
    FixedJudge,
    Killed,
    World,
    a_start,
    some_rules,
)

Operation = Callable[[World, Random], None]


def call(world: World, random: Random) -> None:
    world.source.add(random.choice((1, 1, 2, 5)), random.choice((0.5, 3.0)))


def traffic(world: World, random: Random) -> None:
    """Calls come for up to two hours."""
    for _ in range(random.randrange(1, 9)):
        world.source.add()
        world.run(random.uniform(60, 900))


def silence(world: World, random: Random) -> None:
    world.run(random.choice((600, 1800, 3600, 2 * 3600)) * random.uniform(0.5, 1.5))


def mood(world: World, random: Random) -> None:
    for server in world.servers:
        server.mood = random.choice((*MOODS, "fine", "fine", "fine", "fine"))
        server.refused = set(random.sample([ANNA, BOB, CEO, ADMIN], random.choice((0, 0, 1, 2))))


def unreadable(world: World, random: Random) -> None:
    world.source.failure = random.choice(("", "", "database is locked", "no such table"))


def acknowledge(world: World, random: Random) -> None:
    world.ask(random.choice(("ack", "ack", "unack")), reason="known")


def downtime(world: World, random: Random) -> None:
    starts = world.clock.wall + timedelta(minutes=random.choice((0, 0, 20)))
    until = starts + timedelta(minutes=random.randrange(5, 180))
    world.ask("downtime-add", id="work", starts=starts.isoformat(), until=until.isoformat())


def end_downtime(world: World, random: Random) -> None:
    world.ask("downtime-remove", id="work")


def pause(world: World, random: Random) -> None:
    until = world.clock.wall + timedelta(minutes=random.randrange(10, 300))
    world.ask("pause", until=until.isoformat())


def resume(world: World, random: Random) -> None:
    world.ask("resume")


def configure(world: World, random: Random) -> None:
    recipients = tuple(random.sample([ANNA, BOB, CEO], random.randrange(1, 4)))
    world.rules = replace(world.rules, recipients=recipients, confirm=random.choice((1, 2, 3)))
    world.judge = FixedJudge(random.choice((LIMIT, LIMIT, 2 * LIMIT)))
    try:
        world.notifier.reconfigure([world.feed()])
    except Killed:
        world.restart()


def kill_soon(world: World, random: Random) -> None:
    world.kill_after = random.randrange(30)


def die_for_a_while(world: World, random: Random) -> None:
    """A power cut: calls may come meanwhile."""
    world.kills += 1
    _be_down(world, random)


def stop_for_a_while(world: World, random: Random) -> None:
    try:
        world.notifier.stop(is_by_operator=random.random() < 0.5)
        world.deliver()
    except Killed:
        world.kills += 1
    _be_down(world, random)


def _be_down(world: World, random: Random) -> None:
    world.kill_after = None
    for _ in range(random.randrange(4)):
        world.clock.advance(random.uniform(1, 3600))
        if random.random() < 0.5:
            call(world, random)
    world.clock.advance(random.uniform(1, 3600))
    world.start()


def set_clock(world: World, random: Random) -> None:
    world.is_clock_set = True
    world.clock.step(random.choice((-3600, 3600, -120, 120, 40)))


def suspend(world: World, random: Random) -> None:
    world.clock.suspend(random.choice((3600, 8 * 3600)))


def break_logs(world: World, random: Random) -> None:
    world.logs_fail = not world.logs_fail


_OPERATIONS: list[tuple[Operation, int]] = [
    (call, 4), (traffic, 4), (silence, 8), (mood, 6), (unreadable, 3), (acknowledge, 2),
    (downtime, 2), (end_downtime, 1), (pause, 2), (resume, 2), (configure, 2), (kill_soon, 5),
    (die_for_a_while, 1), (stop_for_a_while, 1), (set_clock, 1), (suspend, 1), (break_logs, 1),
]  # fmt: skip


def play(world: World, seed: int, operations: int = 12) -> World:
    """Play the schedule of ``seed`` on a new world, to its peaceful end."""
    random = Random(seed)
    world.max_per_day = random.choice((48, 48, 5))
    world.is_group = random.random() < 0.1
    world.start()
    kinds, weights = zip(*_OPERATIONS, strict=True)
    world.source.add()
    world.run(CHECK_SECS)
    for operation in random.choices(kinds, weights, k=operations):
        operation(world, random)
        world.run(random.uniform(10, 1800))
    settle_down(world)
    return world


def settle_down(world: World) -> None:
    """All is well again, for long enough that everything owed is delivered."""
    world.kill_after, world.logs_fail, world.source.failure = None, False, ""
    for server in world.servers:
        server.mood, server.refused = "fine", set()
    world.ask("resume")
    world.ask("downtime-remove", id="work")
    for _ in range(8):
        world.source.add()
        world.run(700)
    # Refused closing mails wait 6 hours, quiet hours as long as 8: sleep over that.
    noon = world.clock.wall.replace(hour=12, minute=0)
    while noon - world.clock.wall < timedelta(hours=9):
        noon += timedelta(days=1)
    world.clock.suspend((noon - world.clock.wall).total_seconds())
    for _ in range(2):
        world.source.add()
        world.run(700)


def new_world(store: NotifierStore, seed: int) -> World:
    """Return the world in which the schedule of ``seed`` is played."""
    return World(store, a_start(Random(seed)), some_rules(store))
