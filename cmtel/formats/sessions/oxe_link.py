"""Alcatel-Lucent OmniPCX Enterprise: role and signs of life on TCP port 2533.

    cmtel                     main server
    00 01 53                  00 01 50             its role: the main one; a standby refuses
    00 02 00 00               tickets (03 04 ...)  from here on, for ever
    00 08 TEST_RSP            00 08 TEST_REQ       every 30 s, to be answered within 30 s

Tickets are not acknowledged. A peer that begins with neither role nor ticket sends text lines and
is not spoken to.

Source: formats.md 8.3; Alcatel-Lucent, OmniPCX Enterprise, "Accounting: Real time CDR on IP
(Ethernet tickets)".
"""

from __future__ import annotations

from cmtel.formats.oxe_messages import TICKET_HEAD, message_end
from cmtel.formats.peer import Peer, QuietPeer, Reply
from cmtel.formats.session import (
    ANSWER_SECS,
    Ending,
    Login,
    OpenLine,
    SessionFormat,
    Step,
)

_HELLO = b"\x00\x01\x53"
_ROLE_HEAD = b"\x00\x01"
_MAIN = b"\x50"
_ROLE_BYTES = 3
_START = b"\x00\x02\x00\x00"
_TEST_REQUEST = b"\x00\x08TEST_REQ"
_TEST_ANSWER = b"\x00\x08TEST_RSP"
#: Three signs of life are missing: the server is gone.
_SILENCE_SECS = 100.0
_TURNED_AWAY = (
    "the server closed the connection before it told its role: it is not the main one, or it "
    "serves another client"
)


class OxeLink(OpenLine):
    """Session: asks for the role, then passes the tickets and answers the tests."""

    is_up = False

    def __init__(self, login: Login) -> None:
        del login  # it has no options
        self._heard = b""
        self._is_text = False
        self.due: float | None = None

    def connected(self, now: float) -> Step:
        """The role is asked for."""
        self.is_up, self._is_text, self._heard = False, False, b""
        self.due = now + ANSWER_SECS
        return Step(send=_HELLO)

    def received(self, data: bytes, now: float) -> Step:
        """Messages are records; the role and the tests are answered and kept back."""
        if self._is_text:
            return Step(records=(data,))
        self._heard += data
        if self.is_up:
            self.due = now + _SILENCE_SECS
            return self._tickets()
        return self._role(now)

    def passed(self, now: float) -> Step:
        """Nothing came for too long."""
        self.due = None
        if self.is_up:
            return Step(ending=Ending(f"no sign of life for {_SILENCE_SECS:.0f} s"))
        return Step(ending=Ending(f"the role was not told within {ANSWER_SECS:.0f} s"))

    def closed(self) -> Step:
        """Part of a ticket is a record that was cut off."""
        rest, self._heard = self._heard, b""
        if not self.is_up:
            return Step(ending=Ending(_TURNED_AWAY))
        return Step(records=(rest,) if rest else ())

    def _role(self, now: float) -> Step:
        heard = self._heard
        if not _ROLE_HEAD.startswith(heard[:2]):
            self.is_up, self._is_text, self.due = True, True, None
            self._heard = b""
            return Step(records=(heard,))
        if len(heard) < _ROLE_BYTES:
            return Step()
        if heard[2:3] != _MAIN:
            self.due = None
            detail = f"this is not the main server: its role is {heard[2]:#04x}, not 0x50"
            return Step(ending=Ending(detail))
        self.is_up, self._heard = True, heard[_ROLE_BYTES:]
        self.due = now + _SILENCE_SECS
        step = self._tickets()
        return step._replace(send=_START + step.send)

    def _tickets(self) -> Step:
        """Return the whole messages that are there, and the answers to the tests."""
        data, begin = self._heard, 0
        records, send = [], b""
        while (end := message_end(data, begin)) <= len(data):
            message = data[begin:end]
            if message == _TEST_REQUEST:
                send += _TEST_ANSWER
            else:
                records.append(message)
            begin = end
        self._heard = data[begin:]
        return Step(records=tuple(records), send=send)


# --- the switch's side -------------------------------------------------------------------------

_TICKET_KIND = b"\x01\x00\x02\x00"
_TEST_EVERY_SECS = 30.0


class OxeSwitch:
    """Keeps what nobody fetches; serves one client."""

    keeps_records = True
    #: One ticket at a time.
    room_bytes = 1
    max_clients = 1

    def answer(self) -> Peer:
        """Return the peer of a new connection."""
        return OxePeer()


class OxePeer(QuietPeer):
    """Tells its role, tests the client, and hangs up when the client does not answer."""

    def __init__(self, *, is_main: bool = True) -> None:
        self._is_main = is_main
        self._heard = b""
        self._is_tested = False

    def connected(self, now: float, *, is_busy: bool) -> Reply:
        """The client speaks first; a second one is cut."""
        self.due = now + _TEST_EVERY_SECS
        return Reply(hang_up="refused: there is a client already" if is_busy else "")

    def received(self, data: bytes, now: float) -> Reply:
        """Answer with the role; listen for the start and for the answers to the tests."""
        self._heard += data
        send = b""
        while (end := message_end(self._heard, 0)) <= len(self._heard):
            message, self._heard = self._heard[:end], self._heard[end:]
            if message == _HELLO:
                send += _ROLE_HEAD + (_MAIN if self._is_main else b"\x53")
            elif message == _START and self._is_main:
                self.is_ready = True
            elif message == _TEST_ANSWER:
                self._is_tested = False
            else:
                return Reply(send, f"refused: {message[:16].hex(' ')} is not understood")
        return Reply(send)

    def passed(self, now: float) -> Reply:
        """Test the client; the test before must have been answered."""
        if self._is_tested or not self.is_ready:
            return Reply(hang_up="the client has shown no sign of life")
        self._is_tested, self.due = True, now + _TEST_EVERY_SECS
        return Reply(_TEST_REQUEST)

    def wrapped(self, records: bytes) -> bytes:
        """Return the ticket as a message, padded with NUL."""
        body = _TICKET_KIND + records.rstrip(b"\r\n")
        length = int.from_bytes(TICKET_HEAD)
        return TICKET_HEAD + body[:length].ljust(length, b"\0")


SESSION = SessionFormat(
    says=(
        "asks for the role of the server (only the main one sends tickets) and answers its tests; "
        "one client only; no acknowledgement"
    ),
    options=(),
    make=OxeLink,
    make_switch=lambda _login: OxeSwitch(),
)
