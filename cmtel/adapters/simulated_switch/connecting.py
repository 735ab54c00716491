"""A simulated switch that dials: most switches with an SMDR or CDR output over TCP do."""

from __future__ import annotations

import socket
from collections.abc import Callable

from cmtel.adapters.simulated_switch.links import (
    GOODBYE_SECS,
    STOP_CHECK_SECS,
    address_text,
    is_lost,
    prepare,
    push,
    say_goodbye,
)
from cmtel.services.ports import Clock

#: How long one attempt to connect may take.
CONNECT_TIMEOUT_SECS = 2.0


class ConnectingSwitch:
    """Keeps a connection to one address, for ever: a lost or refused one is dialled again."""

    room_bytes = 1 << 20

    def __init__(
        self,
        address: tuple[str, int],
        clock: Clock,
        tell: Callable[[str], None],
        *,
        retry_secs: float = 0.5,
        goodbye_secs: float = GOODBYE_SECS,
    ) -> None:
        self.links = 0
        self._address = address
        self._clock = clock
        self._tell = tell
        self._retry_secs = retry_secs
        self._goodbye_secs = goodbye_secs
        self._next_try = clock.monotonic()
        self._link: socket.socket | None = None
        self._trouble = ""

    def tend(self) -> None:
        if self._link is not None and is_lost(self._link):
            self._drop("The other side closed the connection.")
        if self._link is None and self._clock.monotonic() >= self._next_try:
            self._dial()

    def ready(self) -> bool:
        self.tend()
        while self._link is None and not self._clock.is_stopping:
            self._clock.wait(min(self._retry_secs, STOP_CHECK_SECS))
            self.tend()
        return self._link is not None and not self._clock.is_stopping

    def send(self, data: bytes) -> int:
        if self._link is None:
            return 0
        taken = push(self._link, data, self._clock)
        if taken < len(data) and not self._clock.is_stopping:
            self._drop("The connection broke while sending.")
        return taken

    def turn_day(self) -> None:
        """A day is nothing to a line."""

    def close(self) -> None:
        if self._link is not None:
            say_goodbye([self._link], self._goodbye_secs)
            self._link = None

    def _dial(self) -> None:
        self._next_try = self._clock.monotonic() + self._retry_secs
        try:
            link = socket.create_connection(self._address, timeout=CONNECT_TIMEOUT_SECS)
        except OSError as exc:
            self._tell_trouble(f"No connection to {address_text(self._address)}: {exc}.")
            return
        if link.getsockname() == link.getpeername():
            # TCP lets a dialler meet itself where its own port is the one it dials (RFC 9293,
            # 3.5, simultaneous open); on loopback with nobody listening this does happen.
            link.close()
            return
        prepare(link)
        self._link = link
        self.links += 1
        self._trouble = ""
        self._tell(f"connected to {address_text(self._address)}")

    def _drop(self, why: str) -> None:
        if self._link is not None:
            self._link.close()
        self._link = None
        self._next_try = self._clock.monotonic()
        self._tell_trouble(why)

    def _tell_trouble(self, what: str) -> None:
        """Once for each change: a peer may be away for hours."""
        if what != self._trouble:
            self._trouble = what
            self._tell(f"{what} Dialling again every {self._retry_secs:g} s.")
