"""Whatever the logs do, evaluation goes on (invariant I11)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cmtel.domain.incidents.actions import Log
from cmtel.domain.mails.outbox import OutboxRow
from cmtel.services.notifier.ports import EventLog, LastResort, SystemLog


class Unfailing:
    """Event log, system log, last resort and watchdog in one, none of which raises.

    What they raise is counted in ``faults``, for status: there is nobody else left to tell.
    """

    def __init__(
        self, log: EventLog, system_log: SystemLog, last_resort: LastResort,
        on_checked: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        self._log = log
        self._system_log = system_log
        self._last_resort = last_resort
        self._on_checked = on_checked
        self.faults = 0

    def exchange(self, system_log: SystemLog, last_resort: LastResort) -> None:
        """Go on with what changed settings say."""
        self._system_log = system_log
        self._last_resort = last_resort

    def write(self, at: datetime, entry: Log) -> None:
        """Write an entry of CmTelNotifier.log."""
        self._try(lambda: self._log.write(at, entry))

    def error(self, text: str) -> None:
        """Write an error to the system's own log."""
        self._try(lambda: self._system_log.error(text))

    def resort(self, row: OutboxRow) -> None:
        """Tell by other means than mail."""
        self._try(lambda: self._last_resort.resort(row))

    def checked(self) -> None:
        """Tell the service manager that a check has finished."""
        self._try(self._on_checked)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception:  # noqa: BLE001 - see the class
            self.faults += 1
