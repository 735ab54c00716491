"""A clock that moves only when somebody waits on it, or a test moves it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class FakeClock:
    """Time stands still; ``wait`` moves it on. A script can act between two waits.

    ``on_wait`` is called at each wait after time has moved; it may call ``stop``.
    """

    def __init__(self, on_wait: Callable[[FakeClock], None] | None = None) -> None:
        self._now = datetime(2025, 3, 1, 12, 0, tzinfo=UTC)
        self._secs = 1000.0
        self._is_stopping = False
        self._on_wait = on_wait
        self.waits_secs: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._secs

    def wait(self, secs: float) -> bool:
        if self._is_stopping:
            return True
        self.waits_secs.append(secs)
        self.advance(secs)
        if self._on_wait is not None:
            self._on_wait(self)
        return self._is_stopping

    @property
    def is_stopping(self) -> bool:
        return self._is_stopping

    def stop(self) -> None:
        self._is_stopping = True

    def advance(self, secs: float) -> None:
        self._secs += secs
        self._now += timedelta(seconds=secs)
