"""Calls joined from SIP accounting rows, as the acc modules of Kamailio and OpenSIPS write them.

A row is the final answer to one SIP request. Joined by callid alone: INVITE with 2xx opens a
call, BYE closes it, ACK and re-INVITE are added; an INVITE that failed is a call at once. BYE,
ACK and CANCEL that come before their INVITE wait for it (formats.md 2.6).

Source: Kamailio and OpenSIPS, documentation of the module acc (acc_log_request, default fields);
RFC 3261, section 21 (codes of final answers).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Outcome, Rejected, Skipped
from cmtel.formats.direction import NumberPlan, parties
from cmtel.formats.joining_decoder import Line, OpenCall
from cmtel.formats.legs import LegCounter
from cmtel.formats.numbers import caller_number, number, party_name, sip_user
from cmtel.formats.recent_keys import RecentKeys
from cmtel.formats.row_joining import ReadRow, RowJoiningDecoder
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.state import state_of
from cmtel.formats.text import RecordTexts, raw_text
from cmtel.formats.times import SwitchClock, iso, ms_between

_JOINED = frozenset({"INVITE", "ACK", "BYE", "CANCEL"})
#: The caller is asked for a password; the INVITE that counts follows.
_CHALLENGES = frozenset({"401", "407"})
#: Busy here, busy everywhere.
_BUSY = frozenset({"486", "600"})
_REMEMBERED = 65_536


class AccountingRow(NamedTuple):
    """One row, checked: method in capitals, code of three digits, a callid."""

    method: str
    from_tag: str
    call_id: str
    code: str
    #: As sent; empty: not known.
    time: str
    #: Epoch seconds with fraction, or empty.
    time_hires: str
    #: The parts of addresses that the switch was set up to log; empty: not logged.
    src_user: str
    src_name: str
    dst_ouser: str
    dst_user: str
    raw: str


class _Place(NamedTuple):
    """A row of an open call, and where it stands in the input."""

    row: AccountingRow
    records: tuple[bytes, ...]
    sequence: int


@dataclass(slots=True)
class _Facts:
    """The rows of an open call; without an INVITE they wait for it."""

    invite: AccountingRow | None = None
    places: list[_Place] = field(default_factory=list)


class AccountingDecoder(RowJoiningDecoder[_Facts, AccountingRow]):
    """Joins accounting rows to calls.

    Args:
        options: Of the decoder.
        read_row: Reads one record.
        moment: Returns the moment of a row's time, on the given clock; the datetime, if there is
            one, is an earlier moment of the same call.
        is_csv: Records are strict CSV.
    """

    #: A call has some rows, and 10 000 finished calls are remembered.
    memory_records = 40_000

    def __init__(
        self,
        options: DecodeOptions,
        read_row: ReadRow[AccountingRow],
        moment: Callable[[SwitchClock, str, datetime | None], datetime],
        *,
        is_csv: bool,
    ) -> None:
        super().__init__(RecordTexts(options.values), read_row, is_csv=is_csv)
        self._plan = NumberPlan(options.values)
        self._clock = SwitchClock(options.timezone)
        self._moment = moment
        self._legs = LegCounter()
        #: By callid, and by callid and from_tag.
        self._finished = RecentKeys()
        self._caller = lru_cache(_REMEMBERED)(lambda text: caller_number(sip_user(text)))
        self._called = lru_cache(_REMEMBERED)(lambda text: number(sip_user(text)))

    def take_row(self, row: AccountingRow, line: Line) -> None:
        """Take one row."""
        if row.method not in _JOINED or row.code in _CHALLENGES:
            self.emit(Skipped("other-event", line.raw), line)
            return
        call = self._open.get(row.call_id)
        if row.method != "INVITE":
            self._take_other(row, line, call)
        elif call and call.facts.invite:
            self._add(row, line, call)
        else:
            self._take_invite(row, line, call)

    def before_finish(self) -> None:
        """Let each row that waits for an INVITE stand where it is in the input."""
        parted: list[tuple[str, OpenCall[_Facts]]] = []
        for key, call in self._open.items():
            if call.facts.invite:
                parted.append((key, call))
                continue
            for number_of_group, places in enumerate(_groups(call.facts.places)):
                line = call.first._replace(records=places[0].records, sequence=places[0].sequence)
                waiting = OpenCall(line, _Facts(places=places))
                parted.append((f"{key}\n{number_of_group}", waiting))
        self._open = dict(sorted(parted, key=lambda item: item[1].first.sequence))

    def close(self, key: str, sequence: int) -> None:
        """Emit a call, or each row that waited for an INVITE that did not come."""
        facts = self._open[key].facts
        if facts.invite is None:
            del self._open[key]
            self._give_up(facts.places, sequence)
            return
        self._finished.add(key)
        self._finished.add(_dialog(facts.invite))
        super().close(key, sequence)

    def closed(self, call: OpenCall[_Facts]) -> Outcome:
        """Return a call that has its INVITE."""
        rows = [place.row for place in call.facts.places]
        return self._call(call.facts.invite or rows[0], rows, call.raw)

    def _take_invite(
        self, row: AccountingRow, line: Line, waiting: OpenCall[_Facts] | None
    ) -> None:
        """An INVITE where no call is open; what waits for it belongs to it."""
        is_success, is_failure = row.code[0] == "2", row.code[0] > "2"
        is_told_again = is_failure and not waiting and _dialog(row) in self._finished
        if is_told_again or not (is_success or is_failure):
            self.emit(Skipped("other-event", line.raw), line)
            return
        call = self._add(row, line, waiting)
        call.facts.invite = row
        if is_failure or any(place.row.method == "BYE" for place in call.facts.places):
            self.close(row.call_id, line.sequence)

    def _take_other(self, row: AccountingRow, line: Line, call: OpenCall[_Facts] | None) -> None:
        if not call and row.call_id in self._finished:
            self.emit(Skipped("other-event", line.raw), line)
            return
        call = self._add(row, line, call)
        if row.method == "BYE" and call.facts.invite:
            self.close(row.call_id, line.sequence)

    def _add(
        self, row: AccountingRow, line: Line, call: OpenCall[_Facts] | None
    ) -> OpenCall[_Facts]:
        """Add a row to its call, or open one."""
        place = _Place(row, line.records, line.sequence)
        if call is None:
            self.begin(row.call_id, line, _Facts(places=[place]))
            return self._open[row.call_id]
        # A row that does not fit any more is skipped; what it says counts if the call is open.
        if self.join(call, line) or call.facts.invite:
            call.facts.places.append(place)
        return call

    def _give_up(self, waiting: list[_Place], sequence: int) -> None:
        """Emit what an INVITE never came for."""
        for places in _groups(waiting):
            rows = [place.row for place in places]
            records = [record for place in places for record in place.records]
            outcome: Outcome = Rejected("orphan", rows[0].raw)
            if rows[0].method == "CANCEL":
                outcome = self._call(rows[0], rows, raw_text(b"".join(records)))
            self._out.add(outcome, sequence, *records)

    def _call(self, first: AccountingRow, rows: list[AccountingRow], raw: str) -> CallRecord:
        """Return the call of ``rows``, of which ``first`` says what became of it."""
        is_answered = first.method == "INVITE" and first.code[0] == "2"
        by_row = (first, *rows)
        caller = self._caller(next((row.src_user for row in by_row if row.src_user), ""))
        wanted = self._called(next((row.dst_ouser for row in by_row if row.dst_ouser), ""))
        reached = self._called(next((row.dst_user for row in by_row if row.dst_user), ""))
        direction = self._plan.direction(caller, wanted or reached)
        is_in = direction == "in"
        called = (reached or wanted) if is_in else (wanted or reached)
        remote, local = parties(direction, caller, called)
        start, end, talk_ms = self._times(first, rows, is_answered=is_answered)
        return CallRecord(
            direction=direction,
            state=state_of(0, is_answered=is_answered, is_busy=first.code in _BUSY),
            started_at=None if start is None else iso(start),
            ended_at=None if end is None else iso(end),
            remote_number=remote,
            local_number=local,
            forwarded_via=None,
            name=party_name(_unquoted(first.src_name), caller) if is_in else None,
            ring_ms=None,
            connected_secs=None if talk_ms is None else talk_ms // 1000,
            charge=None,
            charge_cents=None,
            currency=None,
            line=None,
            account_code=None,
            call_id=first.call_id,
            leg=self._legs.next_leg(first.call_id),
            raw=raw,
        )

    def _times(
        self, first: AccountingRow, rows: list[AccountingRow], *, is_answered: bool
    ) -> tuple[datetime | None, datetime | None, int | None]:
        """Return start, end and connected milliseconds."""
        times = (first.time, *(row.time for row in rows if row.method == "ACK"))
        time = next(filter(None, times), "")
        start = self._moment(self._clock, time, None) if time else None
        if not is_answered:
            return start, start, 0
        bye = next((row for row in rows if row.method == "BYE"), None)
        if bye is None or not bye.time:
            return start, None, None
        end = self._moment(self._clock, bye.time, start)
        if first.time_hires and bye.time_hires:
            exact = [self._clock.epoch(float(row.time_hires)) for row in (first, bye)]
            return start, end, ms_between(*exact)
        return start, end, ms_between(start, end) if start else None


def _groups(waiting: list[_Place]) -> list[list[_Place]]:
    """CANCEL alone is an unanswered call; ACK and BYE without INVITE are each for itself."""
    cancels = [place for place in waiting if place.row.method == "CANCEL"]
    others = [[place] for place in waiting if place.row.method != "CANCEL"]
    groups = [cancels, *others] if cancels else others
    return sorted(groups, key=lambda places: places[0].sequence)


def _dialog(row: AccountingRow) -> str:
    return f"{row.call_id}\n{row.from_tag}"


def _unquoted(name: str) -> str:
    is_quoted = len(name) > 1 and name[0] == name[-1] == '"'
    return name[1:-1] if is_quoted else name
