"""What the dialling and the listening switch do alike with one connected socket.

The sockets do not block: each wait is short, so that a stop is seen while a peer does not read.
"""

from __future__ import annotations

import select
import socket
import struct
import sys
from collections.abc import Sequence
from contextlib import suppress

from cmtel.errors import AccessDenied, SourceError
from cmtel.services.ports import Clock

#: How long one wait for a peer may last before the wish to stop is looked at.
STOP_CHECK_SECS = 0.2
#: How long a closing link waits for its peer to read on or to close as well.
GOODBYE_SECS = 2.0
#: struct linger, on for 0 seconds: close() resets. Windows has shorts in it, others ints.
_LINGER_NOT = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)


def prepare(link: socket.socket) -> None:
    """Send at once and without blocking; notice a peer that vanished."""
    link.setblocking(False)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def is_lost(link: socket.socket) -> bool:
    """Whether the peer has closed. What it sends (log-ins, keep-alives) is read and dropped."""
    try:
        while link.recv(65_536):
            pass
    except BlockingIOError:
        return False
    except OSError:
        return True
    return True


def push(link: socket.socket, data: bytes, clock: Clock) -> int:
    """Hand ``data`` to the kernel; return how many bytes it took before a loss or a stop."""
    rest = memoryview(data)
    while rest and not clock.is_stopping:
        try:
            rest = rest[link.send(rest) :]
        except BlockingIOError:
            select.select([], [link], [], STOP_CHECK_SECS)
        except OSError:
            break
    return len(data) - len(rest)


def say_goodbye(links: Sequence[socket.socket], wait_secs: float) -> None:
    """Close so that the peers get all that the kernel took.

    A close with unread bytes of the peer would reset the connection and destroy what is on its
    way, so the peers' ends are awaited, up to ``wait_secs`` after any one's last sign of life.
    """
    waiting = list(links)
    for link in waiting:
        with suppress(OSError):
            link.shutdown(socket.SHUT_WR)
    while waiting and (readable := select.select(waiting, [], [], wait_secs)[0]):
        waiting = [link for link in waiting if link not in readable or not is_lost(link)]
    for link in links:
        link.close()


def refuse(link: socket.socket) -> None:
    """Close at once with a reset, as a switch that takes one client only does."""
    with suppress(OSError):
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
    link.close()


def address_text(address: tuple[str, int]) -> str:
    """``host:port``, an IPv6 host in brackets."""
    host, port = address[0], address[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def listening_socket(address: tuple[str, int]) -> socket.socket:
    """Return a socket that listens and does not block.

    Raises:
        AccessDenied: The port needs other rights.
        SourceError: The address is in use or not this machine's.
    """
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    try:
        listener = socket.create_server(address, family=family)
    except PermissionError as exc:
        raise AccessDenied(
            f"Listening on {address_text(address)} was refused: {exc.strerror}.",
            hint="Take a port above 1023.",
        ) from exc
    except (OSError, OverflowError) as exc:
        raise SourceError(
            f"Nothing can listen on {address_text(address)}: {exc}.",
            hint="Take another port; with port 0 the system chooses one.",
        ) from exc
    listener.setblocking(False)
    return listener
