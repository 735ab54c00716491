"""A simulated switch that listens and wants to be talked to: logins, requests, signs of life.

What it says is its format's peer (``formats.peer``). While nobody is logged in, the records wait;
or they are lost, where the real switch keeps none: then it says how many, and goes on. Before the
first client they wait in any case, or there would be nothing to see.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from dataclasses import dataclass

from cmtel.adapters.simulated_switch.links import (
    GOODBYE_SECS,
    STOP_CHECK_SECS,
    address_text,
    listening_socket,
    prepare,
    push,
    refuse,
    say_goodbye,
)
from cmtel.formats.peer import Peer, Reply, Switch
from cmtel.services.ports import Clock

_READ_BYTES = 65_536
#: How often a peer is asked whether its time has come, at most.
_TEND_SECS = 0.02
#: A client that does not acknowledge for so long is cut.
_ACKNOWLEDGE_SECS = 30.0


@dataclass(slots=True, eq=False)
class _Client:
    link: socket.socket
    peer: Peer
    address: str
    was_ready: bool = False


class TalkingSwitch:
    """Serves as many clients as the real switch does; others hear what it says to them.

    Args:
        switch: What the switch is.
        drop_after: After so many records the line is cut, again and again. Where records are
            acknowledged, it is cut before the acknowledgement is heard.
    """

    def __init__(
        self,
        address: tuple[str, int],
        clock: Clock,
        tell: Callable[[str], None],
        switch: Switch,
        *,
        drop_after: int | None = None,
        goodbye_secs: float = GOODBYE_SECS,
    ) -> None:
        """Listen at once, and tell the address as ``listening on HOST:PORT``.

        Raises:
            AccessDenied: The port needs other rights.
            SourceError: The address is in use or not this machine's.
        """
        self.links = 0
        self.lost_records = 0
        self._clock = clock
        self._tell = tell
        self._switch = switch
        self._drop_after = drop_after
        self._since_drop = 0
        self._goodbye_secs = goodbye_secs
        self._clients: list[_Client] = []
        self._listener = listening_socket(address)
        tell(f"listening on {address_text(self._listener.getsockname())}")

    @property
    def room_bytes(self) -> int:
        """One record at a time where they are counted."""
        return 1 if self._drop_after else self._switch.room_bytes

    def tend(self) -> None:
        while (accepted := self._accept()) is not None:
            self._welcome(*accepted)
        for client in list(self._clients):
            self._hear(client)
        now = self._clock.monotonic()
        for client in list(self._clients):
            if client.peer.due is not None and now >= client.peer.due:
                self._do(client, client.peer.passed(now))

    def ready(self) -> bool:
        self.tend()
        while not self._clock.is_stopping and not self._ready_clients():
            if self._is_heard_by_nobody():
                return True
            self._wait()
            self.tend()
        return not self._clock.is_stopping

    def send(self, data: bytes) -> int:
        clients = self._ready_clients()
        if not clients:
            self.lost_records += 1
            return len(data)
        taken = max(self._send_to(client, data) for client in clients)
        if self._drop_after and (taken or self._switch.keeps_records):
            self._count_for_drop()
        return taken

    def turn_day(self) -> None:
        """A day is nothing to a line."""

    def close(self) -> None:
        self._listener.close()
        say_goodbye([client.link for client in self._clients], self._goodbye_secs)
        self._clients.clear()
        if self.lost_records:
            self._tell(f"{self.lost_records} records were sent while nobody was logged in")

    # --- clients -------------------------------------------------------------------------------

    def _accept(self) -> tuple[socket.socket, tuple[str, int]] | None:
        try:
            return self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return None

    def _welcome(self, link: socket.socket, peer: tuple[str, int]) -> None:
        prepare(link)
        client = _Client(link, self._switch.answer(), address_text(peer))
        is_busy = sum(each.was_ready for each in self._clients) >= self._switch.max_clients
        self._clients.append(client)
        self._tell(f"client {client.address} connected")
        self._do(client, client.peer.connected(self._clock.monotonic(), is_busy=is_busy))

    def _hear(self, client: _Client) -> None:
        """Read what is there, and answer it."""
        while client in self._clients:
            try:
                data = client.link.recv(_READ_BYTES)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._drop(client, "a client has gone")
                return
            self._do(client, client.peer.received(data, self._clock.monotonic()))

    def _do(self, client: _Client, reply: Reply) -> None:
        if reply.send and push(client.link, reply.send, self._clock) < len(reply.send):
            self._drop(client, "a client has gone")
        elif reply.hang_up:
            self._drop(client, f"{client.address}: {reply.hang_up}", is_told=bool(reply.send))
        elif client.peer.is_ready and not client.was_ready:
            client.was_ready = True
            self.links += 1
            self._tell(f"client {client.address} is served")

    def _drop(self, client: _Client, why: str, *, is_told: bool = False) -> None:
        """Forget a client; what it was told still arrives."""
        if client in self._clients:
            self._clients.remove(client)
            if is_told:
                say_goodbye([client.link], self._goodbye_secs)
            else:
                refuse(client.link)
            self._tell(why)

    # --- records -------------------------------------------------------------------------------

    def _ready_clients(self) -> list[_Client]:
        return [client for client in self._clients if client.peer.is_ready]

    def _is_heard_by_nobody(self) -> bool:
        is_served = any(client.was_ready for client in self._clients)
        return self.links > 0 and not self._switch.keeps_records and not is_served

    def _wait(self) -> None:
        sockets = [self._listener, *(client.link for client in self._clients)]
        dues = [client.peer.due for client in self._clients if client.peer.due is not None]
        wait_secs = min([STOP_CHECK_SECS, *(due - self._clock.monotonic() for due in dues)])
        select.select(sockets, [], [], max(wait_secs, 0))

    def _send_to(self, client: _Client, data: bytes) -> int:
        """Return how many bytes of ``data`` the client has: all of a wrapped record, or none."""
        wire = client.peer.wrapped(data)
        sent = push(client.link, wire, self._clock)
        if sent < len(wire):
            if not self._clock.is_stopping:
                self._drop(client, "the connection broke while sending")
            return sent if wire == data else 0
        if client.peer.is_waiting and not self._is_drop_due():
            return len(data) if self._is_acknowledged(client) else 0
        return 0 if client.peer.is_waiting else len(data)

    def _is_acknowledged(self, client: _Client) -> bool:
        give_up_at = self._clock.monotonic() + _ACKNOWLEDGE_SECS
        while client in self._clients and client.peer.is_waiting:
            if self._clock.is_stopping or self._clock.monotonic() >= give_up_at:
                return False
            select.select([client.link], [], [], _TEND_SECS)
            self.tend()
        return not client.peer.is_waiting

    def _is_drop_due(self) -> bool:
        return self._drop_after is not None and self._since_drop + 1 >= self._drop_after

    def _count_for_drop(self) -> None:
        """Cut the line if it is time; all that was sent still arrives."""
        self._since_drop += 1
        if self._drop_after is None or self._since_drop < self._drop_after:
            return
        self._since_drop = 0
        for client in self._ready_or_waiting():
            self._drop(client, f"{client.address} is cut on purpose", is_told=True)

    def _ready_or_waiting(self) -> list[_Client]:
        return [each for each in self._clients if each.peer.is_ready or each.peer.is_waiting]
