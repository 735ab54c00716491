"""How long the machine has been running, asleep and awake."""

from __future__ import annotations

import sys
import time


class SystemUptime:
    """Implements the notifier's ``Uptime``.

    Where the system does not tell sleep from being awake both clocks are the same: a sleep then
    looks like a wall clock that was set forward, which is treated as kindly.
    """

    def elapsed_secs(self) -> float:
        """Return seconds with time asleep.

        Source:
            Linux clock_gettime(2), CLOCK_BOOTTIME; Windows GetTickCount64.
        """
        if sys.platform == "linux":
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        if sys.platform == "win32":
            import ctypes

            ctypes.windll.kernel32.GetTickCount64.restype = ctypes.c_uint64
            return float(ctypes.windll.kernel32.GetTickCount64()) / 1000
        return time.monotonic()

    def awake_secs(self) -> float:
        """Return seconds without time asleep.

        Source:
            Linux clock_gettime(2), CLOCK_MONOTONIC; Windows QueryUnbiasedInterruptTime, in
            units of 100 ns.
        """
        if sys.platform == "win32":
            import ctypes

            ticks = ctypes.c_uint64()
            ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks))
            return ticks.value / 10_000_000
        return time.monotonic()
