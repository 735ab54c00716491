"""Mitel 5000: one binary message with the password, on TCP port 4000; then records, for ever.

The message is a length (4 bytes, little-endian, of what follows), ``84`` (SMDR), the password, NUL.
It has no answer. A wrong password, or a second client, is told by closing the connection.

Source: formats.md 4.4; Mitel 5000 Installation Manual, "SMDR", output over IP: login sequence, up
to 15 ASCII characters of password.
"""

from __future__ import annotations

from cmtel.errors import UsageError
from cmtel.formats.peer import Peer, QuietPeer, Reply
from cmtel.formats.seam import FormatOption
from cmtel.formats.session import SECRET, Ending, Login, OpenLine, SessionFormat, Step

_HEAD_BYTES = 4
_SMDR = b"\x84"
_MAX_PASSWORD_CHARACTERS = 15
#: A login that was not answered by a cut for so long was taken.
_VERDICT_SECS = 2.0


class Mitel5000Login(OpenLine):
    """Session: sends the login, then everything is records."""

    is_up = False

    def __init__(self, login: Login) -> None:
        self._message = _login_message(login.password or "")
        self.due: float | None = None

    def connected(self, now: float) -> Step:
        """The login goes out at once."""
        self.is_up, self.due = False, now + _VERDICT_SECS
        return Step(send=self._message)

    def received(self, data: bytes, now: float) -> Step:
        """All are records."""
        self.is_up, self.due = True, None
        return Step(records=(data,))

    def passed(self, now: float) -> Step:
        """The connection still stands: the login was taken."""
        self.is_up, self.due = True, None
        return Step()

    def closed(self) -> Step:
        """A cut right after the login is how it is refused."""
        if self.is_up:
            return Step()
        detail = (
            "the switch closed the connection right after the login: the password is wrong, or "
            "another client holds the port"
        )
        return Step(ending=Ending(detail, is_refused=True))


def _login_message(password: str) -> bytes:
    if not password.isascii() or len(password) > _MAX_PASSWORD_CHARACTERS:
        raise UsageError(
            f"The password of a Mitel 5000 has at most {_MAX_PASSWORD_CHARACTERS} ASCII characters."
        )
    body = _SMDR + password.encode() + b"\0"
    return len(body).to_bytes(_HEAD_BYTES, "little") + body


# --- the switch's side -------------------------------------------------------------------------


class Mitel5000Switch:
    """Keeps what nobody fetches; serves one client."""

    keeps_records = True
    room_bytes = 1 << 16
    max_clients = 1

    def __init__(self, login: Login) -> None:
        self._message = _login_message(login.password or "")

    def answer(self) -> Peer:
        """Return the peer of a new connection."""
        return _Mitel5000Peer(self._message)


class _Mitel5000Peer(QuietPeer):
    """Lets in whoever sends the message, and says nothing else."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._heard = b""

    def connected(self, now: float, *, is_busy: bool) -> Reply:
        """Nothing is said; a second client is cut."""
        return Reply(hang_up="refused: there is a client already" if is_busy else "")

    def received(self, data: bytes, now: float) -> Reply:
        """Compare the login as far as it has come."""
        if self.is_ready:
            return Reply()
        self._heard += data
        if not self._message.startswith(self._heard[: len(self._message)]):
            return Reply(hang_up="refused: wrong password")
        self.is_ready = len(self._heard) >= len(self._message)
        return Reply()


SESSION = SessionFormat(
    says=(
        "sends a binary login with the password, which is not answered; a wrong password is told "
        "by a cut; one client only; no acknowledgement"
    ),
    options=(FormatOption(SECRET, "where the password is kept", "no password"),),
    make=Mitel5000Login,
    make_switch=Mitel5000Switch,
)
