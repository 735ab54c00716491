"""A wall clock that was set, and a machine that slept: seen by comparing three clocks."""

from __future__ import annotations

from datetime import datetime, timedelta

from cmtel.domain.incidents.events import ClockJumped
from cmtel.services.notifier.ports import Uptime
from cmtel.services.ports import Clock

#: Differences below this are drift, or a clock being slewed.
LEAST_JUMP_SECS = 30.0


class JumpWatch:
    """Compares the clocks from one look to the next."""

    def __init__(self, clock: Clock, uptime: Uptime, check_secs: int) -> None:
        self._clock = clock
        self._uptime = uptime
        self._threshold_secs = max(check_secs / 2, LEAST_JUMP_SECS)
        self._last = self._clocks()

    def look(self) -> ClockJumped | None:
        """Return what happened to the clocks since the last look, if it was more than drift."""
        (wall, elapsed, awake), self._last = self._last, self._clocks()
        now, elapsed_now, awake_now = self._last
        passed_secs = elapsed_now - elapsed
        slept_secs = passed_secs - (awake_now - awake)
        step_secs = (now - wall).total_seconds() - passed_secs
        has_slept = slept_secs > self._threshold_secs
        if not has_slept and abs(step_secs) <= self._threshold_secs:
            return None
        step = timedelta(seconds=step_secs)
        # The sleep lies somewhere since the last look; its end is as good as now.
        slept = (now - timedelta(seconds=slept_secs), now) if has_slept else None
        return ClockJumped(step, slept)

    def _clocks(self) -> tuple[datetime, float, float]:
        return self._clock.now(), self._uptime.elapsed_secs(), self._uptime.awake_secs()
