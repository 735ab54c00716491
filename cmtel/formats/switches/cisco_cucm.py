"""Cisco Unified Communications Manager: CDR flat files (formats.md 6).

Each file has its own heading with the names of the columns, which differ between releases: columns
are found by name. Lines of a CMR file (voice quality) are no calls.

Source: Cisco, Call Detail Records Administration Guide, "Cisco Call Detail Records Field
Descriptions", "Call Termination Cause Codes" (17 is user busy).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import cast

from cmtel.domain.calls import CallRecord, Direction, Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.call_spans import known_length
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.direction import INTERNAL, NumberPlan
from cmtel.formats.durations import whole
from cmtel.formats.folded_call import legs_by_call_id
from cmtel.formats.framers import LineFramer
from cmtel.formats.legs import LegCounter
from cmtel.formats.line_decoder import LEG_MEMORY_RECORDS
from cmtel.formats.numbers import caller_number, number
from cmtel.formats.options import refuse_unknown
from cmtel.formats.seam import Decoded, DecodeOptions, Decoder, Format, Heading
from cmtel.formats.state import state_of
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import ENCODING, RecordTexts
from cmtel.formats.times import SwitchClock, iso

NAME = "cisco-cucm"
OPTIONS = (ENCODING, INTERNAL)

_CSV = StrictCsv()
_FIRST_NAME = "cdrRecordType"
_TYPE = re.compile(r"INTEGER|VARCHAR\([0-9]+\)|UNIQUEIDENTIFIER|NUMERIC.*")
#: The first column: a call, a record of voice quality.
_CALL, _QUALITY = "1", "2"
_BUSY = "17"

_WANTED = (
    *("dateTimeOrigination", "dateTimeConnect", "dateTimeDisconnect", "duration"),
    *("callingPartyNumber", "originalCalledPartyNumber", "finalCalledPartyNumber"),
    *("origDeviceName", "destDeviceName", "origCause_value", "destCause_value"),
    *("clientMatterCode", "authorizationCodeValue"),
    *("globalCallID_callManagerId", "globalCallID_callId", "pkid"),
)
_Pick = Callable[[Sequence[str]], tuple[str, ...]]


class _LineReader:
    def __init__(self, options: DecodeOptions) -> None:
        self._plan = NumberPlan(options.values)
        self._clock = SwitchClock(options.timezone)
        self._has_zone = options.timezone is not None
        self._legs = LegCounter()
        self._pick: _Pick | None = None
        self._count = 0
        self.has_new_names = False

    def read(self, text: str, raw: str) -> Outcome:
        columns = _CSV.split(text)
        kind = columns[0]
        if kind == _FIRST_NAME:
            self._find_columns(columns)
            return Skipped("header", raw)
        if kind == _QUALITY:
            return Skipped("other-record", raw)
        if self._pick and kind == _CALL and len(columns) == self._count:
            columns.append("")
            return self._call(self._pick(columns), raw)
        if _TYPE.fullmatch(kind):
            return Skipped("header", raw)
        raise LineRejected

    def _find_columns(self, names: list[str]) -> None:
        """What a release does not have takes the empty text that is put behind the columns."""
        self._count = len(names)
        self.has_new_names = True
        places = {name: place for place, name in enumerate(names)}
        pick = itemgetter(*(places.get(name, self._count) for name in _WANTED))
        self._pick = cast(_Pick, pick)

    def _call(self, columns: tuple[str, ...], raw: str) -> CallRecord:
        (
            begun, connect, disconnect, duration, calling, first, last,
            from_device, to_device, from_cause, to_cause, matter, authorization,
            manager, call, key,
        ) = columns  # fmt: skip
        start, answer, end = whole(begun), _secs(connect), _secs(disconnect)
        if not start:
            raise LineRejected
        connected_secs = whole(duration) if duration else None
        ring_secs = _ring_secs(start, answer or end)
        caller, original, final = caller_number(calling), number(first), number(last)
        direction = self._direction(caller, original or final, final)
        call_id = f"{manager}-{call}" if manager and call else key or None
        is_in = direction == "in"
        return tuple.__new__(
            CallRecord,
            (
                direction,
                state_of(
                    connected_secs, is_answered=answer > 0, is_busy=_BUSY in (from_cause, to_cause)
                ),
                self._text(start), self._ended_at(start, end, ring_secs, connected_secs),
                caller if is_in else original or final, (final or original) if is_in else caller,
                original if is_in and final and original != final else None, None,
                None if ring_secs is None else ring_secs * 1000, connected_secs, None, None, None,
                (from_device if is_in else to_device if direction == "out" else "") or None,
                matter or authorization or None, call_id, self._legs.next_leg(call_id), raw,
            ),
        )  # fmt: skip

    def _direction(
        self, caller: str | None, called: str | None, final: str | None
    ) -> Direction | None:
        """The called side is internal if either of the two numbers is."""
        if final and self._plan.is_internal(final):
            called = final
        return self._plan.direction(caller, called)

    def _ended_at(
        self, start: int, end: int, ring_secs: int | None, connected_secs: int | None
    ) -> str | None:
        if not end:
            length = known_length(ring_secs, connected_secs)
            if length is None:
                return None
            end = start + length
        return self._text(end)

    def _text(self, secs: int) -> str:
        if self._has_zone:
            return iso(self._clock.epoch(secs))
        try:
            return datetime.fromtimestamp(secs, UTC).isoformat()
        except (OverflowError, ValueError, OSError) as exc:
            raise LineRejected from exc


class _Decoder(CsvDecoder):
    """Reading again has to begin at the line with the names of the columns."""

    def __init__(self, options: DecodeOptions) -> None:
        self._reader = _LineReader(options)
        super().__init__(
            RecordTexts(options.values), self._reader.read, memory_records=LEG_MEMORY_RECORDS
        )

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return an outcome for each line or joined lines that ``records`` complete."""
        return self._noted(super().decode(records, first_sequence, received_utc))

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Give up the lines that have waited 2 s for their quote to close."""
        return self._noted(super().expire(sequence, now_utc))

    def finish(self, sequence: int) -> Decoded:
        """The input has ended: nothing is needed any more."""
        decoded = super().finish(sequence)
        self.heading = None
        return decoded

    def _noted(self, decoded: Decoded) -> Decoded:
        """Note the line with the last names, if there were new ones."""
        if not self._reader.has_new_names:
            return decoded
        self._reader.has_new_names = False
        for place, outcome in enumerate(decoded.outcomes):
            if isinstance(outcome, Skipped) and _FIRST_NAME in outcome.raw:
                self.heading = Heading(decoded.at[place], decoded.raws[place])
        return decoded


def _secs(text: str) -> int:
    """Return the epoch second of an event; 0: it never happened."""
    return whole(text) if text else 0


def _ring_secs(start: int, answered_or_ended: int) -> int | None:
    return answered_or_ended - start if answered_or_ended >= start else None


def make_decoder(options: DecodeOptions) -> Decoder:
    """Return a decoder; UsageError on a bad option."""
    refuse_unknown(NAME, OPTIONS, options.values)
    return _Decoder(options)


FORMAT = Format(
    name=NAME,
    switch="Cisco Unified Communications Manager: CDR flat files",
    transport="files cdr_<cluster>_<node>_<time>_<seq>, pushed by SFTP or FTP (not the cmr_ files)",
    default_port=None,
    layout="""\
strict CSV, comma; a line with the names of the columns (cdrRecordType first), one with their types,
then a line a call; read are, by name:
dateTimeOrigination,dateTimeConnect,dateTimeDisconnect,duration,callingPartyNumber,
originalCalledPartyNumber,finalCalledPartyNumber,origDeviceName,destDeviceName,origCause_value,
destCause_value,clientMatterCode,authorizationCodeValue,globalCallID_callManagerId,
globalCallID_callId,pkid
times in epoch seconds, UTC""",
    example=(
        '"cdrRecordType","globalCallID_callManagerId","globalCallID_callId",'
        '"origLegCallIdentifier","destLegIdentifier","dateTimeOrigination","dateTimeConnect",'
        '"dateTimeDisconnect","duration","callingPartyNumber","originalCalledPartyNumber",'
        '"finalCalledPartyNumber","origDeviceName","destDeviceName","origIpAddr","destIpAddr",'
        '"origCause_value","destCause_value"\n'
        '1,1,5001,111,222,1693900000,1693900005,1693900020,15,"7001","7002","7002",'
        '"SEP001122334455","SEP00AABBCCDDEE","10.0.0.5","10.0.0.6",0,16'
    ),
    options=OPTIONS,
    make_framer=LineFramer,
    make_decoder=make_decoder,
    legs=legs_by_call_id("globalCallID", is_reused=True),
)
