"""The real notifier on a real store, in a thread of the test, for commands that work beside it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cmtel.adapters.notifier_state.opening import open_for_service
from tests.notifier.world import World

#: How often it looks for requests, in real seconds.
_TICK_SECS = 0.02


@contextmanager
def running(folder: Path, *, silent_minutes: float = 0) -> Iterator[World]:
    """A service whose feed "Main" has been silent for so long, by now; overdue after 30 minutes."""
    opened = open_for_service(folder)
    now = datetime.now(UTC)
    world = World(opened.store, now - timedelta(minutes=silent_minutes))
    world.source.add()
    world.start()
    world.run(max(1, silent_minutes * 60))
    is_over = threading.Event()
    thread = threading.Thread(target=_tick, args=(world, is_over))
    thread.start()
    try:
        yield world
    finally:
        is_over.set()
        thread.join()
        opened.close()


def _tick(world: World, is_over: threading.Event) -> None:
    while not is_over.wait(_TICK_SECS):
        world.notifier.tick()
        world.deliver()
