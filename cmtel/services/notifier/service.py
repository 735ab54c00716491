"""The running notifier: evaluation in the calling thread, delivery of mails in one of its own.

Nothing that goes wrong inside ends it: a fault is logged, and the loop goes on after a while. Who
watches from outside (systemd's watchdog) sees that no check finishes any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from cmtel.domain.incidents.actions import Level, Log
from cmtel.errors import CmtelError
from cmtel.services.notifier.delivery import Delivery
from cmtel.services.notifier.notifier import Notifier
from cmtel.services.notifier.ports import EventLog
from cmtel.services.ports import Clock

#: After a fault the loop rests for so long.
AFTER_FAULT_SECS = 5.0
#: A stop waits for the mail under way for so long; what is left goes out after the next start.
STOP_WITHIN_SECS = 5.0


class StoppableClock(Clock, Protocol):
    """A clock of which this module ends the waits."""

    def stop(self) -> None:
        """End every wait on it."""


class NotifierService:
    """Runs a notifier and its delivery until the clock is stopping."""

    def __init__(
        self, notifier: Notifier, delivery: Delivery, clock: Clock,
        delivery_clock: StoppableClock, log: EventLog, *,
        before_tick: Callable[[], None] = lambda: None,
        after_tick: Callable[[], None] = lambda: None,
        is_operators_stop: Callable[[], bool] = lambda: True,
    ) -> None:  # fmt: skip
        """Make it; nothing is read or sent yet.

        Args:
            clock: Stops the whole.
            delivery_clock: What ``delivery`` waits on; stopped here, once the evaluation has
                queued its last mails.
            before_tick: Called before each tick; takes up what has changed.
            after_tick: Called after each tick; tells what came of it.
            is_operators_stop: Whether a stop is meant to last, or a restart (row 15).
        """
        self._notifier = notifier
        self._delivery = delivery
        self._clock = clock
        self._delivery_clock = delivery_clock
        self._log = log
        self._before_tick = before_tick
        self._after_tick = after_tick
        self._is_operators_stop = is_operators_stop

    def run(self) -> None:
        """Take up what was left, evaluate and deliver until the clock is stopping, then put down.

        Raises:
            SpoolError: The state cannot be read at the start, or not be written at the end.
        """
        self._delivery.start()
        self._notifier.start()
        thread = threading.Thread(target=self._deliver, name="delivery", daemon=True)
        thread.start()
        try:
            while not self._clock.wait(self._guarded_tick()):
                pass
            self._notifier.stop(is_by_operator=self._is_operators_stop())
        finally:
            self._delivery_clock.stop()
            thread.join(STOP_WITHIN_SECS)

    def _guarded_tick(self) -> float:
        try:
            self._before_tick()
            wait_secs = self._notifier.tick()
            self._after_tick()
        except CmtelError as exc:
            self._tell(type(exc).__name__, exc.message)
        except Exception as exc:  # noqa: BLE001 - see the module: logged, and it goes on
            self._tell(type(exc).__name__, str(exc))
        else:
            return wait_secs
        return AFTER_FAULT_SECS

    def _deliver(self) -> None:
        while not self._has_delivered() and not self._delivery_clock.wait(AFTER_FAULT_SECS):
            pass

    def _has_delivered(self) -> bool:
        """Deliver until all is to stop; False if a fault ended that before."""
        try:
            self._delivery.run()
        except Exception as exc:  # noqa: BLE001 - see the module: logged, and it goes on
            self._tell(type(exc).__name__, str(exc))
            return False
        return True

    def _tell(self, error: str, text: str) -> None:
        entry = Log(Level.ERROR, "FAULT", (("error", error), ("text", text)))
        self._log.write(self._clock.now(), entry)
