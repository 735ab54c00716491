"""What a listener and a dialler have in common: socket options, and socket errors in words."""

from __future__ import annotations

import errno
import os
import socket

from cmtel.errors import AccessDenied, SourceError

#: One read: large enough for a burst, small enough that one peer cannot starve the others.
READ_BYTES = 256 * 1024
#: A line that is complete but for its next byte is queued after this silence.
#: Source: formats.seam, Framer.idle.
IDLE_SECS = 0.2
#: The longest wait in the kernel: how late a wish to stop is seen.
WAKE_SECS = 0.5


def keep_alive(connection: socket.socket, idle_secs: int, every_secs: int, tries: int) -> None:
    """Let the kernel find out that the peer is gone, where the platform lets one say when.

    Call records come rarely, so only keepalive tells a dead peer from a quiet one.

    Source: RFC 1122 section 4.2.3.6; tcp(7) TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT (Windows
    has the same names from 10.0.16299 on); macOS tcp(4) TCP_KEEPALIVE.
    """
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    wanted = {
        "TCP_KEEPIDLE": idle_secs,
        "TCP_KEEPALIVE": idle_secs,
        "TCP_KEEPINTVL": every_secs,
        "TCP_KEEPCNT": tries,
    }
    for name, value in wanted.items():
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def own_the_port(listener: socket.socket) -> None:
    """Let a listener have its port alone.

    POSIX: rebind while old connections linger. Windows: there that would be port sharing.

    Source: Microsoft, "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE".
    """
    if os.name == "nt":
        exclusive: int = getattr(socket, "SO_EXCLUSIVEADDRUSE")  # noqa: B009  # Windows only
        listener.setsockopt(socket.SOL_SOCKET, exclusive, 1)
    else:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)


def bind_error(address: str, exc: OSError) -> SourceError | AccessDenied:
    """Return what it means that ``address`` could not be listened on."""
    if exc.errno == errno.EADDRINUSE:
        return SourceError(
            f"The port of {address} is in use by another program.",
            hint="Stop the other program, or listen on another port.",
        )
    if isinstance(exc, PermissionError):
        return AccessDenied(
            f"Listening on {address} was refused by the operating system.",
            hint="Ports below 1024 need rights of their own; take a higher port.",
        )
    if exc.errno == errno.EADDRNOTAVAIL or isinstance(exc, socket.gaierror):
        return SourceError(
            f"{address} is no address of this machine.",
            hint="0.0.0.0 listens on every IPv4 address, [::] on every address.",
        )
    return SourceError(f"Listening on {address} failed: {words_of(exc)}.")


def words_of(exc: OSError) -> str:
    """Return the system's words for an error, without number and class."""
    return str(exc.strerror or exc) or type(exc).__name__
