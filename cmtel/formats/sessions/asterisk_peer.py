"""Asterisk's side of the manager interface: greeting, login, ping; nothing is kept.

Source: Asterisk, main/manager.c: texts of the answers; ``authtimeout`` of manager.conf, 30 s.
"""

from __future__ import annotations

from hashlib import md5

from cmtel.formats.block_framer import BlockFramer
from cmtel.formats.peer import Peer, QuietPeer, Reply
from cmtel.formats.session import Login

#: Whom the simulated Asterisk lets in unless told otherwise.
DEFAULT_USER = "cmtel"
DEFAULT_SECRET = "cmtel"  # noqa: S105  # of a simulation
_AUTH_SECS = 30.0
_CHALLENGE = "203694829"


class AsteriskSwitch:
    """Tells who is logged in; what nobody hears is lost."""

    keeps_records = False
    room_bytes = 1 << 16
    max_clients = 100

    def __init__(self, login: Login) -> None:
        self.user = login.user or DEFAULT_USER
        self.secret = login.password or DEFAULT_SECRET

    def answer(self) -> Peer:
        """Return the peer of a new connection."""
        return _AsteriskPeer(self.user, self.secret)


class _AsteriskPeer(QuietPeer):
    def __init__(self, user: str, secret: str) -> None:
        self._user, self._secret = user, secret
        self._framer = BlockFramer()
        self._is_challenged = self._is_in = False

    def connected(self, now: float, *, is_busy: bool) -> Reply:
        """Greet; the login has to come in time."""
        self.due = now + _AUTH_SECS
        return Reply(b"Asterisk Call Manager/9.0.0\r\n")

    def received(self, data: bytes, now: float) -> Reply:
        """Answer each action."""
        sent = b""
        for block in self._framer.feed(data):
            reply = self._act(_headers(block))
            sent += reply.send
            if reply.hang_up:
                return reply._replace(send=sent)
        return Reply(sent)

    def passed(self, now: float) -> Reply:
        """The login did not come."""
        self.due = None
        return Reply() if self._is_in else Reply(hang_up="refused: no login in time")

    def _act(self, headers: dict[str, str]) -> Reply:
        action = headers.get("action", "").lower()
        if action == "challenge":
            self._is_challenged = True
            return _answer("Success", Challenge=_CHALLENGE)
        if action == "login":
            return self._login(headers)
        if action == "logoff":
            return _answer("Goodbye", Message="Thanks for all the fish.")._replace(
                hang_up="a client has logged off"
            )
        if not self._is_in:
            return _answer("Error", Message="Permission denied")
        if action == "ping":
            return _answer("Success", Ping="Pong", Timestamp="1700000000.000000")
        return _answer("Error", Message="Invalid/unknown command")

    def _login(self, headers: dict[str, str]) -> Reply:
        if headers.get("username") != self._user or not self._is_secret_right(headers):
            return _answer("Error", Message="Authentication failed")._replace(
                hang_up="refused: wrong user or secret"
            )
        classes = headers.get("events", "on").lower().split(",")
        self._is_in = True
        self.is_ready = bool({"on", "cdr", "all"} & set(classes))
        reply = _answer("Success", Message="Authentication accepted")
        booted = b"Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n"
        return Reply(reply.send + (booted if "on" in classes else b""))

    def _is_secret_right(self, headers: dict[str, str]) -> bool:
        if "key" in headers:
            text = (_CHALLENGE + self._secret).encode()
            key = md5(text, usedforsecurity=False).hexdigest()
            return self._is_challenged and headers["key"] == key
        return headers.get("secret") == self._secret


def _headers(block: bytes) -> dict[str, str]:
    lines = block.decode("utf-8", "replace").splitlines()
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _answer(response: str, **headers: str) -> Reply:
    lines = [f"Response: {response}", *(f"{name}: {value}" for name, value in headers.items())]
    return Reply("\r\n".join((*lines, "", "")).encode())
