"""Telling systemd how a service stands: ready, what it does, alive, stopping."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class SystemdNotify:
    """Sends states to the socket that systemd names; does nothing where there is none.

    Source:
        sd_notify(3), "Well-known assignments" and the example without libsystemd.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")

    def ready(self, status: str) -> None:
        """The service is up; ``status`` is a line for ``systemctl status``."""
        self._send(f"READY=1\nSTATUS={_line(status)}")

    def checked(self, status: str) -> None:
        """A check has finished: the watchdog may wait anew."""
        self._send(f"WATCHDOG=1\nSTATUS={_line(status)}")

    def watch_every(self, secs: float) -> None:
        """From now on a sign of life is due at least so often; takes the place of WatchdogSec."""
        self._send(f"WATCHDOG_USEC={round(secs * 1_000_000)}")

    def stopping(self) -> None:
        """The service is about to end."""
        self._send("STOPPING=1")

    def _send(self, text: str) -> None:
        """Raises OSError if systemd is gone; the caller decides what that is worth."""
        if not self._address:
            return
        # An address that begins with @ lies in Linux's abstract name space.
        address = f"\0{self._address[1:]}" if self._address[0] == "@" else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as link:
            link.connect(address)
            link.send(text.encode("utf-8"))


def _line(text: str) -> str:
    return " ".join(text.split())
