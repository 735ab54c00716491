"""The invariants I1 to I4 and I7 to I12 under random schedules; see tests/notifier/.

``CMTEL_SCHEDULES=10000 python -m pytest tests/unit/services/notifier/test_invariants.py`` is the
long run; ``CMTEL_FIRST_SEED`` begins elsewhere.
"""

from __future__ import annotations

import os

import pytest

from cmtel.domain.incidents.states import State
from cmtel.domain.mails.kinds import MailKind
from cmtel.services.notifier.changes import Changes
from tests.notifier.invariants import check_all, incidents_are_closed
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.schedule import new_world, play
from tests.notifier.world import FEED, World

#: Many examples; `make unit` leaves them out.
pytestmark = pytest.mark.slow

SCHEDULES = int(os.environ.get("CMTEL_SCHEDULES", "300"))
FIRST_SEED = int(os.environ.get("CMTEL_FIRST_SEED", "0"))

#: Seeds that once broke an invariant, and what it was.
REGRESSIONS = {
    1024: "a repeat in doubt that was refused later was forgotten, and no closing mail sent",
}


def played(seed: int) -> World:
    """Play a schedule, and watch I7 at each commit."""
    store = MemoryNotifierStore()
    world = new_world(store, seed)

    def watch(changes: Changes) -> None:
        before = store.feed(FEED)[0]
        if changes.state is None or before is None or not world.source.failure:
            return
        was, now = before.stall, changes.state.stall
        has_changed = (was.id if was else None) != (now.id if now else None)
        assert not has_changed, "I7: a stall opened or closed while the feed was unreadable"

    world.on_commit = watch
    return play(world, seed)


def check(seed: int) -> None:
    world = played(seed)
    assert isinstance(world.store, MemoryNotifierStore)
    check_all(world, [row for rows in world.store.mails.values() for row in rows.values()])
    incidents_are_closed(world.store)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_invariants_hold_under_random_schedules() -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + SCHEDULES):
        try:
            check(seed)
        except Exception as exc:
            raise AssertionError(f"seed {seed}: {exc}") from exc


@pytest.mark.parametrize("seed", REGRESSIONS)
def test_what_once_broke_an_invariant_does_not_again(seed: int) -> None:
    check(seed)


def test_the_schedules_reach_every_state_and_every_mail() -> None:
    kinds, reached = set(), set()
    for seed in range(60):
        world = played(seed)
        assert isinstance(world.store, MemoryNotifierStore)
        kinds |= {row.kind for rows in world.store.mails.values() for row in rows.values()}
        reached |= {dict(event.log.fields).get("state") for event in world.store.events}

    assert set(MailKind) - kinds == {MailKind.DIGEST, MailKind.NOTICE}
    assert {state.value for state in State} - {State.INIT.value} <= reached


def test_the_same_schedule_gives_the_same_mails_at_the_same_times() -> None:
    """I12: also the waits between attempts, whose jitter comes from the message id."""
    for seed in range(12):
        first, second = played(seed), played(seed)

        assert first.delivered == second.delivered
        assert first.lines == second.lines
