"""The other side of a simulated switch, and the switch in a thread."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from cmtel.adapters.clock import SystemClock
from cmtel.services.simulation import Outlet


def print_nothing(_message: str) -> None:
    """Nobody listens to what the switch tells."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def read_all(link: socket.socket) -> bytes:
    """Everything until the other side closes."""
    link.settimeout(10)
    parts = []
    while part := link.recv(65_536):
        parts.append(part)
    link.close()
    return b"".join(parts)


def wait_until(is_reached: Callable[[], bool], timeout_secs: float = 10.0) -> None:
    ends_at = time.monotonic() + timeout_secs
    clock = SystemClock()
    while not is_reached():
        assert time.monotonic() < ends_at, "the state was not reached in time"
        clock.wait(0.01)


@contextmanager
def tended(outlet: Outlet) -> Iterator[None]:
    """The outlet looks after its link in a thread, as it does between two records."""
    clock = SystemClock()

    def tend() -> None:
        while not clock.wait(0.01):
            outlet.tend()

    thread = threading.Thread(target=tend)
    thread.start()
    try:
        yield
    finally:
        clock.stop()
        thread.join()
