"""Asterisk channel event log, ``cel-custom`` (formats.md 2.3): calls joined from events.

Source: Asterisk, cel/cel_custom.c with configs/samples/cel_custom.conf.sample (order of the
columns) and main/cel.c (names of the events; ``LINKEDID_END`` when the last channel is gone).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.direction import CONTEXTS, INTERNAL, NumberPlan, parties
from cmtel.formats.framers import LineFramer
from cmtel.formats.joining_decoder import Line, OpenCall
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.recent_keys import RecentKeys
from cmtel.formats.row_joining import RowJoiningDecoder
from cmtel.formats.seam import DecodeOptions, Decoder, Format
from cmtel.formats.state import state_of
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts
from cmtel.formats.times import SwitchClock, iso, iso_time, ms_between

NAME = "asterisk-cel"
OPTIONS = (ENCODING, INTERNAL, *CONTEXTS)

_CSV = StrictCsv()
_FEWEST_COLUMNS = 16
_EVENT_TYPE = re.compile("[A-Z_]+")
_EPOCH = re.compile(r"[0-9]{1,11}(?:\.[0-9]{1,9})?")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?")
#: 16 or 20 columns as Asterisk writes them, all in quotes and none inside; epoch seconds.
_TEXT, _UNUSED = '"([^"]*+)"', '"[^"]*+"'
_AS_WRITTEN = re.compile(
    f'"([A-Z_]++)","({_EPOCH.pattern})",{_TEXT},{_TEXT},(?:{_UNUSED},){{3}}{_TEXT},{_TEXT},{_TEXT},'
    f'(?:{_UNUSED},){{3}}{_TEXT},{_TEXT},"([^"]++)"(?:,(?:{_UNUSED},){{3}}{_TEXT})?'
)
#: In ``eventextra`` of a HANGUP: the cause "user busy". Source: ITU-T Q.850, cause 17.
_BUSY = "17,"


class _Event(NamedTuple):
    kind: str
    #: Epoch seconds, or a local time.
    time: str
    name: str
    caller: str
    called: str
    context: str
    channel: str
    account_code: str
    unique_id: str
    linked_id: str
    extra: str
    raw: str


@dataclass(slots=True)
class _Channel:
    """What the events of one channel said; of each text the first that is not empty."""

    line: str
    name: str = ""
    caller: str = ""
    start: _Event | None = None
    answer: datetime | None = None
    is_busy: bool = False

    def note(self, event: _Event) -> None:
        """Learn from an event; the time of an answer is another's to find."""
        self.name = self.name or event.name
        self.caller = self.caller or event.caller
        if event.kind == "CHAN_START":
            self.start = self.start or event
        elif event.kind == "HANGUP":
            self.is_busy = self.is_busy or event.extra.startswith(_BUSY)


@dataclass(slots=True)
class _Facts:
    """An open call: of its channels only those that may be the originating one are kept."""

    call_id: str
    start: datetime
    #: By uniqueid: the originating channel, and that of the first event in its place.
    channels: dict[str, _Channel] = field(default_factory=dict)
    end: datetime | None = None

    @property
    def originator(self) -> _Channel:
        """The channel whose uniqueid is the linkedid, else that of the first event."""
        return self.channels.get(self.call_id) or next(iter(self.channels.values()))


class _CelDecoder(RowJoiningDecoder[_Facts, _Event]):
    memory_records = LEG_MEMORY_RECORDS

    def __init__(self, options: DecodeOptions) -> None:
        super().__init__(RecordTexts(options.values), _read_event, is_csv=True)
        self._plan = NumberPlan(options.values)
        self._clock = SwitchClock(options.timezone)
        self._legs = LegCounter()
        self._finished = RecentKeys()

    def take_row(self, row: _Event, line: Line) -> None:
        """Take one event."""
        key = row.linked_id
        call = self._open.get(key)
        if call:
            self.join(call, line)
        elif key in self._finished:
            self.emit(Skipped("other-event", line.raw), line)
            return
        elif row.kind == "LINKEDID_END":
            raise LineRejected("orphan")
        else:
            self.begin(key, line, _Facts(key, self._moment(row, None)))
            call = self._open[key]
        self._note(call.facts, row)
        if row.kind == "LINKEDID_END":
            call.facts.end = self._moment(row, call.facts.start)
            self._finished.add(key)
            self.close(key, line.sequence)

    def closed(self, call: OpenCall[_Facts]) -> CallRecord:
        """Return the call; without LINKEDID_END its end is not known."""
        facts = call.facts
        channel = facts.originator
        start, answer, end = facts.start, channel.answer, facts.end
        caller = caller_number(channel.caller)
        called = number(channel.start.called) if channel.start else None
        context = channel.start.context if channel.start else None
        direction = self._plan.direction(caller, called, context)
        remote, local = parties(direction, caller, called)
        is_in = direction == "in"
        talk_ms = ms_between(answer, end) if answer else 0
        return CallRecord(
            direction=direction,
            state=state_of(0, is_answered=answer is not None, is_busy=channel.is_busy),
            started_at=iso(start),
            ended_at=None if end is None else iso(end),
            remote_number=remote,
            local_number=local,
            forwarded_via=None,
            name=party_name(channel.name, caller) if is_in else None,
            ring_ms=ms_between(start, answer or end),
            connected_secs=None if end is None or talk_ms is None else talk_ms // 1000,
            charge=None,
            charge_cents=None,
            currency=None,
            line=_line_name(channel.line) if is_in else None,
            account_code=(channel.start.account_code if channel.start else "") or None,
            call_id=facts.call_id,
            leg=self._legs.next_leg(facts.call_id),
            raw=call.raw,
        )

    def _note(self, facts: _Facts, event: _Event) -> None:
        channel = facts.channels.get(event.unique_id)
        if channel is None:
            if facts.channels and event.unique_id != facts.call_id:
                return
            channel = facts.channels[event.unique_id] = _Channel(event.channel)
        channel.note(event)
        if event.kind == "ANSWER" and channel.answer is None:
            channel.answer = self._moment(event, facts.start)

    def _moment(self, event: _Event, after: datetime | None) -> datetime:
        if _EPOCH.fullmatch(event.time):
            return self._clock.epoch(float(event.time))
        return self._clock.at(iso_time(event.time), after=after)


def _read_event(text: str, raw: str) -> _Event:
    found = _AS_WRITTEN.fullmatch(text)
    if found:
        return _Event._make((*found.groups(""), raw))
    columns = _CSV.split(text)
    if len(columns) < _FEWEST_COLUMNS:
        raise LineRejected
    kind, time, linked_id = columns[0], columns[1], columns[15]
    if not linked_id or not _EVENT_TYPE.fullmatch(kind):
        raise LineRejected
    if not _EPOCH.fullmatch(time):
        if not _LOCAL.fullmatch(time):
            raise LineRejected
        iso_time(time)
    extra = columns[19] if len(columns) > 19 else ""
    name, caller, called, context, channel = columns[2], columns[3], *columns[7:10]
    ids = columns[13], columns[14], linked_id
    return _Event(kind, time, name, caller, called, context, channel, *ids, extra, raw)


def _line_name(channel: str) -> str | None:
    return (channel[: channel.rfind("-")] if "-" in channel else channel) or None


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _CelDecoder(options)


FORMAT = Format(
    name=NAME,
    switch="Asterisk, channel event log of cel_custom",
    transport="file, tailed: as named in cel_custom.conf",
    default_port=None,
    layout="""\
strict CSV, comma; 16 to 20 columns, one event each, joined by linkedid to LINKEDID_END:
eventtype,eventtime,cid name,cid num,ani,rdnis,dnid,exten,context,channel name,app,appdata,
amaflags,accountcode,uniqueid,linkedid[,peer,userfield,userdeftype,eventextra]
eventtime is epoch seconds with fraction (UTC) or YYYY-MM-DD HH:MM:SS[.f], local""",
    example=(
        '"CHAN_START","1709543702.100000","Acme GmbH","03023125010","03023125010","","","201",'
        '"from-trunk","PJSIP/trunk1-00000001","","","3","","1709543702.1","1709543702.1",'
        '"","","",""'
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    spans_records=True,
)
