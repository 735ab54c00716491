"""Who may talk to a listener, and what all listening sockets have in common."""

from __future__ import annotations

import ipaddress
import logging
import os
import socket
from collections.abc import Sequence

from cmtel.adapters.sources.tcp_socket import own_the_port
from cmtel.domain.source_options import Network

logger = logging.getLogger(__name__)

NOT_ALLOWED = "its address is not allowed"


class Admission:
    """Lets in those of some networks and counts the others.

    Args:
        allow: Networks that may talk to the listener; None: all.
    """

    def __init__(self, allow: Sequence[Network] | None) -> None:
        self._allow = allow
        self._refused_count = 0

    def is_allowed(self, peer: str) -> bool:
        """Return whether an address, as :func:`plain_ip` gives it, may talk to the listener."""
        if self._allow is None:
            return True
        ip = ipaddress.ip_address(peer)
        return any(ip in network for network in self._allow)

    def log_refusal(self, peer: str, name: str, refusal: str) -> None:
        """A scanner may knock a thousand times a second: log the first, then powers of two."""
        self._refused_count += 1
        if self._refused_count & (self._refused_count - 1) == 0:
            logger.warning(
                "%s was refused on %s: %s (%d refused so far)",
                peer, name, refusal, self._refused_count,
            )  # fmt: skip


def plain_ip(host: str) -> str:
    """Return the address without zone; an IPv4 address that came over IPv6 as IPv4."""
    ip = ipaddress.ip_address(host.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return str(mapped or ip)


def shown(listener: socket.socket) -> str:
    """Return the address and port of a bound socket, for people."""
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bound(host: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """Return a bound socket; ``::`` takes IPv4, too; no other program can take the port beside it.

    Raises:
        OSError: The address cannot be had.
    """
    family, _, protocol, _, where = socket.getaddrinfo(
        host, port, type=kind, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if kind == socket.SOCK_STREAM or os.name == "nt":
            own_the_port(listener)
        if family == socket.AF_INET6 and host == "::":
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        listener.bind(where)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener
