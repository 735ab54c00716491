"""What a running service tells of itself: its status file, and systemd.

Neither may disturb the work: a disk that refuses is warned of once, and tried again.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cmtel import __version__
from cmtel.adapters.sd_notify import SystemdNotify
from cmtel.adapters.status_file import StatusFile
from cmtel.bootstrap.config import locate_config
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.status_files import FRESH
from cmtel.services.ports import Clock

logger = logging.getLogger(__name__)

#: How often at most it is looked whether there is something new to tell, in seconds.
LOOK_EVERY_SECS = 0.5


class Herald:
    """Tells of one job of this process: notifier or journal; used by one thread."""

    def __init__(
        self, job: str, clock: Clock, file: StatusFile, systemd: SystemdNotify,
        config_path: str | None,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._file = file
        self._systemd = systemd
        config = locate_config(config_path)
        self._who = {
            "job": job,
            "version": __version__,
            "process_id": os.getpid(),
            "started_at": clock.now(),
            "config_file": str(config) if config is not None else None,
            "state_folder": str(state_folder()),
        }
        self._next_look_secs = 0.0
        self._told: dict[str, Any] = {}
        self._told_at: datetime | None = None
        self._is_ready = False
        self._fault = ""

    def look(self, describe: Callable[[], dict[str, Any]]) -> None:
        """Write the status file if something changed, or to show that the service lives."""
        now_secs = self._clock.monotonic()
        if now_secs < self._next_look_secs:
            return
        self._next_look_secs = now_secs + LOOK_EVERY_SECS
        found, now = describe(), self._clock.now()
        if found == self._told and self._told_at and now - self._told_at < FRESH / 3:
            return
        self._told, self._told_at = found, now
        self._try(lambda: self._file.write({**self._who, "written_at": now, **found}))

    def ready(self, line: str, watchdog: timedelta) -> None:
        """Tell systemd, once, that the service is up, and how soon it is to be restarted.

        Args:
            line: For ``systemctl status``.
            watchdog: A sign of life comes more often than that, unless the service hangs.
        """
        if self._is_ready:
            return
        self._is_ready = True
        self.watchdog(watchdog)
        self._try(lambda: self._systemd.ready(line))

    def watchdog(self, watchdog: timedelta) -> None:
        """Tell systemd how long it is to wait for a sign of life from now on."""
        self._try(lambda: self._systemd.watch_every(watchdog.total_seconds()))

    def alive(self, line: str) -> None:
        """Tell systemd that the work goes on."""
        self._try(lambda: self._systemd.checked(line))

    def stopping(self) -> None:
        """Tell systemd that the service ends now."""
        self._try(self._systemd.stopping)

    def _try(self, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as exc:
            if str(exc) != self._fault:
                self._fault = str(exc)
                logger.warning("the service's state cannot be told: %s", exc)
