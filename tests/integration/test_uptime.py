"""The machine's own clocks."""

from __future__ import annotations

from cmtel.adapters.uptime import SystemUptime


def test_uptime_goes_on_and_sleep_is_part_of_it() -> None:
    uptime = SystemUptime()
    elapsed, awake = uptime.elapsed_secs(), uptime.awake_secs()

    assert uptime.elapsed_secs() >= elapsed > 0
    assert uptime.awake_secs() >= awake > 0
    assert elapsed >= awake - 1
