"""One worker thread for what waits for the database.

A pool of concurrent.futures would be joined when the interpreter ends: a database that hangs
would then keep the program from stopping. This thread is daemonic; a commit that it leaves
unfinished is met at the next start like one that a crash cut off.
"""

from __future__ import annotations

import math
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import Any, TypeVar

from cmtel.services.ports import Clock

Result = TypeVar("Result")

#: How often a wait for the database looks whether all is to stop, in seconds.
_LOOK_SECS = 0.25


class StillUnderWay(Exception):
    """What the worker does has not ended, and there is no time to wait for it."""


class Committer:
    """Runs what is submitted, in order, in a thread of its own; waiting for it can be stopped."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[[], Any]]] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="committer", daemon=True).start()

    def submit(self, work: Callable[[], Result]) -> Future[Result]:
        """Return at once; the future gets the result, or whatever ``work`` raised."""
        future: Future[Result] = Future()
        self._work.put((future, work))
        return future

    def call(self, work: Callable[[], Result], patience_secs: float = math.inf) -> Result:
        """Return what ``work`` returns, or raise what it raises.

        Raises:
            StillUnderWay: As :meth:`wait` does; ``work`` goes on, and what it returns is lost.
        """
        future = self.submit(work)
        self.wait(future, patience_secs)
        return future.result()

    def wait(self, future: Future[Result], patience_secs: float = math.inf) -> None:
        """Return when ``future`` is done.

        Args:
            patience_secs: How long to wait at most; if it is given, a stop does not cut it short.

        Raises:
            StillUnderWay: It is not, and time is over or all is to stop.
        """
        deadline = self._clock.monotonic() + patience_secs
        while not wait([future], _LOOK_SECS).done:
            is_late = self._clock.monotonic() > deadline
            if is_late or (self._clock.is_stopping and patience_secs == math.inf):
                raise StillUnderWay

    def _run(self) -> None:
        while True:
            future, work = self._work.get()
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001  # raised again by Future.result()
                future.set_exception(error)
