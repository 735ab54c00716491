"""The real clock, and the one way to ask the program to stop."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class SystemClock:
    """Wall clock, monotonic clock, and a stop flag that ends every wait at once."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def wait(self, secs: float) -> bool:
        return self._stop.wait(secs)

    @property
    def is_stopping(self) -> bool:
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask to stop; safe from any thread, but not inside a signal handler."""
        self._stop.set()
