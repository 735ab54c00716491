"""Avaya IP Office SMDR (formats.md 3.1).

Source: Avaya IP Office Web Manager, "SMDR Fields", fields 1 to 37; "SMDR" for the devices.
"""

from __future__ import annotations

import re
from functools import lru_cache

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.charges import charge
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.durations import clock_secs, whole
from cmtel.formats.framers import LineFramer
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS
from cmtel.formats.numbers import caller_number, number, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format
from cmtel.formats.simulated import CallTimes, clock_text, quoted
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts
from cmtel.formats.times import SwitchClock, iso_time

NAME = "avaya-ipo"
OPTIONS = (ENCODING,)

_CSV = StrictCsv()
_TIME = "[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
#: Fields 1, 2, 3, 5, 9, 10 and 11, which have to be as described.
_CHECKED = re.compile(
    f"{_TIME},[0-9]{{2,7}}:[0-5][0-9]:[0-5][0-9],[0-9]{{1,9}},[IO],[01],[0-9]{{1,18}},[01]"
)
_RECORD_TIME = re.compile(_TIME)
_REMEMBERED = 65_536


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._clock = SwitchClock(options.timezone)
        self._legs = LegCounter()
        self._charge = lru_cache(_REMEMBERED)(charge)

    def read(self, text: str, raw: str) -> Outcome:
        if text.startswith("Call Start,"):
            return Skipped("header", raw)
        fields = _CSV.split(text)
        if len(fields) < 30:
            raise LineRejected
        start, connected, ring, _, way, _, _, _, is_internal, call_id, more = fields[:11]
        if not _CHECKED.fullmatch(
            f"{start},{connected},{ring},{way},{is_internal},{call_id},{more}"
        ):
            raise LineRejected
        return self._call(fields, raw)

    def _call(self, fields: list[str], raw: str) -> CallRecord:
        """Make the call of a record whose needed fields were checked."""
        (
            _, connected, ring, _, way, _, _, account, is_internal, call_id, _,
            device1, _, device2, _, hold, park, _, _, _, price, currency,
        ) = fields[:22]  # fmt: skip
        direction: Direction = "in" if way == "I" else "internal" if is_internal == "1" else "out"
        connected_secs, ring_secs = clock_secs(connected), int(ring)
        pauses_secs = _pauses_secs(hold, park)
        started_at, ended_at = self._times(fields, ring_secs + connected_secs, pauses_secs)
        leg = self._legs.next_leg(call_id)
        if leg != 1 and not _has_record_time(fields):
            ended_at = None  # Call Start is that of the whole call
        cost = self._charge(price, currency)
        remote, local, forwarded_via, name = _parties(fields, direction)
        return tuple.__new__(
            CallRecord,
            (
                direction, "CONN" if connected_secs else "RING", started_at, ended_at,
                remote, local, forwarded_via, name, ring_secs * 1000, connected_secs,
                cost.text if cost else None, cost.cents if cost else None, currency or None,
                device1 if device1[:1] == "T" else device2 if device2[:1] == "T" else None,
                account or None, call_id, leg, raw,
            ),
        )  # fmt: skip

    def _times(
        self, fields: list[str], busy_secs: int, pauses_secs: int | None
    ) -> tuple[str, str | None]:
        """Return start and end: the record time if it is sent, else by the lengths."""
        start = iso_time(fields[0].replace("/", "-"))
        if _has_record_time(fields):
            return self._clock.pair(start, iso_time(fields[34].replace("/", "-")))
        if pauses_secs is None:
            return self._clock.span(start, 0)[0], None
        return self._clock.span(start, busy_secs + pauses_secs)


def _has_record_time(fields: list[str]) -> bool:
    return len(fields) > 34 and _RECORD_TIME.fullmatch(fields[34]) is not None


def _pauses_secs(hold: str, park: str) -> int | None:
    """Hold and park time; None if one of them is not what it should be."""
    try:
        return whole(hold or "0") + whole(park or "0")
    except LineRejected:
        return None


def _parties(
    fields: list[str], direction: Direction
) -> tuple[str | None, str | None, str | None, str | None]:
    """Return (remote_number, local_number, forwarded_via, name)."""
    caller, called = caller_number(fields[3]), number(fields[5])
    device1, device2 = fields[11], fields[13]
    if direction == "in":
        answered_by = _extension(device1) or _extension(device2)
        is_other = answered_by is not None and called != answered_by
        return caller, answered_by or called, called if is_other else None, None
    local = caller or _extension(device1)
    dialled = number(fields[6])
    if direction == "out":
        return dialled or called, local, None, None
    remote = called or dialled
    return remote, local, None, party_name(fields[14], remote) if _extension(device2) else None


def _extension(device: str) -> str | None:
    """Return the number of an extension device (``E201``); None for trunks, voicemail, nothing."""
    return number(device[1:]) if device[:1] == "E" else None


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return CsvDecoder(RecordTexts(options.values), reader.read, memory_records=LEG_MEMORY_RECORDS)


def encode(call: CallRecord) -> list[EncodedRecord]:
    """Return the line of 35 fields that the switch sends when the call has ended.

    ``state`` follows from the connected time; a call id has digits only, others of it are lost.
    """
    times = CallTimes(call)
    is_in, is_internal = call.direction == "in", call.direction == "internal"
    remote, local = call.remote_number or "", call.local_number or ""
    caller, called = (remote, call.forwarded_via or local) if is_in else (local, remote)
    extension = f"E{local}" if local else ""
    other = f"E{remote}" if is_internal else call.line or ""
    fields = [
        *(f"{times.start:%Y/%m/%d %H:%M:%S}", clock_text(times.talk_secs), str(times.ring_secs)),
        *(caller, "I" if is_in else "O", called, called, call.account_code or ""),
        *("1" if is_internal else "0", re.sub("[^0-9]", "", call.call_id or "") or "0", "0"),
        *(extension, "", other, (call.name or "") if is_internal else ""),
        *("0", "0", "0", "n/a", "", call.charge or "", call.currency or ""),
        *("", "", "", "", "", "", "", "", "", "", "", ""),
        f"{times.end:%Y/%m/%d %H:%M:%S}" if call.ended_at else "",
    ]
    line = ",".join(quoted(field) if set(field) & set('",') else field for field in fields)
    return [EncodedRecord(times.total_secs, f"{line}\r\n".encode())]


FORMAT = Format(
    name=NAME,
    switch="Avaya IP Office, SMDR",
    transport=(
        "TCP: the system dials cmtel (any free port, often 33333, 9000 or 1150) and keeps up to "
        "3000 records while nobody listens; with SMDR address 0.0.0.0 cmtel dials"
    ),
    default_port=33333,
    layout="""\
strict CSV, comma, CR LF; 30 to 37 fields:
Call Start,Connected Time,Ring Time,Caller,Direction,Called Number,Dialled Number,Account,
Is Internal,Call ID,Continuation,Party1Device,Party1Name,Party2Device,Party2Name,Hold Time,
Park Time,AuthValid,AuthCode,User Charged,Call Charge,Currency,Amount at Last User Change,
Call Units,Units at Last User Change,Cost per Unit,Mark Up,External Targeting Cause,
External Targeter Id,External Targeted Number[,addresses and unique ids,SMDR Record Time,...]
one record a segment of a call; local time""",
    example=(
        "2024/02/10 14:30:00,00:03:45,7,201,O,+442079460234,+442079460234,ACCT001,0,1000014160,0,"
        "E201,John Smith,T9001,LINE 1.1,11,3,0,n/a,,0.00,GBP,0.00,,0,0.00,,HG:fb,Sales,"
        "+442079460234"
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    encode=encode,
)
