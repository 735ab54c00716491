"""A service as Windows sees it: which states it reports, and what it does when told something.

1. START_PENDING is reported before anything is imported: Windows waits 30 s for that, no longer.
2. The work is prepared in a thread of its own; RUNNING once it could be, or has taken too long.
   What cannot begin never was RUNNING, so whoever started it is told.
3. While it runs, what is reported follows what is so: a pause that ends by itself is RUNNING.
4. STOP, and a shutdown of the machine, end the work; meanwhile growing checkpoints are reported.
5. STOPPED, with our exit status as the service's own exit code.

Source:
    Microsoft Learn, "Service State Transitions", "SERVICE_STATUS structure",
    "LPHANDLER_FUNCTION_EX callback function".
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import NamedTuple, Protocol

#: SERVICE_STATUS.dwCurrentState.
STOPPED, START_PENDING, STOP_PENDING, RUNNING = 1, 2, 3, 4
CONTINUE_PENDING, PAUSE_PENDING, PAUSED = 5, 6, 7
#: dwControl of a handler.
STOP, PAUSE, CONTINUE, INTERROGATE, SHUTDOWN, PRESHUTDOWN = 1, 2, 3, 4, 5, 15
#: SERVICE_ACCEPT_STOP, _PAUSE_CONTINUE, _SHUTDOWN and _PRESHUTDOWN.
ACCEPTED = 0x1 | 0x2 | 0x4 | 0x100
#: ERROR_SERVICE_SPECIFIC_ERROR: the exit code is the service's own.
SPECIFIC_ERROR = 1066
#: How often it is looked what is so, in seconds.
BEAT_SECS = 0.25
#: Preparing is reported as START_PENDING for so many beats; a slow database is no failed start.
_PREPARING_BEATS = 80
#: A pause that was asked for is under way for so many beats; then what is so is reported.
_PAUSING_BEATS = 60
#: Work that does not end is left behind; Windows would kill the process after a while.
_STOPPING_BEATS = 100
#: The next report comes within this; Windows takes a service that is late to hang.
_WAIT_HINT_MS = 10_000
#: Exit status of work that did not end in time (ExitStatus.TIMED_OUT).
TIMED_OUT = 7


class Report(NamedTuple):
    """SERVICE_STATUS."""

    state: int
    accepted: int
    win32_exit_code: int
    service_exit_code: int
    checkpoint: int
    wait_hint_ms: int


class Work(Protocol):
    """What the service does. ``prepare`` and ``run`` are called by one thread, in this order."""

    def prepare(self) -> bool:
        """Import and read what is needed; False: it cannot run, and ``run`` will say why."""

    def run(self) -> int:
        """Do it until told to stop; return the exit status. Raises nothing."""

    def stop(self, *, is_shutdown: bool) -> None:
        """Ask it to end; ``is_shutdown``: the machine goes down, nobody chose to stop it."""

    def pause(self) -> None:
        """Ask for a pause, which is kept; may take a while, raises nothing."""

    def resume(self) -> None:
        """Ask to go on; may take a while, raises nothing."""

    def is_paused(self) -> bool:
        """Tell whether it is paused now; raises nothing."""


class HostedService:
    """One run of a service; ``run`` reports all the while, ``control`` is for Windows' thread."""

    def __init__(
        self, work: Work, report: Callable[[Report], None], *, beat_secs: float = BEAT_SECS
    ) -> None:
        self._work = work
        self._report = report
        self._beat_secs = beat_secs
        self._orders: queue.SimpleQueue[int | None] = queue.SimpleQueue()
        self._is_prepared = threading.Event()
        self._exit_status = 1  # of work that breaks off
        self._pending: int | None = START_PENDING
        self._beats = 0
        self._told: Report | None = None

    def control(self, order: int) -> None:
        """Take an order of Windows; returns at once."""
        self._orders.put(order)

    def run(self) -> int:
        """Report and work until the work has ended; return its exit status."""
        self._tell(START_PENDING)
        thread = threading.Thread(target=self._do_work, name="work", daemon=True)
        thread.start()
        while thread.is_alive() and not self._has_given_up():
            self._obey(self._next_order())
            self._follow()
        if thread.is_alive():
            self._exit_status = TIMED_OUT
        self._tell_end()
        return self._exit_status

    def _do_work(self) -> None:
        try:
            if self._work.prepare():
                self._is_prepared.set()
            self._exit_status = self._work.run()
        finally:
            self._orders.put(None)  # wakes the loop, which then sees the end

    def _next_order(self) -> int | None:
        try:
            return self._orders.get(timeout=self._beat_secs)
        except queue.Empty:
            self._beats += 1
            return None

    def _obey(self, order: int | None) -> None:
        if order in (STOP, SHUTDOWN, PRESHUTDOWN) and self._pending != STOP_PENDING:
            self._begin(STOP_PENDING)
            self._work.stop(is_shutdown=order != STOP)
        elif order in (PAUSE, CONTINUE) and self._pending is None:
            self._begin(PAUSE_PENDING if order == PAUSE else CONTINUE_PENDING)
            ask = self._work.pause if order == PAUSE else self._work.resume
            threading.Thread(target=ask, name="pause", daemon=True).start()
        elif order == INTERROGATE and self._told is not None:
            self._report(self._told)

    def _begin(self, pending: int) -> None:
        self._pending, self._beats = pending, 0
        self._tell(pending)

    def _follow(self) -> None:
        """Report what is so, and that what is under way gets on."""
        if self._pending == START_PENDING and self._has_begun():
            self._pending = None
        if self._pending in (PAUSE_PENDING, CONTINUE_PENDING) and self._is_as_asked():
            self._pending = None
        if self._pending is not None:
            self._tell(self._pending)
            return
        state = PAUSED if self._work.is_paused() else RUNNING
        if self._told is None or self._told.state != state:
            self._tell(state)

    def _has_begun(self) -> bool:
        return self._is_prepared.is_set() or self._beats > _PREPARING_BEATS

    def _is_as_asked(self) -> bool:
        is_wanted = self._work.is_paused() is (self._pending == PAUSE_PENDING)
        return is_wanted or self._beats > _PAUSING_BEATS

    def _has_given_up(self) -> bool:
        return self._pending == STOP_PENDING and self._beats > _STOPPING_BEATS

    def _tell(self, state: int) -> None:
        is_pending = state not in (RUNNING, PAUSED)
        accepted = 0 if state in (START_PENDING, STOP_PENDING) else ACCEPTED
        checkpoint = 1
        if self._told is not None and self._told.state == state:
            checkpoint = self._told.checkpoint + 1
        self._send(
            Report(
                state, accepted, 0, 0,
                checkpoint if is_pending else 0, _WAIT_HINT_MS if is_pending else 0,
            )
        )  # fmt: skip

    def _tell_end(self) -> None:
        win32_exit_code = SPECIFIC_ERROR if self._exit_status else 0
        self._send(Report(STOPPED, 0, win32_exit_code, self._exit_status, 0, 0))

    def _send(self, report: Report) -> None:
        self._told = report
        self._report(report)
