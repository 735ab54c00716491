"""The local syslog, which on systemd machines is journald.

The C library's own syslog waits for a log daemon that is stuck; this does not wait.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

#: Where the local log daemon listens (syslog(3), systemd-journald.service(8)).
DEFAULT_SOCKET = Path("/dev/log")
#: RFC 5424 section 6.2.1: facility 3 (system daemons) times 8, plus severity 3 (error).
_PRIORITY = 3 * 8 + 3
#: Longer messages are cut by many daemons (RFC 3164 section 4.1: 1024 bytes).
_MAX_BYTES = 1000


class Syslog:
    """Writes errors; implements SystemLog. ``faults`` counts what nobody took."""

    def __init__(self, path: Path = DEFAULT_SOCKET) -> None:
        self._path = path
        self.faults = 0

    def error(self, text: str) -> None:
        """Write one line."""
        line = " ".join(text.split())
        message = f"<{_PRIORITY}>cmtel[{os.getpid()}]: {line}".encode()[:_MAX_BYTES]
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto(message, str(self._path))
        except OSError:
            self.faults += 1  # there is nobody else to tell; status shows it
