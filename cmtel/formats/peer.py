"""The switch's side of a session, for ``cmtel simulate switch`` and the tests.

Pure like a session: told what came and what time it is, a peer says what is sent. It behaves as
the real switch does, with its prompts, refusals and demands for a sign of life.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Reply(NamedTuple):
    """What the switch does now: it sends, then perhaps hangs up (and why, for people)."""

    send: bytes = b""
    hang_up: str = ""


class Peer(Protocol):
    """One connection of a switch. Times are monotonic seconds."""

    @property
    def is_ready(self) -> bool:
        """The client may be sent records now."""

    @property
    def is_waiting(self) -> bool:
        """Records were sent whose acknowledgement is not there yet."""

    @property
    def due(self) -> float | None:
        """When :meth:`passed` has to be called; None: not before something comes."""

    def connected(self, now: float, *, is_busy: bool) -> Reply:
        """A client has connected; ``is_busy``: while another one is served."""

    def received(self, data: bytes, now: float) -> Reply:
        """The client has sent something."""

    def passed(self, now: float) -> Reply:
        """The moment :attr:`due` has come."""

    def wrapped(self, records: bytes) -> bytes:
        """Return whole records as they look on this connection."""


class Switch(Protocol):
    """What the connections of one switch have in common."""

    #: Records wait for the next client; False: what nobody hears is lost.
    keeps_records: bool
    #: How many bytes of records go out together, at most (one record always does).
    room_bytes: int
    #: Clients that are served at once.
    max_clients: int

    def answer(self) -> Peer:
        """Return the peer of a new connection."""


class QuietPeer:
    """A peer that demands nothing after the login: what most have in common."""

    is_ready = False
    is_waiting = False
    due: float | None = None

    def passed(self, now: float) -> Reply:
        """Nothing is waited for."""
        return Reply()

    def wrapped(self, records: bytes) -> bytes:
        """Records go out as they are."""
        return records


class OpenSwitch:
    """A switch that sends to whoever connects.

    Args:
        keeps_records: Whether records wait while nobody is connected.
        max_clients: Clients that are served at once.
    """

    room_bytes = 1 << 16

    def __init__(self, *, keeps_records: bool = True, max_clients: int = 1) -> None:
        self.keeps_records = keeps_records
        self.max_clients = max_clients

    def answer(self) -> Peer:
        """Return the peer of a new connection."""
        return _OpenPeer()


class _OpenPeer(QuietPeer):
    def connected(self, now: float, *, is_busy: bool) -> Reply:
        """Whoever comes while another one is served is cut."""
        self.is_ready = not is_busy
        return Reply(hang_up="refused: there is a client already" if is_busy else "")

    def received(self, data: bytes, now: float) -> Reply:
        """Nothing is listened to."""
        return Reply()
