"""tcp-listen: switches connect and send; each connection is a feed of its own.

One thread, one selector. A round takes what every ready connection has (up to 256 KiB each),
then commits once: however many connections there are, a round costs one sync of the spool. While
the commit runs, or blocks because the spool is full, the kernel's buffers fill and TCP holds the
switches back.

TCP has no acknowledgement that a switch could wait for: what the kernel had taken when this
process died is lost. On a wished stop it is not: the listener takes what has arrived, commits,
and only then closes.
"""

from __future__ import annotations

import logging
import os
import selectors
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from cmtel.adapters.sources.admission import NOT_ALLOWED, Admission, bound, plain_ip, shown
from cmtel.adapters.sources.tcp_socket import (
    IDLE_SECS,
    READ_BYTES,
    WAKE_SECS,
    bind_error,
    keep_alive,
    words_of,
)
from cmtel.domain.source_address import SourceAddress
from cmtel.domain.source_options import Network
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import LinkState

logger = logging.getLogger(__name__)

#: How many a listener takes unless told otherwise: far above any site, far below what hurts.
DEFAULT_MAX_CONNECTIONS = 1000
#: New connections waiting for us; the kernel lowers it to its own limit.
_BACKLOG = 512
#: Files this process needs beside connections: spool, logs, database.
_OTHER_FILES = 64
#: No file handle left for a new connection: try again after this long.
_EXHAUSTED_SECS = 1.0
#: On a stop, nothing for so long means that nothing is under way in the kernel.
_DRAIN_QUIET_SECS = 0.05
#: How long a stop takes in what has already arrived, at most.
_DRAIN_SECS = 0.4


@dataclass(slots=True, eq=False)
class _Connection:
    """One peer: its socket, its feed, and how it is named in the log."""

    socket: socket.socket
    feed: Feed
    name: str


class TcpListen:
    """Source: listens on one address and port.

    Args:
        address: Host and port; port 0 takes a free one.
        allow: Networks that may connect; None: all. Others are closed at once and logged.
        max_connections: More are closed at once and logged.
        once: End when somebody has connected and nobody is connected any more.
    """

    def __init__(
        self,
        address: SourceAddress,
        clock: Clock,
        *,
        allow: Sequence[Network] | None = None,
        max_connections: int = DEFAULT_MAX_CONNECTIONS,
        once: bool = False,
    ) -> None:
        self._address = address
        self._clock = clock
        self._admission = Admission(allow)
        self._max_connections = max_connections
        self._once = once
        self._is_over = False
        self._connections: set[_Connection] = set()
        #: Connections with a partial line, by when it came; the longest silent one is first.
        self._quiet_since: dict[_Connection, float] = {}
        self._buffer = bytearray(READ_BYTES)
        self._accept_again_at = 0.0

    def run(self, intake: Intake) -> None:
        """Serve until the clock is stopping; on return all that arrived is committed.

        Raises:
            SourceError: The address cannot be listened on.
            AccessDenied: The port needs rights that this user does not have.
        """
        self._intake = intake
        with self._listen() as listener, selectors.DefaultSelector() as self._selector:
            self._selector.register(listener, selectors.EVENT_READ)
            self._listener = listener
            try:
                self._serve()
            finally:
                for connection in self._connections:
                    connection.socket.close()

    def _serve(self) -> None:
        self._tell_link()
        while not (self._clock.is_stopping or self._is_over):
            self._round(self._wait_secs())
        give_up_at = self._clock.monotonic() + _DRAIN_SECS
        while self._round(_DRAIN_QUIET_SECS) and self._clock.monotonic() < give_up_at:
            pass
        for connection in list(self._connections):
            self._end(connection)
        self._intake.commit()
        self._intake.link(LinkState.ENDED, self._name)

    def _round(self, wait_secs: float) -> bool:
        """Take what is ready and commit once; return whether there was anything."""
        ready = self._selector.select(wait_secs)
        is_new = is_fed = False
        for key, _ in ready:
            if key.data is None:
                is_new = True
            else:
                self._receive(key.data)
                is_fed = True
        is_fed |= self._idle_quiet_ones()
        if is_fed:
            self._intake.commit()
        if is_new:
            self._accept_all()
        self._listen_again()
        return bool(ready)

    def _receive(self, connection: _Connection) -> None:
        try:
            count = connection.socket.recv_into(self._buffer)
        except (BlockingIOError, InterruptedError):
            return
        except OSError as exc:
            logger.info("%s was cut: %s", connection.name, words_of(exc))
            count = 0
        if count == 0:
            self._end(connection)
            return
        connection.feed.push(bytes(memoryview(self._buffer)[:count]))
        self._quiet_since.pop(connection, None)
        if connection.feed.pending_bytes:
            self._quiet_since[connection] = self._clock.monotonic()

    def _idle_quiet_ones(self) -> bool:
        due = self._clock.monotonic() - IDLE_SECS
        quiet = []
        for connection, since in self._quiet_since.items():
            if since > due:
                break
            quiet.append(connection)
        for connection in quiet:
            del self._quiet_since[connection]
            connection.feed.idle()
        return bool(quiet)

    def _wait_secs(self) -> float:
        if not self._quiet_since:
            return WAKE_SECS
        first = next(iter(self._quiet_since.values()))
        return max(0.0, first + IDLE_SECS - self._clock.monotonic()) + 0.001

    def _end(self, connection: _Connection) -> None:
        """Close one connection; its partial line and its end are queued."""
        self._selector.unregister(connection.socket)
        connection.socket.close()
        connection.feed.close()
        self._connections.discard(connection)
        self._quiet_since.pop(connection, None)
        logger.debug("%s has ended", connection.name)
        if not self._connections:
            self._is_over = self._once
            self._tell_link()

    # --- new connections -----------------------------------------------------------------------

    def _accept_all(self) -> None:
        for _ in range(_BACKLOG):
            try:
                accepted, peer = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as exc:
                self._pause_accepting(exc)
                return
            self._admit(accepted, peer[0])

    def _admit(self, accepted: socket.socket, host: str) -> None:
        peer = plain_ip(host)
        refusal = self._refusal(peer)
        if refusal:
            accepted.close()
            self._admission.log_refusal(peer, self._name, refusal)
            return
        accepted.setblocking(False)
        keep_alive(accepted, idle_secs=60, every_secs=15, tries=4)
        connection = _Connection(accepted, self._intake.open_feed(peer), f"{peer} on {self._name}")
        self._selector.register(accepted, selectors.EVENT_READ, connection)
        self._connections.add(connection)
        logger.debug("%s has connected", connection.name)
        if len(self._connections) == 1:
            self._tell_link()

    def _refusal(self, peer: str) -> str:
        if not self._admission.is_allowed(peer):
            return NOT_ALLOWED
        if len(self._connections) >= self._max_connections:
            return f"{self._max_connections} connections are open already"
        return ""

    def _pause_accepting(self, exc: OSError) -> None:
        """No handle is left: a listener that stays readable must not turn the loop into a spin."""
        logger.warning("%s takes no connection for now: %s", self._name, words_of(exc))
        self._selector.unregister(self._listener)
        self._accept_again_at = self._clock.monotonic() + _EXHAUSTED_SECS

    def _listen_again(self) -> None:
        if self._accept_again_at and self._clock.monotonic() >= self._accept_again_at:
            self._selector.register(self._listener, selectors.EVENT_READ)
            self._accept_again_at = 0.0

    def _tell_link(self) -> None:
        self._intake.link(LinkState.UP if self._connections else LinkState.LISTENING, self._name)

    # --- the listening socket ------------------------------------------------------------------

    def _listen(self) -> socket.socket:
        name = self._address.host_port
        try:
            listener = bound(self._address.host, self._address.port, socket.SOCK_STREAM)
            listener.listen(_BACKLOG)
        except OSError as exc:
            raise bind_error(name, exc) from exc
        _allow_files(self._max_connections + _OTHER_FILES)
        self._name = shown(listener)
        return listener


def _allow_files(wanted: int) -> None:
    """Raise this process's soft limit of open files to ``wanted``, as far as its user may."""
    if os.name == "nt":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    if limit < wanted:
        logger.warning("only %d files may be open; %d connections need more", limit, wanted)
