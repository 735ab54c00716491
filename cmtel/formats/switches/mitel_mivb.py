"""Mitel MiVoice Business, 3300 ICP, SX-2000: SMDR (formats.md 4.2).

Source: Mitel MiVoice Business System Administration Tool Help, "SMDR": external and internal call
records, call completion status, call identifier and sequence; port 1752.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import CallSpans, day_secs, known_length
from cmtel.formats.days import YearlessDays, day_text
from cmtel.formats.durations import clock_secs
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.framers import LineFramer
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, LineDecoder
from cmtel.formats.mivb_line import MivbFields, split
from cmtel.formats.numbers import number
from cmtel.formats.options import refuse_unknown
from cmtel.formats.record_times import hour_of_day
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes
from cmtel.formats.state import state_of
from cmtel.formats.text import ENCODING, RecordTexts

NAME = "mitel-mivb"
OPTIONS = (ENCODING,)

_TRUNK = re.compile("[TX][0-9]{1,4}")
_START = re.compile("([0-9]{1,2})(:[0-9]{2}(?::[0-9]{2})?)([ap]?)")
_DIGITS = re.compile("[0-9]{1,9}")
_BUSY = "B"
#: What the simulated switch says of a call.
_STATUS = {"CONN": "A", "BUSY": _BUSY}
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_REMEMBERED = 65_536


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        # The date is always month and day, whichever the numbers are.
        self.days = YearlessDays(options, is_order_guessed=False)
        self._spans = CallSpans(options)
        self._legs = LegCounter()

    def read(self, text: str, raw: str) -> Outcome:
        try:
            return self._call(split(text), raw)
        except LineRejected:
            if "CLOCK MALFUNCTION" not in text:
                raise
        return Skipped("not-a-call", raw)

    def _call(self, fields: MivbFields, raw: str) -> CallRecord:
        date, start, duration, _, answer, _, status, _, account, _, call_id, sequence = fields
        secs = clock_secs(duration)
        ring_secs: int | None = None
        connected_secs = secs
        if "*" in answer:
            ring_secs, connected_secs = secs, 0
        elif answer:
            ring_secs = int(answer)
        started_at, ended_at = self._spans.from_start(
            self._day(date), _start_secs(start), known_length(ring_secs, connected_secs)
        )
        direction, remote, local, line = _parties(fields)
        return tuple.__new__(
            CallRecord,
            (
                direction, state_of(connected_secs, is_busy=status == _BUSY), started_at, ended_at,
                remote, local, None, None, None if ring_secs is None else ring_secs * 1000,
                connected_secs, None, None, None, line, account or None, call_id or None,
                self._leg(call_id, sequence), raw,
            ),
        )  # fmt: skip

    def _day(self, date: str) -> str:
        if "/" in date:
            return self.days.day(date)
        year, month, day = date.split("-")
        return day_text(int(year), int(month), int(day))

    def _leg(self, call_id: str, sequence: str) -> int | None:
        """Return the sequence as a number; without one the leg is counted."""
        if not call_id:
            return None
        if len(sequence) == 1 and sequence in _LETTERS:
            return _LETTERS.index(sequence) + 1
        return int(sequence) if _DIGITS.fullmatch(sequence) else self._legs.next_leg(call_id)


def _parties(
    fields: MivbFields,
) -> tuple[Direction, str | None, str | None, str | None]:
    """Return (direction, remote_number, local_number, line)."""
    calling, called, digits = fields.calling, fields.called, fields.digits
    dialled = digits[-1] if digits else None
    is_to_trunk = _TRUNK.fullmatch(called) is not None
    if _TRUNK.fullmatch(calling):
        network = digits[0] if len(digits) > 1 else None
        local = dialled if is_to_trunk or not called else called
        return "in", number(fields.ani) or network, local, calling
    if is_to_trunk:
        return "out", dialled, calling, called
    return "internal", called or dialled, calling, None


@lru_cache(_REMEMBERED)
def _start_secs(text: str) -> int:
    """Return the seconds since midnight of 24 h, or of 12 h with ``a`` or ``p``."""
    found = _START.fullmatch(text.lower())
    if not found:
        raise LineRejected
    hour, half = int(found[1]), found[3]
    if half:
        hour = hour_of_day(hour, half)
    return day_secs(f"{hour:02}{found[2]}")


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return LineDecoder(
        RecordTexts(options.values), reader.read,
        memory_records=LEG_MEMORY_RECORDS, received=reader.days.receive,
    )  # fmt: skip


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line with seconds that the system sends when the call has ended.

    Names, charges and forwarding are not sent; a call id has 8 characters, its last ones.
    """
    times = CallTimes(call)
    is_in, is_internal = call.direction == "in", call.direction == "internal"
    remote, local = call.remote_number or "", call.local_number or ""
    line = call.line if call.line and _TRUNK.fullmatch(call.line) else "T1"
    calling, called = (line, local) if is_in else (local, remote if is_internal else line)
    digits = f"{remote} {local}".strip() if is_in else remote
    secs = times.talk_secs or times.ring_secs
    answer = f"{times.ring_secs:04}" if times.talk_secs else "****"
    leg = call.leg if call.leg and call.leg <= len(_LETTERS) else 1
    text = (
        f" {times.start:%m/%d %H:%M:%S}  {secs // 3600:04}:{secs // 60 % 60:02}:{secs % 60:02} "
        f"{calling[:7] or '0':7} {answer:4} {digits[:26]:26}{_STATUS.get(call.state, ' ')} "
        f"{called[:7]:7}{'':10}{(call.account_code or '')[:12]:12}{'':27}"
        f"{(call.call_id or '')[-8:]:8}{_LETTERS[leg - 1] if call.call_id else ''}"
    )
    return [EncodedRecord(times.total_secs, text.rstrip().encode() + b"\r\n")]


FORMAT = Format(
    name=NAME,
    switch="Mitel MiVoice Business, 3300 ICP, SX-2000: SMDR",
    transport=(
        "TCP: cmtel dials port 1752; connecting empties the system's store, so a second collector "
        "steals records"
    ),
    default_port=1752,
    layout="""\
fixed positions; place and length of the duration tell the layout
                   date start duration calling answer digits status called account ANI id seq
hh:mm:ss at 16      2-6  8-14  16-23  25-28  30-32  35-60  61  63-66  74-85  92-101 114-121 122
hhhh:mm:ss at 16    2-6  8-14  16-25  27-33  35-38  40-63  64  66-72  83-94 103-112 122-129 130
hhhh:mm:ss at 18    2-6  8-16  18-27  29-35  37-40  42-67  68  70-76  87-98 107-116 126-133 134
or squeezed: date start duration calling [answer] [digits [digits]] [status] [called] ...
date MM/DD without year; the time is the start; local; answer **** is not answered""",
    example="%11/30 08:15:02  0000:12:01 6401    0005 6402                      I 6402",
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
    legs=legs_by_call_id("call id", is_reused=True),
)
