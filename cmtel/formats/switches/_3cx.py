"""3CX Phone System: CDR by active or passive socket, or in files (formats.md 5).

The administrator chooses the fields and their order; the option ``fields`` says the same here.
Values are not quoted, and names of people hold commas.

Source: 3CX Admin Guide, "CDR output": fields of version 20, tokens of the types; active and passive
socket.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.errors import LineRejected
from cmtel.formats.charges import charge
from cmtel.formats.durations import clock_secs
from cmtel.formats.fields_3cx import FIELDS, FieldOrder, Fields3cx, parties
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.framers import LineFramer
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.numbers import party_name
from cmtel.formats.options import choice, refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format, FormatOption
from cmtel.formats.simulated import CallTimes, clock_text
from cmtel.formats.state import state_of
from cmtel.formats.text import ENCODING, RecordTexts
from cmtel.formats.times import SwitchClock, iso, iso_time, ms_between

NAME = "3cx"
OPTIONS = (
    ENCODING,
    FIELDS,
    FormatOption("clock", "utc or local: what the times are", default="utc"),
)
_MARK = "Call "
_TIME = re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?")
_REASONS = {"CONN": "TerminatedBySrc", "BUSY": "Busy", "RING": "NoAnswer"}


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._order = FieldOrder(options.values)
        self._has_answer_time = "time-answered" in self._order.names
        words = ("utc", "local")
        self._is_utc = choice(options.values, "clock", words, default="utc") == "utc"
        self._clock = SwitchClock(options.timezone)
        self._has_zone = options.timezone is not None
        # Without a zone all times have the same offset: they need none until they are written.
        self._offset = "+00:00" if self._is_utc and not self._has_zone else ""
        self._legs = LegCounter()

    def read(self, text: str, raw: str) -> Outcome:
        if not text.startswith(_MARK):
            raise LineRejected
        fields = self._order.cut(text[len(_MARK) :])
        start = self._moment(fields.time_start, None)
        if start is None:
            raise LineRejected
        answer, end = (
            self._moment(fields.time_answered, start),
            self._moment(fields.time_end, start),
        )
        ring_ms, connected_secs = self._lengths(fields, start, answer, end)
        is_busy = "busy" in fields.reason_terminated.lower()
        direction, remote, local, forwarded_via, name, line = parties(fields)
        cost = charge(fields.bill_cost) if fields.bill_cost else None
        call_id = fields.callid.strip() or fields.historyid.strip() or None
        return tuple.__new__(
            CallRecord,
            (
                direction,
                state_of(connected_secs, is_answered=answer is not None, is_busy=is_busy),
                iso(start) + self._offset, self._ended_at(start, end, ring_ms, connected_secs),
                remote, local, forwarded_via, party_name(name, remote), ring_ms, connected_secs,
                cost.text if cost else None, cost.cents if cost else None, None, line, None,
                call_id, self._legs.next_leg(call_id), raw,
            ),
        )  # fmt: skip

    def _moment(self, text: str, after: datetime | None) -> datetime | None:
        """Return the moment of a time; None if it is not sent."""
        sent = text.strip()
        if not sent:
            return None
        if not _TIME.fullmatch(sent):
            raise LineRejected
        local = iso_time(sent.replace("/", "-"))
        if not self._has_zone:
            return local
        if self._is_utc:
            return self._clock.utc(local.replace(tzinfo=UTC))
        return self._clock.at(local, after=after)

    def _lengths(
        self, fields: Fields3cx, start: datetime, answer: datetime | None, end: datetime | None
    ) -> tuple[int | None, int | None]:
        """Return ring time (ms) and connected time (s)."""
        duration = fields.duration.strip()
        secs = clock_secs(duration) if duration else None
        if not self._has_answer_time:
            return None, secs  # the administrator has left it out: nobody knows how long it rang
        if answer is None:
            return ms_between(start, end), 0
        if secs is None:
            talk_ms = ms_between(answer, end)
            secs = None if talk_ms is None else talk_ms // 1000
        return ms_between(start, answer), secs

    def _ended_at(
        self, start: datetime, end: datetime | None, ring_ms: int | None, secs: int | None
    ) -> str | None:
        if end is None:
            if ring_ms is None and not secs:
                return None
            end = self._clock.plus(start, (ring_ms or 0) / 1000 + (secs or 0))
        return iso(end) + self._offset


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return LineDecoder(RecordTexts(options.values), reader.read, memory_records=LEG_MEMORY_RECORDS)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line of the 27 default fields that the system sends when the call has ended.

    Times count as UTC; account codes are not sent. A name with a comma is sent as it is.
    """
    times = CallTimes(call)
    is_answered = call.state == "CONN"
    values = {
        "historyid": call.call_id,
        "callid": call.call_id,
        "duration": clock_text(times.talk_secs),
        "time-start": f"{times.start:%Y/%m/%d %H:%M:%S}",
        "time-answered": f"{times.answer:%Y/%m/%d %H:%M:%S}" if is_answered else None,
        "time-end": f"{times.end:%Y/%m/%d %H:%M:%S}",
        "reason-terminated": {"BUSY": "Busy", "RING": "NoAnswer"}.get(
            call.state, "TerminatedBySrc"
        ),
        "bill-cost": call.charge,
        **_encoded_parties(call),
    }
    text = ",".join(values.get(name) or "" for name in FIELDS.default.split(","))
    return [EncodedRecord(times.total_secs, f"{_MARK}{text}\r\n".encode())]


def _encoded_parties(call: CallRecord) -> dict[str, str | None]:
    remote, local, line = call.remote_number, call.local_number, call.line
    if call.direction == "in":
        first = call.forwarded_via or local
        return {
            "from-no": remote,
            "from-dn": line,
            "from-type": "Line",
            "from-dispname": call.name,
            "to-no": first and f"Ext.{first}",
            "to-dn": first,
            "to-type": "Extension",
            "final-number": local and f"Ext.{local}",
            "final-dn": local,
            "final-type": "Extension",
        }
    inside = {"from-no": local and f"Ext.{local}", "from-dn": local, "from-type": "Extension"}
    if call.direction == "internal":
        called = {"to-no": remote and f"Ext.{remote}", "to-dn": remote, "to-type": "Extension"}
    else:
        called = {"to-no": remote, "to-dn": line, "to-type": "Line", "dial-no": remote}
    return {**inside, **called, "to-dispname": call.name}


FORMAT = Format(
    name=NAME,
    switch="3CX Phone System: CDR",
    transport=(
        "TCP: the system dials cmtel (active socket, one connection a call) or cmtel dials "
        "(passive socket); or a file, cdr.log or one a call"
    ),
    default_port=None,
    layout="""\
"Call ", then values with commas between, never quoted; by default (option fields):
historyid,callid,duration,time-start,time-answered,time-end,reason-terminated,from-no,to-no,
from-dn,to-dn,dial-no,reason-changed,final-number,final-dn,bill-code,bill-rate,bill-cost,
bill-name,chain,from-type,to-type,final-type,from-dispname,to-dispname,final-dispname,
missed-queue-calls
times YYYY/MM/DD HH:MM:SS, UTC (option clock=local), duration HH:MM:SS; Ext. before extensions""",
    example=(
        "Call 1001,aa01_1,00:01:00,2024/05/02 08:00:00,2024/05/02 08:00:12,2024/05/02 08:01:12,"
        "TerminatedBySrc,03023125010,Ext.800,10000,800,800,,Ext.100,100,,,,,"
        "Chain: 03023125010;Ext.800;Ext.100;,Line,Queue,Extension,Acme GmbH,Reception,Eve,"
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=legs_by_call_id("callid, else historyid"),
)
