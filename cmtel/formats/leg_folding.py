"""Folding: the legs of a call wait for each other and become one outcome.

A stage behind the decoders of one source: what they decode goes in, the same with the legs of a
call joined comes out, at the sequence of what completed the call. Legs may come over several
connections or files, as they do when a log is rotated in mid-call. A call is complete

- with a leg of which the switch says that it is the last;
- when its last leg has waited long enough for the next one: a TICK record says since when;
- when a record comes that was written a day after its last leg, or 20,000 records after it (then
  a long file is being read, and memory and spool stay bounded);
- when the input of the whole source ends.

Each of these depends on the call's last leg and on the record that completes it, on nothing
else. So when a source is decoded again from the middle of a call that is long complete, that
call ends at the same record again, where its row is known to be in the journal.

What was accepted while legs were kept stays as it was, also when it is decoded again: only legs
in the folded ranges of sequences take part (services/fold_ranges.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.formats.outcomes import nothing
from cmtel.formats.seam import Decoded, Folded, LegRule

#: A leg that was written so many hours after the last one of a call does not belong to it. More
#: than a day, since clocks are set by an hour; and no call is put through for longer.
_HOURS_APART = 25
#: Nor does one that comes so many records later. Bounds memory, spool and the time of a restart.
_RECORDS_APART = 20_000
#: Where ids are used again: a leg that begins so many hours after the last one is another call's.
_HOURS_TO_REUSE = 3
#: A call of so many legs is closed: a source that calls everything by one id must not fill memory.
_MOST_LEGS = 500
#: The hour of a leg that does not say when it was.
_NEVER = 1 << 40
_FIRST, _LAST = 1, 1 << 62

Range = tuple[int, int]


class _Leg(NamedTuple):
    call: CallRecord
    raw: bytes
    covers: int
    at: int
    #: When it was written, in hours since year 1, in the switch's own time.
    hour: int
    received_utc: datetime
    #: A decoder that begins with this record makes the leg again.
    needs_from: int


class LegFolding:
    """Joins the legs that are in the folded ranges; without a rule every leg is a call."""

    def __init__(self, rule: LegRule | None, ranges: Sequence[Range] = ((_FIRST, _LAST),)) -> None:
        """Start with nothing open.

        Args:
            rule: The format's.
            ranges: The sequences, first and last, between which legs are folded; ascending.
        """
        self._rule = rule
        self._ranges = ranges
        #: The legs of each open call, in the order of their last ones.
        self._open: dict[str, list[_Leg]] = {}
        self._hours = _Hours()
        self._hour_before = _NEVER
        #: No open call has an earlier last hour, or an earlier last leg, than these.
        self._earliest_hour, self._earliest_at = _NEVER, _LAST
        self._out = _Columns()

    @property
    def oldest_open(self) -> int | None:
        """The first sequence that decoders need to make the legs of all open calls again."""
        return min((legs[0].needs_from for legs in self._open.values()), default=None)

    @property
    def waiting_since_utc(self) -> datetime | None:
        """When the last leg of the call that has waited longest was received."""
        first = next(iter(self._open.values()), None)
        return None if first is None else first[-1].received_utc

    def take(self, decoded: Decoded, needs_from: int, received_utc: datetime) -> Decoded:
        """Return what ``decoded`` completes, and all that is no leg.

        Args:
            decoded: Outcomes of a decoder of this source.
            needs_from: From this record on a new decoder makes the same outcomes again.
            received_utc: When the records were received.
        """
        if self._rule is None or not decoded.outcomes:
            return decoded
        self._out = out = _Columns()
        key_of, opened = self._rule.key, self._open
        lowest = self._ranges[-1][0] if self._ranges else _LAST
        for outcome, at, covers, raw in zip(*decoded[:4], strict=True):
            if type(outcome) is not CallRecord or (at < lowest and not self._is_folded(at)):
                out.add(outcome, at, covers, raw)
                continue
            key = outcome.call_id if key_of is None else key_of(outcome)
            hour = self._hours.of(outcome)
            if hour != self._hour_before or at - self._earliest_at >= _RECORDS_APART:
                self._give_up_far(hour, at, received_utc)
            if key is None:
                out.add(outcome, at, covers, raw)
                continue
            leg = _Leg(outcome, raw, covers, at, hour, received_utc, needs_from)
            if key in opened:
                self._join(key, leg)
            else:
                opened[key] = [leg]
                if hour < self._earliest_hour:
                    self._earliest_hour = hour
                if at < self._earliest_at:
                    self._earliest_at = at
            if self._is_last(outcome):
                self._close((key,), at)
        return out.decoded()

    def expire(self, sequence: int, since_utc: datetime) -> Decoded:
        """Complete the calls whose last legs were received at ``since_utc`` or earlier."""
        self._out = _Columns()
        due = [key for key, legs in self._open.items() if legs[-1].received_utc <= since_utc]
        self._close(due, sequence)
        return self._out.decoded()

    def finish(self, sequence: int) -> Decoded:
        """The source has ended: complete all calls, in the order of their last legs."""
        if not self._open:
            return nothing()
        self._out = _Columns()
        self._close([*self._open], sequence)
        return self._out.decoded()

    def _join(self, key: str, leg: _Leg) -> None:
        legs = self._open.pop(key)
        if (
            self._rule
            and self._rule.is_reused
            and self._hours.begun(leg.call) >= (legs[-1].hour + _HOURS_TO_REUSE)
        ):
            self._open[key] = legs
            self._close((key,), leg.at)
            legs = []
        legs.append(leg)
        self._open[key] = legs
        self._earliest_hour = min(self._earliest_hour, leg.hour)

    def _is_folded(self, at: int) -> bool:
        return any(first <= at <= last for first, last in self._ranges)

    def _is_last(self, call: CallRecord) -> bool:
        if call.leg and call.leg % _MOST_LEGS == 0:
            return True
        is_last = self._rule.is_last if self._rule else None
        return is_last is not None and is_last(call)

    def _give_up_far(self, hour: int, at: int, received_utc: datetime) -> None:
        """Complete the calls that a record of ``hour`` at ``at`` is too far from.

        A record that says it was written days after it was received has a wrong clock.
        """
        self._hour_before = hour
        is_sound = hour <= _hours_since_year_1(received_utc) + _HOURS_APART
        too_early = hour - _HOURS_APART if is_sound else -1
        too_far = at - _RECORDS_APART
        if self._earliest_hour > too_early and self._earliest_at > too_far:
            return
        due = [
            key
            for key, legs in self._open.items()
            if legs[-1].hour <= too_early or legs[-1].at <= too_far
        ]
        self._close(due, at)
        self._earliest_hour = min((legs[-1].hour for legs in self._open.values()), default=_NEVER)
        first = next(iter(self._open.values()), None)
        self._earliest_at = _LAST if first is None else first[-1].at

    def _close(self, keys: Iterable[str], at: int) -> None:
        for key in keys:
            legs = self._open.pop(key)
            if len(legs) == 1:
                self._out.add(legs[0].call, at, legs[0].covers, legs[0].raw)
            elif self._rule:
                self._out.add_folded(self._rule.fold([leg.call for leg in legs]), at, legs)


class _Columns:
    """The outcomes of one call of the stage."""

    def __init__(self) -> None:
        self._columns: tuple[list[Outcome], list[int], list[int], list[bytes]] = [], [], [], []
        self._folded: dict[int, Folded] = {}
        self._add = [column.append for column in self._columns]

    def add(self, outcome: Outcome, at: int, covers: int, raw: bytes) -> None:
        """Add an outcome as it is."""
        outcomes, ats, all_covers, raws = self._columns
        outcomes.append(outcome)
        ats.append(at)
        all_covers.append(covers)
        raws.append(raw)

    def add_folded(self, call: CallRecord, at: int, legs: Sequence[_Leg]) -> None:
        """Add a call of several legs."""
        records = tuple(
            record
            for leg in legs
            for record in (leg.raw.splitlines(keepends=True) if leg.covers > 1 else (leg.raw,))
        )
        self._folded[len(self._columns[0])] = Folded(len(legs), records)
        covers = sum(leg.covers for leg in legs)
        self.add(call, at, covers, b"".join([leg.raw for leg in legs]))

    def decoded(self) -> Decoded:
        """Return what was gathered."""
        return Decoded(*self._columns, self._folded)


class _Hours:
    """Hours since year 1 of the times of legs; whole hours are enough, and quick to find."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}

    def of(self, call: CallRecord) -> int:
        """Return the hour in which the record of a leg was written: when it ended."""
        return self._hour(call.ended_at or call.started_at)

    def begun(self, call: CallRecord) -> int:
        """Return the hour in which a leg began; a leg that does not say began long ago."""
        return self._hour(call.started_at) if call.started_at else -1

    def _hour(self, text: str | None) -> int:
        if text is None:
            return _NEVER
        found = self._known.get(text[:13])
        if found is None:
            found = (
                _NEVER if text[10:11] != "T" else _hours_since_year_1(datetime.fromisoformat(text))
            )
            if len(self._known) > 10_000:
                self._known.clear()
            self._known[text[:13]] = found
        return found


def _hours_since_year_1(moment: datetime) -> int:
    return moment.toordinal() * 24 + moment.hour
