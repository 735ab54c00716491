"""A simulated switch that listens: call monitors and some SMDR outputs do."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable

from cmtel.adapters.simulated_switch.links import (
    GOODBYE_SECS,
    STOP_CHECK_SECS,
    address_text,
    is_lost,
    listening_socket,
    prepare,
    push,
    refuse,
    say_goodbye,
)
from cmtel.services.ports import Clock


class ListeningSwitch:
    """Serves one client, and refuses a second one with a reset; or serves many alike.

    While there is no client the records wait. With many, each gets the records from when it came
    on, and the slowest one sets the pace; a record counts as taken if one client took it whole.
    """

    room_bytes = 1 << 20

    def __init__(
        self,
        address: tuple[str, int],
        clock: Clock,
        tell: Callable[[str], None],
        *,
        is_many: bool = False,
        goodbye_secs: float = GOODBYE_SECS,
    ) -> None:
        """Listen at once, and tell the address as ``listening on HOST:PORT``.

        Raises:
            AccessDenied: The port needs other rights.
            SourceError: The address is in use or not this machine's.
        """
        self.links = 0
        self._clock = clock
        self._tell = tell
        self._is_many = is_many
        self._goodbye_secs = goodbye_secs
        self._clients: list[socket.socket] = []
        self._listener = listening_socket(address)
        tell(f"listening on {address_text(self._listener.getsockname())}")

    def tend(self) -> None:
        for client in [client for client in self._clients if is_lost(client)]:
            self._drop(client)
        while (peer := self._accept()) is not None:
            self._welcome(*peer)

    def ready(self) -> bool:
        self.tend()
        while not self._clients and not self._clock.is_stopping:
            select.select([self._listener], [], [], STOP_CHECK_SECS)
            self.tend()
        return bool(self._clients) and not self._clock.is_stopping

    def send(self, data: bytes) -> int:
        most = 0
        for client in list(self._clients):
            taken = push(client, data, self._clock)
            most = max(most, taken)
            if taken < len(data) and not self._clock.is_stopping:
                self._drop(client)
        return most

    def turn_day(self) -> None:
        """A day is nothing to a line."""

    def close(self) -> None:
        self._listener.close()
        say_goodbye(self._clients, self._goodbye_secs)
        self._clients.clear()

    def _accept(self) -> tuple[socket.socket, tuple[str, int]] | None:
        try:
            return self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return None

    def _welcome(self, client: socket.socket, peer: tuple[str, int]) -> None:
        if self._clients and not self._is_many:
            refuse(client)
            self._tell(f"refused {address_text(peer)}: there is a client already")
            return
        prepare(client)
        self.links += not self._clients
        self._clients.append(client)
        self._tell(f"client {address_text(peer)} connected")

    def _drop(self, client: socket.socket) -> None:
        self._clients.remove(client)
        client.close()
        self._tell("a client has gone")
