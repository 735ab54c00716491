"""Panasonic: ``SMDR`` and a password at a prompt, on TCP port 2300.

    switch                    cmtel
    -                         SMDR CR LF           (echoed)
    Enter Password:           password CR LF       (echoed as asterisks)
    records                                        from here on, for ever

``Rejected``: another client holds the port. A switch that sends records at once (a terminal server
before its serial port) needs no login and gets none.

Source: formats.md 4.1; Panasonic KX-TDA/NS installation manuals, "SMDR via TCP/IP". How a wrong
password is answered is not in them; taken for a refusal are a second password prompt, the first
prompt again, and a cut right after the password.
"""

from __future__ import annotations

import re
from enum import Enum, auto

from cmtel.formats.peer import Peer, QuietPeer, Reply
from cmtel.formats.seam import FormatOption
from cmtel.formats.session import (
    ANSWER_SECS,
    SECRET,
    USER,
    Ending,
    Login,
    OpenLine,
    SessionFormat,
    Step,
)

FACTORY_USER = "SMDR"
#: Source: formats.md 4.1.
FACTORY_PASSWORD = "PCCSMDR"  # noqa: S105  # printed in the manual

#: A prompt has no line end: what stands there for so long is one.
_PROMPT_SECS = 0.3
#: A switch that shows no prompt is spoken to after this.
_FIRST_WORD_SECS = 2.0
#: A password that was not refused for so long was right.
_VERDICT_SECS = 3.0

#: Each way of answering is told by its own last byte, whatever follows.
_ANSWER = re.compile(
    rb"(?i)(?P<prompt>enter password *:)|(?P<busy>rejected)"
    rb"|(?P<record>(?:\A|(?<=[\r\n]))[\0 \f]*[0-9*]{2}/[0-9*]{2}/[0-9*]{2})"
)
_LINE = re.compile(rb"([^\r\n]*)[\r\n]+")
#: What stands in a line before the first record: echoes, blanks, ``OK``, ``-SMDR``.
_TALK = re.compile(rb"(?i)[>-]*(?:\*+|ok|smdr)?")
_PASSWORD_PROMPT = re.compile(rb"(?i)enter password")
_RECORD = re.compile(rb"[0-9*]{2}/[0-9*]{2}/[0-9*]{2}")
_BUSY = "the switch serves another client already"
_NO_ANSWER = (
    f"the login was not answered within {ANSWER_SECS:.0f} s; a serial port behind a terminal "
    "server needs the source option session=none"
)
_WRONG = "the switch refused the login: the password is wrong"


class _State(Enum):
    PROMPT = auto()
    COMMAND = auto()
    PASSWORD = auto()
    UP = auto()


class PanasonicLogin(OpenLine):
    """Session: logs in, then everything is records."""

    def __init__(self, login: Login) -> None:
        self._user = (login.user or FACTORY_USER).encode()
        self._password = (login.password or FACTORY_PASSWORD).encode()
        self._state = _State.PROMPT
        self._heard = b""
        self._give_up_at = 0.0
        self.is_up = False
        self.due: float | None = None

    def connected(self, now: float) -> Step:
        """The prompt is awaited."""
        self._state, self._heard, self.is_up = _State.PROMPT, b"", False
        self._give_up_at = now + ANSWER_SECS
        self.due = now + _FIRST_WORD_SECS
        return Step()

    def received(self, data: bytes, now: float) -> Step:
        """Answer what is asked; after the login all are records."""
        if self.is_up:
            return Step(records=(data,))
        self._heard += data
        if self._state is _State.PROMPT:
            return self._greeted(now)
        if self._state is _State.COMMAND:
            return self._asked(now)
        return self._judged(now)

    def passed(self, now: float) -> Step:
        """A prompt stands there; or nothing came for too long."""
        if self._state is _State.PROMPT:
            return self._say_command(now)
        if self._state is _State.COMMAND:
            return self._ended(Ending(_NO_ANSWER))
        if _plain(self._heard) in (b"-", b">"):
            return self._ended(Ending(_WRONG, is_refused=True))
        return self._open()

    def closed(self) -> Step:
        """A cut right after the password says that it was wrong."""
        if self._state is _State.PASSWORD:
            return Step(ending=Ending(_WRONG, is_refused=True))
        return Step()

    def _greeted(self, now: float) -> Step:
        """Lines before the prompt are a greeting, unless they are records."""
        while line := _LINE.match(self._heard):
            if _RECORD.match(_plain(line[1])):
                return self._open()
            if _plain(line[1]).lower().startswith(b"rejected"):
                return self._ended(Ending(_BUSY))
            self._heard = self._heard[line.end() :]
        is_prompted = _plain(self._heard) != b""
        self._wait(now, _PROMPT_SECS if is_prompted else _FIRST_WORD_SECS)
        return Step()

    def _say_command(self, now: float) -> Step:
        self._state, self._heard = _State.COMMAND, b""
        self.due = now + ANSWER_SECS
        return Step(send=self._user + b"\r\n")

    def _asked(self, now: float) -> Step:
        found = _ANSWER.search(self._heard)
        if found is None:
            return Step()
        if found["busy"]:
            return self._ended(Ending(_BUSY))
        if found["record"]:
            self._heard = self._heard[found.start() :]
            return self._open()
        self._state, self._heard = _State.PASSWORD, self._heard[found.end() :]
        self._give_up_at = now + ANSWER_SECS
        self._wait(now, _VERDICT_SECS)
        return Step(send=self._password + b"\r\n")

    def _judged(self, now: float) -> Step:
        """Echoes are dropped; a record says that we are in."""
        while line := _LINE.match(self._heard):
            if _plain(line[1]).lower().startswith(b"rejected"):
                return self._ended(Ending(_BUSY))
            if _PASSWORD_PROMPT.match(_plain(line[1])):
                return self._ended(Ending(_WRONG, is_refused=True))
            if not _TALK.fullmatch(_plain(line[1])):
                return self._open()
            self._heard = self._heard[line.end() :]
        if _PASSWORD_PROMPT.match(_plain(self._heard)):
            return self._ended(Ending(_WRONG, is_refused=True))
        self._wait(now, _VERDICT_SECS)
        return Step()

    def _wait(self, now: float, secs: float) -> None:
        """Wait for silence, but not for ever."""
        self.due = min(now + secs, self._give_up_at)

    def _open(self) -> Step:
        rest, self._heard = self._heard, b""
        self._state, self.is_up, self.due = _State.UP, True, None
        is_talk = _TALK.fullmatch(_plain(rest))
        return Step() if is_talk else Step(records=(rest,))

    def _ended(self, ending: Ending) -> Step:
        self.due = None
        return Step(ending=ending)


def _plain(text: bytes) -> bytes:
    """Return a line without blanks around it, page feeds, and the NULs that telnet pads with."""
    return text.replace(b"\0", b"").strip()


# --- the switch's side -------------------------------------------------------------------------

_HEADING = (
    b"  Date     Time    Ext CO        Dial Number        Ring Duration  Acc code  CD \r\n"
    + b"-" * 80
    + b"\r\n"
)
_TRIES = 3


class PanasonicSwitch:
    """Keeps what nobody fetches; serves one client."""

    keeps_records = True
    room_bytes = 1 << 16
    max_clients = 1

    def __init__(self, login: Login) -> None:
        self.login = login

    def answer(self) -> Peer:
        """Return the peer of a new connection."""
        return _PanasonicPeer(self.login)


class _PanasonicPeer(QuietPeer):
    """Echoes, asks for the password, and refuses whoever is not the first."""

    def __init__(self, login: Login) -> None:
        self._user = (login.user or FACTORY_USER).upper()
        self._password = login.password or FACTORY_PASSWORD
        self._typed = b""
        self._is_asked = self._is_busy = False
        self._tries_left = _TRIES

    def connected(self, now: float, *, is_busy: bool) -> Reply:
        """Show the prompt; whether the port is free is told after the command."""
        self._is_busy = is_busy
        return Reply(b"\r\n-")

    def received(self, data: bytes, now: float) -> Reply:
        """Echo each key; a CR ends a line."""
        sent = b""
        for key in data:
            if self.is_ready:
                break
            if key == 0x0D:
                reply = self._line(self._typed.decode("utf-8", "replace"))
                self._typed = b""
                sent += reply.send
                if reply.hang_up:
                    return reply._replace(send=sent)
            elif key != 0x0A:
                self._typed += bytes((key,))
                sent += b"*" if self._is_asked else bytes((key,))
        return Reply(sent)

    def _line(self, text: str) -> Reply:
        if not self._is_asked:
            if text.upper() != self._user:
                return Reply(b"\r\n-")
            if self._is_busy:
                return Reply(b"\r\nRejected\r\n", "refused: there is a client already")
            self._is_asked = True
            return Reply(b"\r\nEnter Password:")
        if text == self._password:
            self.is_ready = True
            return Reply(b"\r\n" + _HEADING)
        self._tries_left -= 1
        return Reply(b"\r\nEnter Password:", "" if self._tries_left else "refused: wrong password")


SESSION = SessionFormat(
    says=(
        "waits for the prompt '-', sends the user (SMDR), then the password when it is asked for; "
        "one client only; no acknowledgement"
    ),
    options=(
        FormatOption(USER, "the word that asks for records", FACTORY_USER),
        FormatOption(SECRET, "where the password is kept", f"the factory's, {FACTORY_PASSWORD}"),
    ),
    make=PanasonicLogin,
    make_switch=PanasonicSwitch,
)
