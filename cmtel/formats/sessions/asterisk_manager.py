"""Asterisk manager interface: login and signs of life on TCP port 5038.

    Asterisk                            cmtel
    Asterisk Call Manager/9.0.0         Action: Login, user, secret, Events: cdr
    Response: Success                   (from here on, events are records)
    Response: Success, Ping: Pong       Action: Ping, after some quiet

With ``auth=md5`` the secret itself is not sent: ``Action: Challenge`` is answered with a random
text, and the login has the MD5 of it and the secret.

Answers and the greeting are the session's and no records. Asterisk keeps nothing: what happens
while nobody is logged in is not told later. So a connection that died in silence is found by the
ping, and not by the next call.

Source: Asterisk, main/manager.c (actions ``Login``, ``Challenge``, ``Ping``, ``Logoff``) and
manager.conf; formats.md 2.2.
"""

from __future__ import annotations

from enum import Enum, auto
from hashlib import md5

from cmtel.errors import UsageError
from cmtel.formats.block_framer import GREETING, BlockFramer
from cmtel.formats.options import bad_value, choice, count
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
from cmtel.formats.sessions.asterisk_peer import AsteriskSwitch

AUTH, KEEP_ALIVE = "auth", "keep-alive"
_PING_SECS = 30
_GREETING = GREETING.encode()
_RESPONSE = b"response:"


class _State(Enum):
    GREETING = auto()
    CHALLENGE = auto()
    LOGIN = auto()
    UP = auto()


class AsteriskManager(OpenLine):
    """Session: logs in, pings, and keeps the answers back."""

    is_up = False

    def __init__(self, login: Login) -> None:
        self._user, self._secret = login.user or "", login.password or ""
        self._is_md5 = choice(login.values, AUTH, ("plain", "md5"), "plain") == "md5"
        self._ping_secs = count(login.values, KEEP_ALIVE, _PING_SECS)
        if not self._ping_secs:
            raise bad_value(KEEP_ALIVE, "0", "It is a whole number of seconds, from 1.")
        self.due: float | None = None
        self._begin(0.0)

    def _begin(self, now: float) -> None:
        self._state, self.is_up = _State.GREETING, False
        self._framer = BlockFramer()
        self._is_pinged = False
        self.due = now + ANSWER_SECS

    def connected(self, now: float) -> Step:
        """The greeting is awaited."""
        self._begin(now)
        return Step()

    def received(self, data: bytes, now: float) -> Step:
        """Events are records; greeting and answers are the session's."""
        records: list[bytes] = []
        send = b""
        for block in self._framer.feed(data):
            if not self.is_up:
                answer = self._heard(block, now)
                send += answer.send
                if answer.ending:
                    return Step(send=send, ending=answer.ending)
            elif _is_record(block):
                records.append(block)
        if self.is_up:
            self._is_pinged, self.due = False, now + self._ping_secs
        return Step(records=tuple(records), send=send)

    def passed(self, now: float) -> Step:
        """It was quiet: ping; or the answer is missing."""
        if self._state is _State.UP and not self._is_pinged:
            self._is_pinged, self.due = True, now + self._ping_secs
            return Step(send=_action("Ping"))
        self.due = None
        if self._state is _State.UP:
            return Step(ending=Ending(f"no answer to a ping within {self._ping_secs} s"))
        if self._state is _State.GREETING:
            return Step(ending=Ending(f"no greeting of Asterisk within {ANSWER_SECS:.0f} s"))
        return Step(ending=Ending(f"the login was not answered within {ANSWER_SECS:.0f} s"))

    def closed(self) -> Step:
        """A part of an event is a record that was cut off."""
        if self._state is _State.GREETING:
            detail = "Asterisk closed the connection: does manager.conf permit this address?"
            return Step(ending=Ending(detail))
        rest = self._framer.finish()
        return Step(records=tuple(filter(_is_record, rest)) if self.is_up else ())

    def farewell(self) -> bytes:
        """Asterisk logs a client that goes without a word."""
        return _action("Logoff") if self.is_up else b""

    def _heard(self, block: bytes, now: float) -> Step:
        if self._state is _State.GREETING:
            if not block.startswith(_GREETING):
                return Step()
            self.due = now + ANSWER_SECS
            self._state = _State.CHALLENGE if self._is_md5 else _State.LOGIN
            return Step(send=self._first_action())
        if not _is_answer(block):
            return Step()  # an event before the login is none of ours
        return self._answered(block)

    def _first_action(self) -> bytes:
        if self._is_md5:
            return _action("Challenge", AuthType="MD5")
        return _action("Login", Username=self._user, Secret=self._secret, Events="cdr")

    def _answered(self, block: bytes) -> Step:
        if (_value(block, "response") or "").lower() != "success":
            self.due = None
            said = _value(block, "message") or "without a reason"
            detail = f"Asterisk refused the login of '{self._user}': {said}"
            return Step(ending=Ending(detail, is_refused=True))
        if self._state is _State.LOGIN:
            self._state, self.is_up = _State.UP, True
            return Step()
        self._state = _State.LOGIN
        key = _key(_value(block, "challenge") or "", self._secret)
        return Step(
            send=_action("Login", AuthType="MD5", Username=self._user, Key=key, Events="cdr")
        )


def _action(name: str, **headers: str) -> bytes:
    lines = [f"Action: {name}", *(f"{header}: {value}" for header, value in headers.items())]
    return "\r\n".join((*lines, "", "")).encode()


def _key(challenge: str, secret: str) -> str:
    """Return what Asterisk compares: MD5 is its choice, and no protection of ours."""
    return md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()


def _is_answer(block: bytes) -> bool:
    """Tell by the first header: ``OriginateResponse`` is an event with a ``Response`` in it."""
    return block[: len(_RESPONSE)].lower() == _RESPONSE


def _is_record(block: bytes) -> bool:
    """Tell if a block is an event (or damaged), and no answer and no greeting."""
    return not _is_answer(block) and not block.startswith(_GREETING)


def _value(block: bytes, header: str) -> str | None:
    """Return the value of a header; None if the block has none of this name."""
    for line in block.decode("utf-8", "replace").splitlines():
        name, colon, value = line.partition(":")
        if colon and name.strip().lower() == header:
            return value.strip()
    return None


def _make(login: Login) -> AsteriskManager:
    if login.password == "":
        raise UsageError("The secret for asterisk-ami is empty.")
    return AsteriskManager(login)


SESSION = SessionFormat(
    says=(
        "logs in with user and secret, asks for the events of class cdr, and pings after some "
        "quiet; no acknowledgement, and no history: what happens while cmtel is away is lost"
    ),
    options=(
        FormatOption(USER, "the section of manager.conf, with read = cdr", required=True),
        FormatOption(SECRET, "where that user's secret is kept", required=True),
        FormatOption(AUTH, "plain, or md5: the secret itself is not sent", "plain"),
        FormatOption(KEEP_ALIVE, "seconds of quiet before a ping, and for its answer", "30"),
    ),
    make=_make,
    make_switch=AsteriskSwitch,
)
