"""A session over a connected socket: what it says is done, in the order that it says.

Records are accepted first, in one transaction with the session's memory; only then anything is
sent. So no switch gets an acknowledgement of what is not in the spool.
"""

from __future__ import annotations

import logging
import socket

from cmtel.adapters.sources.tcp_socket import IDLE_SECS, READ_BYTES, WAKE_SECS, words_of
from cmtel.formats.session import Ending, Session, Step
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import LinkState

logger = logging.getLogger(__name__)

#: Under which name a session's memory lies among a source's checkpoints.
MEMORY_ID = "session"
#: What a peer that does not read may hold us up.
_SEND_SECS = 10.0
#: On a stop, nothing for so long means that nothing is under way in the kernel.
_DRAIN_QUIET_SECS = 0.05
#: How long a stop takes in what arrives, at most: a switch at full rate is never quiet.
_DRAIN_SECS = 2.0
_CUT = Ending("the switch closed the connection")


class Conversation:
    """One connection, from its first byte to its end.

    Args:
        name: The switch's address, for the link.
    """

    def __init__(
        self, connection: socket.socket, session: Session, feed: Feed, intake: Intake,
        clock: Clock, name: str,
    ) -> None:  # fmt: skip
        self._connection = connection
        self._session = session
        self._feed = feed
        self._intake = intake
        self._clock = clock
        self._name = name
        self._drain_until: float | None = None
        self._idle_at: float | None = None
        self._has_heard = self._was_up = False

    @property
    def was_fruitful(self) -> bool:
        """The switch has let us in, and has said something."""
        return self._was_up and self._has_heard

    def run(self) -> Ending | None:
        """Talk until the connection ends; return why it did, None on a wished stop.

        All that came is committed then, but for a partial record that the feed still holds.
        """
        try:
            ending = self._talk()
        except OSError as exc:
            return self._finish() or Ending(words_of(exc))
        if ending is _CUT:
            return self._finish() or ending
        self._finish()
        return ending

    def _finish(self) -> Ending | None:
        """Accept what the session held back; return what it makes of a cut just now."""
        return self._do(self._session.closed())

    def _talk(self) -> Ending | None:
        ending = self._do(self._session.connected(self._clock.monotonic()))
        while ending is None:
            data = self._receive()
            if data == b"":
                return _CUT
            if data is not None:
                ending = self._hear(data)
            elif not self._clock.is_stopping:
                ending = self._pass_time()
            if ending is None and (self._is_drained() or self._is_stopped(data)):
                self._say_farewell()
                return None
        return ending

    def _is_stopped(self, data: bytes | None) -> bool:
        return data is None and self._clock.is_stopping

    def _hear(self, data: bytes) -> Ending | None:
        self._has_heard = True
        now = self._clock.monotonic()
        ending = self._do(self._session.received(data, now))
        self._idle_at = now + IDLE_SECS if self._feed.pending_bytes else None
        return ending

    def _receive(self) -> bytes | None:
        """Return what came; None: nothing did, within the time that may be waited."""
        self._connection.settimeout(self._wait_secs())
        try:
            return self._connection.recv(READ_BYTES)
        except (TimeoutError, BlockingIOError):
            return None

    def _wait_secs(self) -> float:
        if self._clock.is_stopping:
            return _DRAIN_QUIET_SECS
        now = self._clock.monotonic()
        moments = [at for at in (self._idle_at, self._session.due) if at is not None]
        # 0 would mean not to wait at all, and be no time-out.
        return max(0.001, min((WAKE_SECS, *(at - now for at in moments))))

    def _is_drained(self) -> bool:
        """Tell if a stop has taken in enough."""
        if not self._clock.is_stopping:
            return False
        now = self._clock.monotonic()
        if self._drain_until is None:
            self._drain_until = now + _DRAIN_SECS
        return now >= self._drain_until

    def _pass_time(self) -> Ending | None:
        now = self._clock.monotonic()
        if self._idle_at is not None and now >= self._idle_at:
            self._idle_at = None
            self._feed.idle()
            self._intake.commit()
        if self._session.due is None or now < self._session.due:
            return None
        return self._do(self._session.passed(now))

    def _do(self, step: Step) -> Ending | None:
        for data in step.records:
            self._feed.push(data)
            if step.ends_records:
                self._feed.cut()
        if step.memory is not None:
            self._feed.checkpoint(
                file_id=MEMORY_ID, path="", fingerprint="", fingerprint_bytes=0, offset_bytes=0,
                note=step.memory,
            )  # fmt: skip
        if step.records or step.memory is not None:
            self._intake.commit()
        if step.send:
            self._connection.settimeout(_SEND_SECS)
            self._connection.sendall(step.send)
        if self._session.is_up and not self._was_up and step.ending is None:
            self._was_up = True
            self._intake.link(LinkState.UP, self._name)
        return step.ending

    def _say_farewell(self) -> None:
        """The connection ends by our wish; a switch that is gone already need not hear it."""
        word = self._session.farewell()
        try:
            if word:
                self._connection.settimeout(_DRAIN_QUIET_SECS)
                self._connection.sendall(word)
        except OSError as exc:
            logger.debug("%s did not hear our farewell: %s", self._name, words_of(exc))
