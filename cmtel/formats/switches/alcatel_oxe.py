"""Alcatel-Lucent OmniPCX Enterprise: Ethernet tickets (formats.md 8.3).

Source: Alcatel-Lucent, OmniPCX Enterprise, "Accounting: Real time CDR on IP (Ethernet tickets)".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cmtel.domain.calls import CallRecord, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.charges import UNIT_PRICE
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.options import refuse_unknown
from cmtel.formats.outcomes import empty_outcome, nothing
from cmtel.formats.oxe_messages import (
    OxeFramer,
    begins_as_message,
    is_whole_message,
    ticket_body,
)
from cmtel.formats.oxe_tickets import TicketReader, encode
from cmtel.formats.seam import Decoded, DecodeOptions, Decoder, Format
from cmtel.formats.sessions.oxe_link import SESSION
from cmtel.formats.text import ENCODING, RecordTexts, is_oversize, raw_text

NAME = "alcatel-oxe"
OPTIONS = (ENCODING, UNIT_PRICE)

_TYPE_BYTES = 4
_CDR = b"\x01\x00\x02\x00"
_NO_TICKETS = {
    b"\x01\x00\x06\x00": "other-record",  # MAO
    b"\x01\x00\x07\x00": "other-record",  # VoIP
    b"\x01\x00\x01\x00": "session",  # empty
}
#: Line ends too: the text of a message is one ticket, whatever is in it.
_NOISE = bytes(code for code in (*range(0x20), 0x7F) if code != 0x09)


class _OxeDecoder(LineDecoder):
    """Tickets of messages or of lines; the first record of the input tells which."""

    def __init__(self, options: DecodeOptions) -> None:
        self._ticket_texts = RecordTexts(options.values)
        self._read_ticket = TicketReader(options).read
        super().__init__(
            RecordTexts(options.values), self._read_ticket, memory_records=LEG_MEMORY_RECORDS
        )
        self._has_messages: bool | None = None

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return one outcome a record."""
        if not records:
            return nothing()
        if self._has_messages is None:
            self._has_messages = begins_as_message(records[0]) or is_whole_message(records[0])
        if not self._has_messages:
            return super().decode(records, first_sequence, received_utc)
        outcomes = [self._message(record) for record in records]
        end = first_sequence + len(outcomes)
        return Decoded(outcomes, range(first_sequence, end), [1] * len(outcomes), records)

    def _message(self, record: bytes) -> Outcome:
        raw = raw_text(record)
        if is_oversize(record):
            return Rejected("oversize", raw)
        if not is_whole_message(record):
            return Rejected("truncated", raw)
        body = ticket_body(record)
        if body is None:
            return Skipped("session", raw)
        kind = body[:_TYPE_BYTES]
        if kind in _NO_TICKETS:
            return Skipped(_NO_TICKETS[kind], raw)
        if kind != _CDR:
            return Rejected("unparsed", raw)
        return self._ticket(body[_TYPE_BYTES:].translate(None, _NOISE), raw)

    def _ticket(self, body: bytes, raw: str) -> Outcome:
        (text,), _ = self._ticket_texts.read([body])
        if not text or text.isspace():
            return empty_outcome(text, raw)
        try:
            return self._read_ticket(text, raw)
        except LineRejected as error:
            return Rejected(error.reason, raw)


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _OxeDecoder(options)


_EXAMPLE = CallRecord(
    direction="out",
    state="CONN",
    started_at="2024-05-06T10:00:04",
    ended_at="2024-05-06T10:02:15",
    remote_number="0199001234",
    local_number="4001",
    forwarded_via=None,
    name=None,
    ring_ms=6000,
    connected_secs=125,
    charge="0.36",
    charge_cents=36,
    currency=None,
    line="3",
    account_code="778",
    call_id="90211",
    leg=1,
    raw="",
)

FORMAT = Format(
    name=NAME,
    switch="Alcatel-Lucent OmniPCX Enterprise: Ethernet tickets ED5.2",
    transport="TCP: cmtel dials port 2533 of the main server; one client only",
    default_port=2533,
    layout="""\
messages: length (two bytes, high byte first) and so many bytes; of 772 bytes: type 01 00 02 00
  and the ticket, padded with NUL; or text, one ticket a line
ticket ED5.2: 1-5 version, 6-35 called, 36-65 charged, 137-166 calling, 167-168 call type,
  170-186 end yyyymmdd hh:mm:ss, 187-191 units, 192-201 cost, 202-211 duration, 217-221 trunk
  group, 228-243 access code, 349-358 reference, 396-425 first dialled, 426-430 waiting,
  431-440 effective duration, 442-458 start""",
    example=encode(_EXAMPLE)[0].data.decode().rstrip(),
    options=OPTIONS,
    make_framer=OxeFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=legs_by_call_id("CallReference", is_reused=True),
    session=SESSION,
)
