"""Avaya IP Office SMDR (formats.md 3.1).

Source: Avaya IP Office Web Manager, "SMDR Fields", fields 1 to 37; "SMDR" for the devices.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.charges import charge
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.durations import clock_secs, whole
from cmtel.formats.framers import LineFramer
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS, found_in_each
from cmtel.formats.numbers import caller_number, caller_numbers, number, numbers, party_name
from cmtel.formats.options import refuse_unknown
from cmtel.formats.outcomes import calls_of_columns
from cmtel.formats.seam import DecodeOptions, Decoder, EncodedRecord, Format, LegRule
from cmtel.formats.segments import fold_segments
from cmtel.formats.simulated import CallTimes, clock_text, quoted
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts
from cmtel.formats.times import SwitchClock, iso_times

NAME = "avaya-ipo"
OPTIONS = (ENCODING,)

_CSV = StrictCsv()
_TIME = "[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_CONNECTED, _RING, _CALL_ID = "[0-9]{2,7}:[0-5][0-9]:[0-5][0-9]", "[0-9]{1,9}", "[0-9]{1,40}"
#: Fields 1, 2, 3, 5, 9, 10 and 11, which have to be as described.
_CHECKED = re.compile(f"{_TIME},{_CONNECTED},{_RING},[IO],[01],{_CALL_ID},[01]")
_RECORD_TIME = re.compile(_TIME)
#: A line without quotes, as nearly all are: the fields of _Smdr, the record time if it is there.
_FIELD, _UNUSED = '([^,"]*+)', '[^,"]*+'
_WITHOUT_QUOTES = re.compile(
    f"({_TIME}),({_CONNECTED}),({_RING}),{_FIELD},([IO]),{_FIELD},{_FIELD},{_FIELD},([01]),"
    f"({_CALL_ID}),[01],{_FIELD},{_UNUSED},{_FIELD},{_FIELD},{_FIELD},{_FIELD},"
    f"(?:{_UNUSED},){{3}}{_FIELD},{_FIELD}(?:,{_UNUSED}){{8}}"
    f"(?:(?:,{_UNUSED}){{4}},(?:({_TIME})(?=,|$)|{_UNUSED}))?+(?:,{_UNUSED})*+"
)
#: The same in lines that are read together: layouts of times are checked by columns.
_ALL_WITHOUT_QUOTES = re.compile(
    "^" + _WITHOUT_QUOTES.pattern.replace(_TIME, ".{19}").replace('[^,"]', '[^,"\\n]') + "$",
    re.MULTILINE,
)
_REMEMBERED = 16_384
_NO_PAUSE = frozenset({"", "0"})
_new_tuple = tuple.__new__


class _Smdr(NamedTuple):
    """The fields that are used, as sent; those that are needed have been checked.

    ``record_time`` has the layout of a time, or is empty.
    """

    start: str
    connected: str
    ring: str
    caller: str
    way: str
    called: str
    dialled: str
    account_code: str
    is_internal: str
    call_id: str
    device1: str
    device2: str
    name2: str
    hold: str
    park: str
    charge: str
    currency: str
    record_time: str


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._clock = SwitchClock(options.timezone)
        self._legs = LegCounter()
        self._charge = lru_cache(_REMEMBERED)(charge)
        self._secs = lru_cache(_REMEMBERED)(clock_secs)

    def read(self, text: str, raw: str) -> Outcome:
        line = text.strip(" \t")
        found = _WITHOUT_QUOTES.fullmatch(line)
        if found:
            return self._call(_new_tuple(_Smdr, found.groups("")), raw)
        if line.startswith("Call Start,"):
            return Skipped("header", raw)
        return self._call(_from_fields(_CSV.split(line)), raw)

    def read_alike(self, texts: Sequence[str], raws: Sequence[str]) -> list[Outcome]:
        """Read lines without quotes that all have a record time; LineRejected if one is not so."""
        rows = found_in_each(_ALL_WITHOUT_QUOTES, texts)
        (
            starts, connected, rings, callers, ways, called, dialled, account_codes,
            are_internal, call_ids, first, second, names, _, _, charges, currencies, ends,
        ) = zip(*rows, strict=True)  # fmt: skip
        if not all(ends):
            raise LineRejected
        started, ended = _iso_texts(starts), _iso_texts(ends)
        iso_times(started)
        iso_times(ended)
        offset = self._clock.offset_of_all((started, ended))
        parties = list(
            map(_parties, ways, caller_numbers(callers), numbers(called), dialled, are_internal,
                first, second, names)
        )  # fmt: skip
        directions, remote, local, forwarded_via, shown = zip(*parties, strict=True)
        prices = [
            self._charge(*price) if price[0] else None
            for price in zip(charges, currencies, strict=True)
        ]
        secs = list(map(self._secs, connected))
        return calls_of_columns(
            raws,
            direction=directions,
            state=["CONN" if talk else "RING" for talk in secs],
            started_at=[text.replace(" ", "T") + offset for text in started],
            ended_at=[text.replace(" ", "T") + offset for text in ended],
            remote_number=remote,
            local_number=local,
            forwarded_via=forwarded_via,
            name=shown,
            ring_ms=[int(ring) * 1000 for ring in rings],
            connected_secs=secs,
            charge=[price and price.text for price in prices],
            charge_cents=[price and price.cents for price in prices],
            currency=[text or None for text in currencies],
            line=list(map(_line, first, second)),
            account_code=[text or None for text in account_codes],
            call_id=call_ids,
            leg=self._legs.next_legs(call_ids),  # nothing is refused any more
        )

    def _call(self, smdr: _Smdr, raw: str) -> CallRecord:
        """Make the call of a record. In one piece, for speed."""
        (
            start, connected, ring, caller_text, way, called_text, dialled, account_code,
            is_internal, call_id, device1, device2, name2, hold, park, price, currency, record_time,
        ) = smdr  # fmt: skip
        ring_secs, connected_secs = int(ring), self._secs(connected)
        caller, called = caller_number(caller_text), number(called_text)
        direction, remote, local, forwarded_via, name = _parties(
            way, caller, called, dialled, is_internal, device1, device2, name2
        )
        pauses_secs = 0 if hold in _NO_PAUSE and park in _NO_PAUSE else _pauses_secs(hold, park)
        busy_secs = None if pauses_secs is None else ring_secs + connected_secs + pauses_secs
        started_at, ended_at, is_recorded = self._times(start, busy_secs, record_time)
        leg = self._legs.next_leg(call_id)
        if leg != 1 and not is_recorded:
            ended_at = None  # Call Start is that of the whole call
        cost = self._charge(price, currency) if price else None
        # A tuple of itself: CallRecord(...) would unpack and pack the values once more.
        return _new_tuple(
            CallRecord,
            (
                direction, "CONN" if connected_secs else "RING",
                started_at, ended_at,
                remote, local, forwarded_via, name, ring_secs * 1000, connected_secs,
                cost.text if cost else None, cost.cents if cost else None, currency or None,
                _line(device1, device2),
                account_code or None, call_id, leg, raw,
            ),
        )  # fmt: skip

    def _times(
        self, start: str, busy_secs: int | None, record_time: str
    ) -> tuple[str, str | None, bool]:
        """Return start, end, and whether the end is the record time that was sent."""
        start_text = start.replace("/", "-").replace(" ", "T")
        if record_time:
            end_text = record_time.replace("/", "-").replace(" ", "T")
            try:
                return *self._clock.pair(start_text, end_text), True
            except LineRejected:
                pass  # month 13: no time, so the lengths tell; or it is the start that is wrong
        started_at, ended_at = self._clock.span(start_text, busy_secs or 0)
        return started_at, None if busy_secs is None else ended_at, False


def _parties(
    way: str, caller: str | None, called: str | None, dialled: str, is_internal: str,
    device1: str, device2: str, name2: str,
) -> tuple[Direction, str | None, str | None, str | None, str | None]:  # fmt: skip
    """Return (direction, remote_number, local_number, forwarded_via, name)."""
    if way == "I":
        local = _extension(device1) or _extension(device2)
        if local is None:
            return "in", caller, called, None, None
        return "in", caller, local, called if called != local else None, None
    local = caller or _extension(device1)
    if is_internal == "0":
        return "out", number(dialled) or called, local, None, None
    remote = called or number(dialled)
    name = party_name(name2, remote) if _extension(device2) else None
    return "internal", remote, local, None, name


def _line(device1: str, device2: str) -> str | None:
    """Return the trunk, if one of the devices is one."""
    return device1 if device1[:1] == "T" else device2 if device2[:1] == "T" else None


def _iso_texts(texts: Sequence[str]) -> Sequence[str]:
    joined = "\n".join(texts)
    if "-" in joined:
        raise LineRejected
    return joined.replace("/", "-").split("\n")


def _from_fields(fields: list[str]) -> _Smdr:
    """The general way, for lines with quotes; raises LineRejected if a needed field is wrong."""
    if len(fields) < 30:
        raise LineRejected
    needed = (*fields[:3], fields[4], *fields[8:11])
    if not _CHECKED.fullmatch(",".join(needed)):
        raise LineRejected
    record_time = fields[34] if len(fields) > 34 and _RECORD_TIME.fullmatch(fields[34]) else ""
    return _Smdr._make((*fields[:10], fields[11], *fields[13:17], *fields[20:22], record_time))


def _pauses_secs(hold: str, park: str) -> int | None:
    """Hold and park time; None if one of them is not what it should be."""
    try:
        return whole(hold or "0") + whole(park or "0")
    except LineRejected:
        return None


def _extension(device: str) -> str | None:
    """Return the number of an extension device (``E201``); None for trunks, voicemail, nothing."""
    return number(device[1:]) if device[:1] == "E" else None


def _call_key(call: CallRecord) -> str:
    """Call IDs start anew with the system; segments of a call share its start, too."""
    return f"{call.call_id} {call.started_at}"


def _is_last(call: CallRecord) -> bool:
    """Tell if Continuation, the field after the call id, is 0; before the id is Is Internal."""
    return any(f",{flag},{call.call_id},0," in call.raw for flag in "01")


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    reader = _LineReader(options)
    return CsvDecoder(
        RecordTexts(options.values),
        reader.read,
        read_alike=reader.read_alike,
        memory_records=LEG_MEMORY_RECORDS,
    )


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
    legs=LegRule(
        "Call ID and Call Start, until Continuation is 0", fold_segments, _call_key, _is_last
    ),
)
