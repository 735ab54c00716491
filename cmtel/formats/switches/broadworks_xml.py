"""BroadWorks CDR files, XML (formats.md 9.9).

Source: Cisco BroadWorks, "Accounting Call Detail Record Interface Specification" (modules and
elements; times are UTC, with milliseconds).
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import partial

from cmtel.domain.calls import CallRecord, Direction, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.direction import INTERNAL, NumberPlan, parties
from cmtel.formats.joining_decoder import JoiningDecoder, Line, OpenCall
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS
from cmtel.formats.numbers import caller_number, number, party_name, sip_user
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.state import state_of
from cmtel.formats.text import ENCODING
from cmtel.formats.times import SwitchClock, iso, iso_time, ms_between
from cmtel.formats.xml_elements import ElementFramer, ElementReader, ElementTexts, leaf_texts

NAME = "broadworks-xml"
OPTIONS = (ENCODING, INTERNAL)

_RECORD = "cdrData"
_ELEMENTS = ElementReader(_RECORD)
#: Types of records that are no calls, with the reason why they are skipped.
_SKIPPED = {
    **dict.fromkeys(("Start", "End", "Failover"), "not-a-call"),
    **dict.fromkeys(("Interim", "Duration", "Long Duration"), "other-record"),
}
_CALL_TYPE = "Normal"
_DIRECTIONS: dict[str, Direction] = {"Originating": "out", "Terminating": "in"}
_TIME = re.compile(
    "([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})((?:[.][0-9]{1,6})?)"
)
#: User busy. Source: ITU-T Q.850.
_BUSY = "17"
_UNCLOSED = "unclosed"


class _BroadWorksDecoder(JoiningDecoder[None]):
    """An element without end is cut off if the input ends then, else broken: it has to wait."""

    memory_records = LEG_MEMORY_RECORDS

    def __init__(self, options: DecodeOptions) -> None:
        super().__init__(ElementTexts(options.values))
        self._plan = NumberPlan(options.values)
        self._clock = SwitchClock(options.timezone)
        self._legs = LegCounter()

    def take(self, line: Line) -> None:
        """Take one record."""
        if broken := self._open.pop(_UNCLOSED, None):
            self._out.add(Rejected("unparsed", broken.raw), line.sequence, *broken.records)
        element = _ELEMENTS.whole(line.text)
        if element is not None:
            self.emit(self._read(element, line.raw), line)
        elif _ELEMENTS.is_in(line.text):
            self.begin(_UNCLOSED, line, None)
        else:
            self.emit(Skipped("not-a-call", line.raw), line)

    def closed(self, call: OpenCall[None]) -> Outcome:
        """Return the rejection of an element that has no end."""
        return Rejected("truncated", call.raw)

    def _read(self, element: str, raw: str) -> Outcome:
        """Return the outcome of a whole element, which does not end with a line."""
        try:
            texts = leaf_texts(element)
            kind = texts.get("headerModule/type", "")
            if kind in _SKIPPED:
                return Skipped(_SKIPPED[kind], raw)
            if kind != _CALL_TYPE:
                return Rejected("unparsed", raw)
            return self._call(texts, raw)
        except LineRejected as error:
            return Rejected(error.reason, raw)

    def _call(self, texts: dict[str, str], raw: str) -> CallRecord:
        caller = caller_number(sip_user(texts.get("callingNumber", "")))
        called = number(sip_user(texts.get("calledNumber", "")))
        direction = self._direction(texts, caller, called)
        remote, local = parties(direction, caller, called)
        start = self._moment(texts, "startTime")
        if start is None:
            raise LineRejected
        is_answered = texts.get("answerIndicator") != "No"
        answer = self._moment(texts, "answerTime") if is_answered else None
        release = self._moment(texts, "releaseTime")
        talk_ms = ms_between(answer, release) if answer else 0
        name = texts.get("callingName" if direction == "in" else "calledName", "")
        call_id = texts.get("localCallId")
        is_busy = texts.get("terminationCause", "").lstrip("0") == _BUSY
        return CallRecord(
            direction=direction,
            state=state_of(0, is_answered=answer is not None, is_busy=is_busy),
            started_at=iso(start),
            ended_at=None if release is None else iso(release),
            remote_number=remote,
            local_number=local,
            forwarded_via=None,
            name=party_name(name, remote),
            ring_ms=ms_between(start, answer or release),
            connected_secs=None if talk_ms is None else talk_ms // 1000,
            charge=None,
            charge_cents=None,
            currency=None,
            line=texts.get("trunkGroupName"),
            account_code=texts.get("accountCode"),
            call_id=call_id,
            leg=self._legs.next_leg(call_id),
            raw=raw,
        )

    def _direction(
        self, texts: dict[str, str], caller: str | None, called: str | None
    ) -> Direction | None:
        if texts.get("asCallType") in ("Group", "Enterprise"):
            return "internal"
        sent = _DIRECTIONS.get(texts.get("direction", ""))
        return sent or self._plan.direction(caller, called)

    def _moment(self, texts: dict[str, str], name: str) -> datetime | None:
        text = texts.get(name)
        if text is None:
            return None
        found = _TIME.fullmatch(text)
        if not found:
            raise LineRejected
        year, month, day, hour, minute, second, fraction = found.groups()
        utc = iso_time(f"{year}-{month}-{day}T{hour}:{minute}:{second}{fraction}+00:00")
        return self._clock.utc(utc)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _BroadWorksDecoder(options)


FORMAT = Format(
    name=NAME,
    switch="Cisco BroadWorks, accounting CDR file",
    transport="file: one XML document",
    default_port=None,
    layout="""\
every element cdrData is a record; its texts are found by name in its modules:
type (Normal is a call), direction, asCallType, callingNumber, callingName, calledNumber,
calledName, startTime, answerIndicator, answerTime, releaseTime, terminationCause,
trunkGroupName, accountCode, localCallId
times YYYYMMDDHHMMSS.fff, UTC; the encoding is as declared""",
    example=(
        "<cdrData><headerModule><type>Normal</type></headerModule><basicModule>"
        "<direction>Originating</direction><callingNumber>+493023125001</callingNumber>"
        "<calledNumber>06990009001</calledNumber><startTime>20240601120005.250</startTime>"
        "<answerIndicator>No</answerIndicator><releaseTime>20240601120011.750</releaseTime>"
        "</basicModule></cdrData>"
    ),
    options=OPTIONS,
    make_framer=partial(ElementFramer, _RECORD),
    make_decoder=make_decoder,
)
