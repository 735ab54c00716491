"""Ctrl-C and SIGTERM stop the clock; whoever waits on it ends what it does, cleanly."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

#: SIGBREAK is Ctrl-Break, and how Windows ends a console program (python: signal module).
_NAMES = ("SIGINT", "SIGTERM", "SIGBREAK")


class Stoppable(Protocol):
    """What a signal stops."""

    def stop(self) -> None:
        """Ask to stop; safe from any thread."""


@dataclass(slots=True)
class Stopping:
    """Whether a signal came."""

    was_signalled: bool = False


@contextmanager
def stopped_by_signals(clock: Stoppable) -> Iterator[Stopping]:
    """Stop ``clock`` at the first signal; a second one ends the program at once, as usual."""
    stopping = Stopping()
    numbers = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    previous = {number: signal.getsignal(number) for number in numbers}

    def handle(number: int, _frame: object) -> None:
        stopping.was_signalled = True
        # Not here: the interrupted thread may be inside the clock, holding its lock.
        threading.Thread(target=clock.stop, daemon=True).start()
        signal.signal(number, previous[number])

    for number in numbers:
        signal.signal(number, handle)
    try:
        yield stopping
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
