"""tcp: connect to a switch that sends its records to whoever connects (FRITZ!Box and others).

The connection is made anew for ever: after 1 s, then waits that double up to 60 s. All
connections together are one stream for the decoder, so a call that began before a cut can end
after it, also over a restart of the program; a partial line ends at the cut, because its rest
will not come.
"""

from __future__ import annotations

import errno
import logging
import os
import selectors
import socket
from collections.abc import Callable
from contextlib import closing

from cmtel.adapters.sources.back_off import BackOff
from cmtel.adapters.sources.tcp_socket import (
    IDLE_SECS,
    READ_BYTES,
    WAKE_SECS,
    keep_alive,
    words_of,
)
from cmtel.domain.source_address import SourceAddress
from cmtel.services.ports import Clock, Feed, Intake, LinkState

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECS = 10.0
#: On a stop, nothing for so long means that nothing is under way in the kernel.
_DRAIN_QUIET_SECS = 0.05
_IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY})


class TcpDial:
    """Source: connects to one address.

    Args:
        random: For the waits (see BackOff).
        greet: Called with each new connection (blocking, time-out set) before anything is
            read: where a switch wants a login. An OSError from it counts as a cut.
        once: End when a connection has been made and has ended.
    """

    def __init__(
        self,
        address: SourceAddress,
        clock: Clock,
        *,
        random: Callable[[], float],
        greet: Callable[[socket.socket], None] | None = None,
        connect_timeout_secs: float = CONNECT_TIMEOUT_SECS,
        once: bool = False,
    ) -> None:
        self._address = address
        self._name = address.host_port
        self._clock = clock
        self._back_off = BackOff(random)
        self._greet = greet
        self._connect_timeout_secs = connect_timeout_secs
        self._once = once

    def run(self, intake: Intake) -> None:
        """Stay connected until the clock is stopping; on return all that came is committed."""
        self._intake = intake
        feed = intake.open_feed()
        while not self._clock.is_stopping:
            was_connected = self._connect_and_receive(feed)
            if was_connected and self._once:
                feed.close()
                intake.commit()
                break
            self._clock.wait(self._back_off.next_secs())
        intake.link(LinkState.ENDED, self._name)

    def _connect_and_receive(self, feed: Feed) -> bool:
        """Serve one connection to its end; return whether there was one."""
        self._intake.link(LinkState.CONNECTING, self._name)
        try:
            connection = self._connected()
        except OSError as exc:
            self._intake.link(LinkState.DOWN, f"{self._name}: {words_of(exc)}")
            return False
        with closing(connection):
            reason = self._serve(connection, feed)
        feed.cut()
        self._intake.commit()
        if reason:
            self._intake.link(LinkState.DOWN, f"{self._name}: {reason}")
        return True

    def _serve(self, connection: socket.socket, feed: Feed) -> str:
        """Receive until the connection ends; return why it did, "" on a wished stop."""
        try:
            if self._greet is not None:
                self._greet(connection)
            self._intake.link(LinkState.UP, self._name)
            self._receive(connection, feed)
        except OSError as exc:
            return words_of(exc)
        return "" if self._clock.is_stopping else "the switch closed the connection"

    def _receive(self, connection: socket.socket, feed: Feed) -> None:
        """Push and commit what comes, until the end; on a stop also what is there already."""
        is_idle_due = False
        while True:
            is_stopping = self._clock.is_stopping
            connection.settimeout(_timeout_secs(is_stopping, is_idle_due))
            try:
                data = connection.recv(READ_BYTES)
            except (TimeoutError, BlockingIOError):
                if is_stopping:
                    return
                if is_idle_due:
                    feed.idle()
                    self._intake.commit()
                is_idle_due = False
                continue
            if not data:
                return
            self._back_off.reset()
            feed.push(data)
            self._intake.commit()
            is_idle_due = feed.pending_bytes > 0

    def _connected(self) -> socket.socket:
        """Return a connection; a wished stop interrupts the wait for it (not a name look-up)."""
        error: OSError = TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        host, port = self._address.host, self._address.port
        for family, kind, protocol, _, where in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM
        ):
            connection = socket.socket(family, kind, protocol)
            try:
                self._connect(connection, where)
            except OSError as exc:
                connection.close()
                error = exc
            else:
                return connection
        raise error

    def _connect(self, connection: socket.socket, where: tuple[object, ...]) -> None:
        connection.setblocking(False)
        code = connection.connect_ex(where)
        if code in _IN_PROGRESS:
            code = self._wait_until_connected(connection)
        if code:
            raise OSError(code, os.strerror(code))
        # A FRITZ!Box drops the call monitor's connection without a word when it restarts.
        keep_alive(connection, idle_secs=20, every_secs=10, tries=3)
        connection.settimeout(self._connect_timeout_secs)

    def _wait_until_connected(self, connection: socket.socket) -> int:
        """Return the error number of the attempt, 0 if it worked."""
        give_up_at = self._clock.monotonic() + self._connect_timeout_secs
        with selectors.DefaultSelector() as selector:
            selector.register(connection, selectors.EVENT_WRITE)
            while self._clock.monotonic() < give_up_at and not self._clock.is_stopping:
                if selector.select(WAKE_SECS):
                    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return errno.ETIMEDOUT


def _timeout_secs(is_stopping: bool, is_idle_due: bool) -> float:
    if is_stopping:
        return _DRAIN_QUIET_SECS
    return IDLE_SECS if is_idle_due else WAKE_SECS
