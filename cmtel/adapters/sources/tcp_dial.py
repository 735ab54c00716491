"""tcp: connect to a switch that sends its records to whoever connects, or logs in.

The connection is made anew for ever: after 1 s, then waits that double up to 60 s. A switch that
refuses the login is asked again after 5 minutes, then waits that double up to half an hour: more
tries could lock the account. All connections together are one stream for the decoder, so a call
that began before a cut can end after it, also over a restart of the program; a partial line ends
at the cut, because its rest will not come.

What is said to the switch is its format's session (``formats.session``).
"""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections.abc import Callable
from contextlib import closing

from cmtel.adapters.sources.back_off import BackOff
from cmtel.adapters.sources.conversation import MEMORY_ID, Conversation
from cmtel.adapters.sources.tcp_socket import WAKE_SECS, keep_alive, words_of
from cmtel.domain.source_address import SourceAddress
from cmtel.errors import SourceError
from cmtel.formats.session import Ending, OpenLine, Session
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import LinkState

CONNECT_TIMEOUT_SECS = 10.0
#: The waits after a refused login: accounts are locked by a few tries within minutes.
FIRST_REFUSED_SECS = 300.0
LONGEST_REFUSED_SECS = 1800.0
_IN_PROGRESS = frozenset({errno.EINPROGRESS, errno.EWOULDBLOCK, errno.EALREADY})


class TcpDial:
    """Source: connects to one address.

    Args:
        random: For the waits (see BackOff).
        session: What is said to the switch.
        once: End when a connection has been made and has ended.
    """

    def __init__(
        self,
        address: SourceAddress,
        clock: Clock,
        *,
        random: Callable[[], float],
        session: Session | None = None,
        connect_timeout_secs: float = CONNECT_TIMEOUT_SECS,
        once: bool = False,
    ) -> None:
        self._address = address
        self._name = address.host_port
        self._clock = clock
        self._back_off = BackOff(random)
        self._refusals = BackOff(
            random, first_secs=FIRST_REFUSED_SECS, longest_secs=LONGEST_REFUSED_SECS
        )
        self._session = session or OpenLine()
        self._connect_timeout_secs = connect_timeout_secs
        self._once = once

    def run(self, intake: Intake) -> None:
        """Stay connected until the clock is stopping; on return all that came is committed.

        Raises:
            SourceError: It was to end with the connection, and the switch refused the login.
        """
        self._intake = intake
        for mark in intake.checkpoints():
            if mark.file_id == MEMORY_ID:
                self._session.recall(mark.note)
        feed = intake.open_feed()
        while not self._clock.is_stopping:
            was_connected, wait_secs = self._connect_and_receive(feed)
            if was_connected and self._once:
                feed.close()
                intake.commit()
                break
            self._clock.wait(wait_secs)
        intake.link(LinkState.ENDED, self._name)

    def _connect_and_receive(self, feed: Feed) -> tuple[bool, float]:
        """Serve one connection to its end; return whether there was one, and the wait after it."""
        self._intake.link(LinkState.CONNECTING, self._name)
        try:
            connection = self._connected()
        except OSError as exc:
            self._intake.link(LinkState.DOWN, f"{self._name}: {words_of(exc)}")
            return False, self._back_off.next_secs()
        with closing(connection):
            talk = Conversation(
                connection, self._session, feed, self._intake, self._clock, self._name
            )
            ending = talk.run()
        feed.cut()
        self._intake.commit()
        if talk.was_fruitful:
            self._back_off.reset()
            self._refusals.reset()
        return True, self._wait_after(ending)

    def _wait_after(self, ending: Ending | None) -> float:
        """Tell the link why it is down; return how long to leave the switch alone."""
        if ending is None or self._clock.is_stopping:
            return 0.0
        detail = f"{self._name}: {ending.detail}"
        if not ending.is_refused:
            self._intake.link(LinkState.DOWN, detail)
            return self._back_off.next_secs()
        wait_secs = self._refusals.next_secs()
        detail = f"{detail}; next try in {wait_secs / 60:.0f} minutes"
        self._intake.link(LinkState.DOWN, detail)
        if self._once:
            raise SourceError(
                f"{self._name}: {ending.detail}.",
                hint="Check --source-opt user and secretRef against the switch.",
            )
        return wait_secs

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
