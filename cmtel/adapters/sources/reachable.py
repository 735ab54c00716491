"""Whether a port is free and a peer can be reached, without listening and without a word.

A port is bound and let go again: nobody can connect meanwhile, so no switch sends into the void.
A peer that wants a login is connected to and left again; what it says before a login is no record.
"""

from __future__ import annotations

import errno
import socket
import sys
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from cmtel.adapters.sources.tcp_socket import bind_error, own_the_port, words_of
from cmtel.errors import AccessDenied, SourceError, SourceUnavailable

#: For making a connection, in seconds.
CONNECT_SECS = 6.0
#: A switch that has its client already ends the second one's connection at once.
_LISTEN_SECS = 1.5
_LOWEST = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")


class Welcome(StrEnum):
    """How a peer received a connection."""

    OPEN = "open"
    #: It was accepted, and ended by the peer at once.
    CUT = "cut"


class Held(NamedTuple):
    """A port that cannot be had."""

    error: SourceError | AccessDenied
    is_in_use: bool


def held_port(host: str, port: int, *, is_udp: bool = False) -> Held | None:
    """Return why an address cannot be listened on; None: it is free."""
    kind = socket.SOCK_DGRAM if is_udp else socket.SOCK_STREAM
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host, port, type=kind, flags=socket.AI_PASSIVE
        )[0]
        with closing(socket.socket(family, kind, protocol)) as probe:
            if not is_udp:
                own_the_port(probe)
            if family == socket.AF_INET6 and host == "::":
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            probe.bind(where)
    except OSError as exc:
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        return Held(bind_error(name, exc), exc.errno == errno.EADDRINUSE)
    return None


def lowest_free_port() -> int:
    """Return the lowest port that a program without privileges may listen on (Linux: ip(7))."""
    if sys.platform == "win32":
        return 0
    try:
        return int(_LOWEST.read_text(encoding="ascii"))
    except (OSError, ValueError):  # not Linux
        return 1024


def knock(host: str, port: int, *, listens: bool) -> Welcome:
    """Connect, and leave again without a word.

    Args:
        listens: Wait a moment whether the peer ends the connection by itself. What it says is
            dropped, so only for one that sends no records before a login.

    Raises:
        SourceUnavailable: It cannot be reached.
    """
    try:
        with socket.create_connection((host, port), CONNECT_SECS) as connection:
            return _welcome(connection) if listens else Welcome.OPEN
    except OSError as exc:
        raise SourceUnavailable(
            f"{host}:{port} cannot be reached: {words_of(exc)}.",
            hint="Check address, port, the switch's own settings, and the firewalls between.",
        ) from exc


def _welcome(connection: socket.socket) -> Welcome:
    connection.settimeout(_LISTEN_SECS)
    try:
        return Welcome.OPEN if connection.recv(4096) else Welcome.CUT
    except TimeoutError:
        return Welcome.OPEN
    except ConnectionError:
        return Welcome.CUT
