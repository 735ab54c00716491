"""Asterisk manager interface, event ``Cdr`` (formats.md 2.2).

Source: Asterisk, cdr/cdr_manager.c (names and order of the headers, ``[mappings]`` of
cdr_manager.conf) and main/manager.c (greeting, answers, blocks ended by an empty line).
"""

from __future__ import annotations

import re

from cmtel.domain.calls import CallRecord, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.asterisk_cdr import AsteriskCdrReader, Cdr, is_time_or_empty
from cmtel.formats.asterisk_legs import LegFacts, linkedid_rule
from cmtel.formats.asterisk_simulated import simulated_cdr
from cmtel.formats.block_framer import GREETING, BlockFramer
from cmtel.formats.direction import CONTEXTS, INTERNAL
from cmtel.formats.durations import whole
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.options import refuse_unknown
from cmtel.formats.recent_keys import RecentKeys
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.sessions.asterisk_manager import SESSION
from cmtel.formats.simulated import CallTimes
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "asterisk-ami"
OPTIONS = (ENCODING, INTERNAL, *CONTEXTS)

#: The fields of a Cdr in its order, each with the headers that send it.
_HEADERS = {
    "account_code": ("AccountCode",),
    "src": ("Source", "Src"),
    "dst": ("Destination", "Dst"),
    "context": ("DestinationContext", "DContext"),
    "caller_id": ("CallerID", "Clid"),
    "channel": ("Channel",),
    "dst_channel": ("DestinationChannel", "DstChannel"),
    "start": ("StartTime", "Start"),
    "answer": ("AnswerTime", "Answer"),
    "end": ("EndTime", "End"),
    "duration": ("Duration",),
    "billsec": ("BillableSeconds", "BillSec"),
    "disposition": ("Disposition",),
    "unique_id": ("UniqueID",),
    "linked_id": ("LinkedID",),
}
_FIELD_OF = {name.lower(): field for field, names in _HEADERS.items() for name in names}
_LINE_END = re.compile(r"\r\n|\n|\r")


class _BlockReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._cdrs = AsteriskCdrReader(options)
        self._seen = RecentKeys()
        #: Whether the input's lines end with CR LF only, as its first one does.
        self._is_crlf: bool | None = None

    def read(self, text: str, raw: str) -> Outcome:
        if self._is_crlf is None:
            first_end = _LINE_END.search(raw)
            self._is_crlf = first_end is not None and first_end[0] == "\r\n"
        if text.startswith(GREETING):
            return Skipped("session", raw)
        if not self._is_closed(raw):
            raise LineRejected("truncated")
        fields = _fields(text.split("\r\n") if self._is_crlf else _LINE_END.split(text))
        if "event" in fields:
            is_cdr = fields["event"].lower() == "cdr"
            return self._cdr(fields, raw) if is_cdr else Skipped("other-event", raw)
        if "response" in fields:
            return Skipped("session", raw)
        raise LineRejected

    def _is_closed(self, raw: str) -> bool:
        """Tell if the block ends with an empty line."""
        if self._is_crlf:
            return raw.endswith("\r\n\r\n")
        end = 2 if raw.endswith("\r\n") else 1
        return raw.endswith(("\n", "\r")) and raw[:-end].endswith(("\n", "\r"))

    def _cdr(self, fields: dict[str, str], raw: str) -> Outcome:
        unique_id, sequence = fields.get("unique_id"), fields.get("sequence")
        if not unique_id:
            raise LineRejected("missing-key")
        key = f"{unique_id} {sequence}" if sequence else None
        if key in self._seen:
            return Skipped("duplicate", raw)
        cdr = Cdr(caller_name="", **{field: fields.get(field, "") for field in _HEADERS})
        if not cdr.start or not all(map(is_time_or_empty, (cdr.start, cdr.answer, cdr.end))):
            raise LineRejected
        whole(cdr.duration)
        whole(cdr.billsec)
        call = self._cdrs.call(cdr, raw)
        if key:
            self._seen.add(key)
        return call


def _fields(lines: list[str]) -> dict[str, str]:
    """Return the values by field of a Cdr, else by header in small letters; the first counts."""
    fields: dict[str, str] = {}
    name, is_first = "", False
    for line in lines:
        header, colon, text = line.partition(":")
        if colon:
            name = header.strip(" \t").lower()
            name = _FIELD_OF.get(name, name)
            is_first = name not in fields
        else:
            text = f"{fields.get(name, '')} {header}"  # a value that goes on in the next line
        if is_first:
            fields[name] = _one_line(text)
    return fields


def block_facts(raw: str) -> LegFacts:
    """Return what the block of a leg says beside the call."""
    fields = _fields(raw.split("\r\n") if "\r\n" in raw else _LINE_END.split(raw))
    names = "channel", "dst_channel", "lastapplication", "disposition", "unique_id", "sequence"
    return LegFacts._make(fields.get(name, "") for name in names)


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").strip(" \t")


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _BlockReader(options)
    return LineDecoder(RecordTexts(options.values), reader.read, memory_records=LEG_MEMORY_RECORDS)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the event that Asterisk sends when the call has ended.

    It holds what a CDR does; LinkedID as where it is mapped. Without a call id, which every
    channel has, it is ``0``.
    """
    cdr = simulated_cdr(call)
    values = cdr._replace(unique_id=cdr.unique_id or "0", linked_id=cdr.linked_id or "0")._asdict()
    headers = [f"{names[0]}: {values[field]}" for field, names in _HEADERS.items()]
    block = "\r\n".join(("Event: Cdr", "Privilege: cdr,all", *headers, "", ""))
    return [EncodedRecord(CallTimes(call).total_secs, block.encode())]


FORMAT = Format(
    name=NAME,
    switch="Asterisk, manager event Cdr (cdr_manager)",
    transport=(
        "TCP: cmtel dials port 5038 and logs in with user, secret and Events: cdr; "
        "no history after a reconnect"
    ),
    default_port=5038,
    layout="""\
blocks of 'Name: value' lines, ended by an empty line; the event Cdr with the headers
AccountCode, Source, Destination, DestinationContext, CallerID, Channel, DestinationChannel,
StartTime, AnswerTime, EndTime, Duration, BillableSeconds, Disposition, UniqueID,
and LinkedID, Sequence where they are mapped in cdr_manager.conf; local time""",
    example="""\
Event: Cdr
AccountCode:
Source: 03023125010
Destination: 201
DestinationContext: from-trunk
CallerID: "Acme GmbH" <03023125010>
Channel: PJSIP/trunk1-00000a01
DestinationChannel: PJSIP/201-00000a02
StartTime: 2024-03-04 09:15:02
AnswerTime: 2024-03-04 09:15:09
EndTime: 2024-03-04 09:18:41
Duration: 219
BillableSeconds: 212
Disposition: ANSWERED
UniqueID: 1709543702.2561
""",
    options=OPTIONS,
    make_framer=BlockFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=linkedid_rule(
        "LinkedID where it is mapped; else UniqueID, which joins the records of one channel",
        block_facts,
    ),
    session=SESSION,
)
