"""beroNet gateways, CDR list (formats.md 9.8).

Source: the CDR list of a beroNet gateway, as its web interface gives it.
"""

from __future__ import annotations

import re

from cmtel.domain.calls import CallRecord, Direction, Outcome
from cmtel.errors import LineRejected
from cmtel.formats.asterisk_cdr import displayed_name
from cmtel.formats.call_stamps import CallStamps
from cmtel.formats.dates import full_year
from cmtel.formats.direction import parties
from cmtel.formats.framers import LineFramer
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.numbers import caller_number, number, party_name, sip_user
from cmtel.formats.options import choice, refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format, FormatOption
from cmtel.formats.simulated import CallTimes
from cmtel.formats.state import state_of
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "beronet"
OWN_SIDE = FormatOption("own-side", "isdn or sip: on which side the telephones are", default="isdn")
OPTIONS = (ENCODING, OWN_SIDE)

_TIME = re.compile("([0-9]{2})/([0-9]{2})/([0-9]{2})-([0-9]{2}:[0-9]{2}:[0-9]{2})")
_PORT = re.compile("[A-Z]+(?::.*)?", re.DOTALL)
_UNSET = "-"
#: How the cause of a busy call ends. Source: ITU-T Q.850, cause 17; RFC 3261, 486.
_BUSY = (":17", ":486")
_FIELDS = 16
_START = 8
_DISCONNECT = 11


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._own = choice(options.values, OWN_SIDE.name, ("isdn", "sip"), "isdn").upper()
        self._stamps = CallStamps(options)
        self._legs = LegCounter()

    def read(self, text: str, raw: str) -> Outcome:
        fields = text.split(",")
        if len(fields) == _FIELDS - 1:
            fields.insert(_DISCONNECT, _UNSET)
            if _TIME.fullmatch(fields[_START - 1]):  # a number is what is missing
                raise LineRejected
        if len(fields) != _FIELDS or fields[0] != "CDR":
            raise LineRejected
        _, call_id, source, target, *numbers = fields[:8]
        start, end, connect, disconnect, _, cause = fields[8:14]
        if not _PORT.fullmatch(source) or not _PORT.fullmatch(target):
            raise LineRejected
        direction = self._direction(source, target)
        caller, called = _parties(source, target, numbers)
        remote, local = parties(direction, caller, called)
        start_text, end_text, connect_text = map(_local_time, (start, end, connect))
        is_answered = bool(connect_text)
        times = self._stamps.read(start_text, connect_text, end_text)
        talk_ms = times.talk_ms
        if disconnect_text := _local_time(disconnect):
            talk_ms = self._stamps.read(start_text, connect_text, disconnect_text).talk_ms
        ring_ms = times.answered_after_ms if is_answered else times.total_ms
        connected_secs = None if talk_ms is None else talk_ms // 1000
        leg = self._legs.next_leg(call_id or None)
        return CallRecord(
            direction=direction,
            state=state_of(0, is_answered=is_answered, is_busy=cause.endswith(_BUSY)),
            started_at=times.started_at,
            ended_at=times.ended_at,
            remote_number=remote,
            local_number=local,
            forwarded_via=None,
            name=_name(source, numbers[0], caller) if direction == "in" else None,
            ring_ms=ring_ms,
            connected_secs=connected_secs if is_answered else 0,
            charge=None,
            charge_cents=None,
            currency=None,
            line={"in": source, "out": target}.get(direction or ""),
            account_code=None,
            call_id=call_id or None,
            leg=leg,
            raw=raw,
        )

    def _direction(self, source: str, target: str) -> Direction | None:
        is_from_own, is_to_own = source.startswith(self._own), target.startswith(self._own)
        if is_from_own:
            return "internal" if is_to_own else "out"
        return "in" if is_to_own else None


def _parties(source: str, target: str, numbers: list[str]) -> tuple[str | None, str | None]:
    """Return caller and called: the pair of the side that is not SIP has them as dialled."""
    is_target_plainer = source.startswith("SIP") and not target.startswith("SIP")
    caller, called = numbers[2:] if is_target_plainer else numbers[:2]
    return caller_number(sip_user(caller)), number(sip_user(called))


def _name(source: str, address: str, caller: str | None) -> str | None:
    """Return the display name of a caller from SIP."""
    if not source.startswith("SIP") or "<" not in address:
        return None
    return party_name(displayed_name(address), caller)


def _local_time(text: str) -> str:
    """Return a time as ``YYYY-MM-DD HH:MM:SS``, empty if it is unset."""
    if text == _UNSET:
        return ""
    found = _TIME.fullmatch(text)
    if not found:
        raise LineRejected
    return f"{full_year(int(found[1]))}-{found[2]}-{found[3]} {found[4]}"


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return LineDecoder(RecordTexts(options.values), reader.read, memory_records=LEG_MEMORY_RECORDS)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line of a call between ISDN telephones and SIP lines; 16 fields.

    A name goes with the caller of an incoming call, if it holds nothing that would cut the line.
    """
    times = CallTimes(call)
    caller, called = parties(call.direction, call.remote_number, call.local_number)
    pair = f"{caller or 'anonymous'},{called or ''}"
    foreign = call.line if call.line and call.line.startswith("SIP") else "SIP"
    name = f'"{call.name}" ' if call.name and not set('",<') & set(call.name) else ""
    sip_pair = f"{name}<sip:{caller or 'anonymous'}@192.0.2.1>,<sip:{called or ''}@192.0.2.2>"
    sides = {
        "in": f"{foreign},ISDN:1:1,{sip_pair},{pair}",
        "internal": f"ISDN:1:1,ISDN:1:2,{pair},{pair}",
    }.get(call.direction or "", f"ISDN:1:1,{foreign},{pair},{sip_pair}")
    start, answer, end = (
        f"{at:%y/%m/%d-%H:%M:%S}" for at in (times.start, times.answer, times.end)
    )
    stamps = f"{answer},{end}" if call.state == "CONN" else "-,-"
    cause = "17" if call.state == "BUSY" else "16"
    line = (
        f"CDR,{call.call_id or ''},{sides},{start},{end},{stamps},ISDN,EVENT_DISCONNECT:{cause},-,-"
    )
    return [EncodedRecord(times.total_secs, f"{line}\n".encode())]


FORMAT = Format(
    name=NAME,
    switch="beroNet gateway, CDR list",
    transport="HTTP: cmtel asks the gateway",
    default_port=80,
    layout="""\
cut at commas, no quoting; 16 fields, or 15 without disconnect:
CDR,id,source port,target port,caller,called,caller,called,start,end,connect,disconnect,side,
cause,-,-
the first pair of numbers is that of the source side, the second that of the target side
ports ISDN:.. or SIP..; times YY/MM/DD-HH:MM:SS, local, or -""",
    example=(
        "CDR,18,ISDN:1:1,SIP,100,03023125010,100 <sip:trunk@sip.example.net>,"
        "<sip:03023125010@sip.example.net>,24/07/21-22:39:38,24/07/21-22:40:10,"
        "24/07/21-22:39:53,24/07/21-22:40:10,ISDN,EVENT_DISCONNECT:16,-,-"
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
)
