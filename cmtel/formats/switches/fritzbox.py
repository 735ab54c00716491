"""FRITZ!Box call monitor (formats.md 7.1): calls joined from RING or CALL to DISCONNECT.

Source: AVM, call monitor on TCP port 1012 (switched on by dialling ``#96*5*``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from cmtel.domain.calls import CallRecord
from cmtel.errors import LineRejected
from cmtel.formats.dates import full_year
from cmtel.formats.durations import whole
from cmtel.formats.framers import LineFramer
from cmtel.formats.joining_decoder import JoiningDecoder, Line, OpenCall
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.options import refuse_unknown
from cmtel.formats.peer import OpenSwitch
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.session import OpenLine, SessionFormat
from cmtel.formats.simulated import CallTimes
from cmtel.formats.state import state_of
from cmtel.formats.text import ENCODING, RecordTexts
from cmtel.formats.times import SwitchClock, iso, local_time, ms_between

NAME = "fritzbox"
OPTIONS = (ENCODING,)

_TIME = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{2}) ([0-9]{2}):([0-9]{2}):([0-9]{2})")
_ID = re.compile("[0-9]{1,9}")
_NUMBER_AT_END = re.compile("[0-9]{1,9}$")
#: Fields of an event, time and name included; the line is not sent by old firmware.
_FEWEST_FIELDS = {"RING": 5, "CALL": 6, "CONNECT": 5, "DISCONNECT": 4}


@dataclass(slots=True)
class _Facts:
    """What is known of an open call."""

    call_id: str
    is_incoming: bool
    remote_number: str | None
    local_number: str | None
    line: str | None
    start: datetime
    answer: datetime | None = None
    end: datetime | None = None
    connected_secs: int | None = None


class _FritzBoxDecoder(JoiningDecoder[_Facts]):
    def __init__(self, options: DecodeOptions) -> None:
        super().__init__(RecordTexts(options.values))
        self._clock = SwitchClock(options.timezone)

    def take(self, line: Line) -> None:
        """Take one event."""
        fields = line.text.strip(" \t").split(";")
        event = fields[1] if len(fields) > 1 else ""
        if len(fields) < _FEWEST_FIELDS.get(event, len(fields) + 1):
            raise LineRejected
        local = _local_time(fields[0])
        key = fields[2]
        if not _ID.fullmatch(key):
            raise LineRejected
        if event in ("RING", "CALL"):
            self.begin(key, line, self._facts(fields, local))
        elif event == "CONNECT":
            self._connect(key, line, local)
        else:
            self._disconnect(key, line, local, whole(fields[3]))

    def closed(self, call: OpenCall[_Facts]) -> CallRecord:
        """Return the call; what its missing records would have told is None."""
        facts = call.facts
        return CallRecord(
            direction="in" if facts.is_incoming else "out",
            state=state_of(facts.connected_secs, is_answered=facts.answer is not None),
            started_at=iso(facts.start),
            ended_at=None if facts.end is None else iso(facts.end),
            remote_number=facts.remote_number,
            local_number=facts.local_number,
            forwarded_via=None,
            name=None,
            ring_ms=_ring_ms(facts),
            connected_secs=facts.connected_secs,
            charge=None,
            charge_cents=None,
            currency=None,
            line=facts.line,
            account_code=None,
            call_id=facts.call_id,
            leg=1,
            raw=call.raw,
        )

    def _facts(self, fields: list[str], local: datetime) -> _Facts:
        is_incoming = fields[1] == "RING"
        # RING;id;caller;called;line and CALL;id;extension;own number;dialled;line
        caller, called, *rest = fields[3:] if is_incoming else fields[4:]
        remote, own = (caller_number(caller), called) if is_incoming else (number(called), caller)
        return _Facts(
            call_id=f"{local:%Y%m%d%H%M%S}-{fields[2]}",
            is_incoming=is_incoming,
            remote_number=remote,
            local_number=number(own),
            line=(rest[0] if rest else "") or None,
            start=self._clock.at(local),
        )

    def _connect(self, key: str, line: Line, local: datetime) -> None:
        call = self.find(key)
        # A second one (somebody picks up beside the answering machine) changes nothing.
        if self.join(call, line) and call.facts.answer is None:
            call.facts.answer = self._clock.at(local, after=call.facts.start)

    def _disconnect(self, key: str, line: Line, local: datetime, connected_secs: int) -> None:
        call = self.find(key)
        if self.join(call, line):
            call.facts.end = self._clock.at(local, after=call.facts.answer or call.facts.start)
            call.facts.connected_secs = connected_secs
            self.close(key, line.sequence)


def _ring_ms(facts: _Facts) -> int | None:
    if facts.answer is not None:
        return ms_between(facts.start, facts.answer)
    return None if facts.connected_secs else ms_between(facts.start, facts.end)


def _local_time(text: str) -> datetime:
    found = _TIME.fullmatch(text)
    if not found:
        raise LineRejected
    day, month, year, *clock = map(int, found.groups())
    return local_time(full_year(year), month, day, *clock)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _FritzBoxDecoder(options)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the events of a call, each at its time; it has no name, charge or account code.

    The id is the number at the end of the call id, 0 without one: calls that overlap must differ
    in it. An internal call is sent as an outgoing one.
    """
    times = CallTimes(call)
    number = _NUMBER_AT_END.search(call.call_id or "")
    key = number[0] if number else "0"
    remote, local, line = call.remote_number or "", call.local_number or "", call.line or ""
    if call.direction == "in":
        events = [(0, f"RING;{key};{remote};{local};{line};")]
    else:
        events = [(0, f"CALL;{key};1;{local};{remote};{line};")]
    if call.state == "CONN":
        events.append((times.ring_secs, f"CONNECT;{key};1;{remote};"))
    events.append((times.total_secs, f"DISCONNECT;{key};{times.talk_secs};"))
    return [
        EncodedRecord(
            secs, f"{times.start + timedelta(seconds=secs):%d.%m.%y %H:%M:%S};{text}\r\n".encode()
        )
        for secs, text in events
    ]


_SESSION = SessionFormat(
    says=(
        "nothing; a connection that died in silence is found by TCP keep-alive, within a minute; "
        "no acknowledgement, and no history: what happens while cmtel is away is lost"
    ),
    options=(),
    make=lambda _login: OpenLine(),
    make_switch=lambda _login: OpenSwitch(keeps_records=False, max_clients=8),
)

FORMAT = Format(
    name=NAME,
    switch="AVM FRITZ!Box, call monitor",
    transport=(
        "TCP: cmtel dials port 1012 (switched on by dialling #96*5*); no history after a "
        "reconnect, idle connections die silently: keep-alive"
    ),
    default_port=1012,
    layout="""\
lines, fields parted by ';', one event each, joined by id from RING or CALL to DISCONNECT:
DD.MM.YY HH:MM:SS;RING;id;caller;called;line;
DD.MM.YY HH:MM:SS;CALL;id;extension;own number;dialled;line;
DD.MM.YY HH:MM:SS;CONNECT;id;extension;number;
DD.MM.YY HH:MM:SS;DISCONNECT;id;seconds;
local time; old firmware sends no line""",
    example="31.12.25 23:59:50;RING;0;030123456;069987654;SIP0;",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    spans_records=True,
    encode=encode,
    session=_SESSION,
)
