"""A session and the switch's side of it, talking in memory: no socket, no time but the test's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from cmtel.formats.peer import Peer, Reply, Switch
from cmtel.formats.session import Ending, Session, Step


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """``data`` in pieces that begin at ``cuts``."""
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    return [data[begin:end] for begin, end in pairwise(places)]


class Heard:
    """What a session makes of bytes that come in pieces while no time passes."""

    def __init__(self, session: Session, now: float = 0.0) -> None:
        self.session = session
        self.records = b""
        self.sent = b""
        self.memory: str | None = None
        self.ending: Ending | None = None
        self.now = now
        self._do(session.connected(now))

    def hear(self, data: bytes, cuts: Sequence[int] = ()) -> Heard:
        for piece in pieces(data, cuts):
            if self.ending is None:
                self._do(self.session.received(piece, self.now))
        return self

    def wait(self, secs: float = 0.0) -> Heard:
        """Let time pass up to what the session waits for, or ``secs`` if it is longer."""
        until = self.now + secs
        while self.ending is None and self.session.due is not None:
            if secs and self.session.due > until:
                break
            self.now = self.session.due
            self._do(self.session.passed(self.now))
            if not secs:
                break
        self.now = max(self.now, until)
        return self

    def close(self) -> Heard:
        self._do(self.session.closed())
        return self

    @property
    def said(self) -> tuple[bytes, bytes, str | None, Ending | None, bool]:
        """All that can be seen of it."""
        return self.records, self.sent, self.memory, self.ending, self.session.is_up

    def _do(self, step: Step) -> None:
        self.records += b"".join(step.records)
        self.sent += step.send
        self.memory = step.memory or self.memory
        self.ending = step.ending or self.ending


class Talk:
    """A connection between a session and a peer; bytes travel in pieces of ``size``."""

    def __init__(
        self, session: Session, switch: Switch, *, size: int = 1, is_busy: bool = False
    ) -> None:
        self.session, self.peer = session, switch.answer()
        self.now = 0.0
        self.accepted: list[bytes] = []
        self.ending: Ending | None = None
        self.hung_up = ""
        self._size = size
        self._do(self.peer.connected(self.now, is_busy=is_busy), session.connected(self.now))

    def wait(self, secs: float, *, until_ready: bool = False) -> Talk:
        """Let so much time pass; less with ``until_ready`` and a switch that can send."""
        until = self.now + secs
        while not (self.is_over or (until_ready and self.peer.is_ready and self.session.is_up)):
            due = min(self._dues(), default=until)
            if due > until:
                break
            self.now = max(due, self.now)
            reply = self.peer.passed(self.now) if self._is_due(self.peer) else Reply()
            step = self.session.passed(self.now) if self._is_due(self.session) else Step()
            self._do(reply, step)
            if due == until:
                break
        else:
            return self
        self.now = until
        return self

    def send(self, records: bytes) -> None:
        """The switch sends whole records, as soon as it can."""
        self.wait(30, until_ready=True)
        assert self.peer.is_ready
        self._do(Reply(self.peer.wrapped(records)), Step())

    @property
    def is_over(self) -> bool:
        return self.ending is not None or bool(self.hung_up)

    def _dues(self) -> list[float]:
        return [due for due in (self.peer.due, self.session.due) if due is not None]

    def _is_due(self, side: Peer | Session) -> bool:
        return side.due is not None and side.due <= self.now

    def _do(self, reply: Reply, step: Step) -> None:
        """Carry the words to and fro until nobody has anything to say."""
        to_client, to_switch = reply.send, self._accept(step)
        self.hung_up = reply.hang_up
        while (to_client or to_switch) and self.ending is None:
            for piece in pieces(to_client, range(0, len(to_client), self._size)):
                if self.ending is None:
                    to_switch += self._accept(self.session.received(piece, self.now))
            to_client = b""
            if self.hung_up:
                break
            heard, to_switch = to_switch, b""
            for piece in pieces(heard, range(0, len(heard), self._size)):
                answer = self.peer.received(piece, self.now)
                to_client += answer.send
                self.hung_up = self.hung_up or answer.hang_up
        if self.hung_up and self.ending is None:
            self._accept(self.session.closed())

    def _accept(self, step: Step) -> bytes:
        self.accepted += step.records
        self.ending = step.ending or self.ending
        return step.send
