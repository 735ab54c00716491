"""The heartbeat, to a web server on loopback."""

from __future__ import annotations

import threading
import time

from cmtel.adapters.heartbeat_url import HeartbeatUrl
from cmtel.domain.incidents.actions import Level
from tests.fakes_clock import FakeClock
from tests.fakes_log import MemoryLog
from tests.integration.simulated_switch.peers import wait_until
from tests.web_server import HttpAnswer, a_web_server


def test_each_ping_fetches_and_changes_are_logged_once() -> None:
    answers: list[HttpAnswer] = [(500, ""), (500, ""), (200, ""), (200, ""), (404, "")]
    log = MemoryLog()
    with a_web_server(lambda: answers.pop(0)) as web:
        heartbeat = HeartbeatUrl(web.url, log, FakeClock())
        for _ in range(5):
            heartbeat.ping()
            wait_until(lambda: not heartbeat.is_busy)
        heartbeat.close()

    assert len(web.paths) == 5
    assert log.levels == [Level.WARNING, Level.INFO, Level.WARNING]
    assert "state=HTTP 500" in log.text()
    assert "/token" not in log.text()


def test_a_monitor_that_does_not_answer_holds_nobody_up() -> None:
    is_released = threading.Event()

    def answer() -> HttpAnswer:
        is_released.wait(10)
        return 200, ""

    log = MemoryLog()
    with a_web_server(answer) as web:
        heartbeat = HeartbeatUrl(web.url, log, FakeClock(), timeout_secs=0.2)
        begun = time.monotonic()
        for _ in range(100):
            heartbeat.ping()
        took_secs = time.monotonic() - begun
        wait_until(lambda: bool(log.entries))
        heartbeat.close()
        is_released.set()

    assert took_secs < 0.2
    assert log.levels == [Level.WARNING]
    assert "timed out" in log.text()


def test_nobody_listens() -> None:
    log = MemoryLog()
    with a_web_server(lambda: (200, "")) as web:
        url = web.url
    heartbeat = HeartbeatUrl(url, log, FakeClock())
    heartbeat.ping()
    wait_until(lambda: bool(log.entries))
    heartbeat.close()

    assert "refused" in log.text()
