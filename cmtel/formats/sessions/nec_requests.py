"""NEC: records on request, each acknowledged (``requests=yes``), on TCP port 60010.

    cmtel                              switch
    1 data request                     2 data, with a sequence from 0 to 9
    4 response: ACK of that sequence   (drops the data; without it, sends them again)
    1 data request                     3 server response: nothing there
    1 data request, after a while

A message is SYN (``16``), its kind, the length of the text (5 digits), the text and a parity byte:
the complement of all bytes between, exclusive-or. The text begins with the device, two digits.

Data whose acknowledgement was lost come again with the same sequence. What the last ones were is
remembered in the spool, in the transaction that accepted them; so they are acknowledged again and
not taken twice, also after a crash. Equal records in two messages are two calls.

The parity of what comes is not looked at: TCP has its own, and switches that have parity switched
off send any byte.

Systems of the SL series are described as sending lines to whoever connects: ``requests=no``, the
default.

Source: NEC, "NEAX2400 SMDR Programming Guide & Interface Specifications", section 3, "SMDR over
TCP/IP": message sequence, identifiers, timers; parity from its sample frames.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from cmtel.formats.options import bad_value, choice, count
from cmtel.formats.peer import Peer, QuietPeer, Reply, Switch
from cmtel.formats.seam import FormatOption
from cmtel.formats.session import (
    ANSWER_SECS,
    Ending,
    Login,
    OpenLine,
    Session,
    SessionFormat,
    Step,
)

REQUESTS, DEVICE, INTERVAL = "requests", "device", "interval"
_INTERVAL_SECS, _MAX_INTERVAL_SECS = 5, 30

_SYN = b"\x16"
_HEAD_BYTES = 7
_REQUEST, _DATA, _NOTHING, _RESPONSE, _STATUS, _DISCONNECT = b"123456"
_ACK = b"\x06"
#: Source: "The billing equipment will make six attempts by default before discarding the socket."
_TRIES = 6


class Message(NamedTuple):
    """One message; ``text`` begins with the device."""

    kind: int
    text: bytes

    def encoded(self) -> bytes:
        """Return it as it is on the wire."""
        body = bytes((self.kind,)) + f"{len(self.text):05}".encode() + self.text
        parity = 0
        for byte in body:
            parity ^= byte
        return _SYN + body + bytes((parity ^ 0xFF,))


class NotInStep(Exception):
    """What came is no message of this kind."""


def messages_in(data: bytes) -> tuple[list[Message], bytes]:
    """Return the whole messages at the beginning of ``data``, and what follows them.

    Raises:
        NotInStep: There is no message where one has to begin.
    """
    found, begin = [], 0
    while begin < len(data):
        head = data[begin : begin + _HEAD_BYTES]
        if head[:1] != _SYN or (head[2:] and not head[2:].isdigit()):
            raise NotInStep
        if len(head) < _HEAD_BYTES:
            break
        end = begin + _HEAD_BYTES + int(head[2:])
        if end >= len(data):
            break
        found.append(Message(head[1], data[begin + _HEAD_BYTES : end]))
        begin = end + 1
    return found, data[begin:]


class NecRequests(OpenLine):
    """Session: asks for data, acknowledges them once they are accepted."""

    is_up = False

    def __init__(self, login: Login) -> None:
        self._device = _device(login)
        self._interval_secs = count(login.values, INTERVAL, _INTERVAL_SECS)
        if not 1 <= self._interval_secs <= _MAX_INTERVAL_SECS:
            hint = f"It is a whole number of seconds from 1 to {_MAX_INTERVAL_SECS}."
            raise bad_value(INTERVAL, str(self._interval_secs), hint)
        self.due: float | None = None
        self._last = ""
        self._heard = b""
        self._unanswered = 0

    def recall(self, memory: str) -> None:
        """What was accepted last."""
        self._last = memory

    def connected(self, now: float) -> Step:
        """Data are asked for at once."""
        self.is_up, self._heard, self._unanswered = False, b"", 0
        return Step(send=self._request(now))

    def received(self, data: bytes, now: float) -> Step:
        """Take and acknowledge data; after "nothing there" wait a little."""
        self._heard += data
        try:
            messages, self._heard = messages_in(self._heard)
        except NotInStep:
            self.due = None
            detail = "what came is no message of NEC's: is requests=yes right for this system?"
            return Step(ending=Ending(detail))
        step = Step(ends_records=True)
        for message in messages:
            self.is_up, self._unanswered = True, 0
            step = self._take(message, step, now)
        return step

    def passed(self, now: float) -> Step:
        """Ask again, but not for ever."""
        if self._unanswered >= _TRIES:
            self.due = None
            detail = f"{_TRIES} requests, {ANSWER_SECS:.0f} s apart, were not answered"
            return Step(ending=Ending(detail))
        return Step(send=self._request(now))

    def farewell(self) -> bytes:
        """Tell the switch that the port is free."""
        return Message(_DISCONNECT, self._device + _ACK).encoded()

    def _request(self, now: float) -> bytes:
        self._unanswered += 1
        self.due = now + ANSWER_SECS
        return Message(_REQUEST, self._device).encoded()

    def _take(self, message: Message, step: Step, now: float) -> Step:
        if message.kind == _DATA:
            return self._take_data(message.text, step, now)
        if message.kind == _NOTHING:
            self.due = now + self._interval_secs
        return step

    def _take_data(self, text: bytes, step: Step, now: float) -> Step:
        number = text[:3]
        key = f"{number.decode('latin-1')} {sha256(text).hexdigest()}"
        answer = Message(_RESPONSE, number + _ACK).encoded() + self._request(now)
        if key == self._last:
            return step._replace(send=step.send + answer)
        self._last = key
        return step._replace(records=(*step.records, text[3:]), memory=key, send=step.send + answer)


def _device(login: Login) -> bytes:
    device = count(login.values, DEVICE)
    if device > 3:
        raise bad_value(DEVICE, str(device), "It is 0 to 3.")
    return f"{device:02}".encode()


# --- the switch's side -------------------------------------------------------------------------

#: "Nothing there" is said if no record came up for so long after a request.
_PATIENCE_SECS = 0.05
#: A client that asks for nothing for so long is cut.
_SILENCE_SECS = 60.0


class NecSwitch:
    """Keeps a message until it is acknowledged; serves one client."""

    keeps_records = True
    room_bytes = 1000
    max_clients = 1

    def __init__(self) -> None:
        self.sequence = 0

    def answer(self) -> Peer:
        """Return the peer of a new connection."""
        return _NecPeer(self)


class _NecPeer(QuietPeer):
    def __init__(self, switch: NecSwitch) -> None:
        self._switch = switch
        self._heard = b""
        self._device = b"00"

    def connected(self, now: float, *, is_busy: bool) -> Reply:
        """The client speaks first; a second one is cut."""
        self.due = now + _SILENCE_SECS
        return Reply(hang_up="refused: there is a client already" if is_busy else "")

    def received(self, data: bytes, now: float) -> Reply:
        """Be ready for data after a request; count what is acknowledged."""
        try:
            messages, self._heard = messages_in(self._heard + data)
        except NotInStep:
            return Reply(hang_up="refused: it does not speak NEC's protocol")
        send = b""
        for message in messages:
            self.due = now + _SILENCE_SECS
            if message.kind == _REQUEST:
                self._device = message.text[:2]
                self.is_ready, self.due = True, now + _PATIENCE_SECS
            elif message.kind == _STATUS:
                send += Message(_NOTHING, self._device + b"2").encoded()
            elif message.kind == _DISCONNECT:
                return Reply(send, "a client has said good-bye")
            elif message.kind == _RESPONSE:
                self._acknowledged(message.text)
        return Reply(send)

    def passed(self, now: float) -> Reply:
        """There is nothing to be sent; or the client has gone silent."""
        if not self.is_ready:
            return Reply(hang_up="the client has shown no sign of life")
        self.is_ready, self.due = False, now + _SILENCE_SECS
        return Reply(Message(_NOTHING, self._device + b"1").encoded())

    def wrapped(self, records: bytes) -> bytes:
        """Return a data message; the same sequence until it is acknowledged."""
        self.is_ready, self.is_waiting = False, True
        number = self._device + str(self._switch.sequence).encode()
        return Message(_DATA, number + records).encoded()

    def _acknowledged(self, text: bytes) -> None:
        is_right = text[2:3] == str(self._switch.sequence).encode() and text[3:] == _ACK
        if self.is_waiting and is_right:
            self.is_waiting = False
            self._switch.sequence = (self._switch.sequence + 1) % 10


def _is_on(login: Login) -> bool:
    return choice(login.values, REQUESTS, ("yes", "no"), "no") == "yes"


def _make(login: Login) -> Session:
    requests = NecRequests(login)  # the options are checked in any case
    return requests if _is_on(login) else OpenLine()


def _make_switch(login: Login) -> Switch | None:
    return NecSwitch() if _is_on(login) else None


SESSION = SessionFormat(
    says=(
        "nothing is said by default; with requests=yes each record is asked for, and acknowledged "
        "once it is in the spool, so that none is lost and none taken twice; one client only"
    ),
    options=(
        FormatOption(REQUESTS, "yes: ask for records and acknowledge them", "no"),
        FormatOption(DEVICE, "with requests: the number of this SMDR device, 0 to 3", "0"),
        FormatOption(INTERVAL, "with requests: seconds between two when there is nothing", "5"),
    ),
    make=_make,
    make_switch=_make_switch,
)
