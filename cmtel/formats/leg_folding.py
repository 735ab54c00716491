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
from itertools import takewhile
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.formats.outcomes import nothing
from cmtel.formats.seam import Decoded, Folded, LegRule

#: A leg that was written so many hours after the last one of a call does not belong to it. More
#: than a day, since clocks are set by an hour; and no call is put through for longer.
_HOURS_APART = 25
#: Nor does one that comes so many records later. Bounds memory, spool and the time of a restart.
#: Looked at once in a block of sequences, since every look costs.
_RECORDS_APART = 20_000
_BLOCK_BITS = 10
#: Where ids are used again: a leg that begins so many hours after the last one is another call's.
_HOURS_TO_REUSE = 3
#: A call of so many legs is closed: a source that calls everything by one id must not fill memory.
_MOST_LEGS = 500
#: The hour of a leg that does not say when it was.
_NEVER = 1 << 40
_FIRST, _LAST = 1, 1 << 62
_REMEMBERED_HOURS = 10_000
_new_tuple = tuple.__new__

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
    """Joins the legs that are in the folded ranges; without range or rule every leg is a call."""

    def __init__(
        self,
        rule: LegRule | None,
        ranges: Sequence[Range] = ((_FIRST, _LAST),),
        *,
        records_apart: int = _RECORDS_APART,
        block_bits: int = _BLOCK_BITS,
    ) -> None:
        """Start with nothing open.

        Args:
            rule: The format's.
            ranges: The sequences, first and last, between which legs are folded; ascending.
            records_apart: How many records later a call is complete; never other ones for a spool.
            block_bits: In blocks of how many sequences (a power of two) that is looked at.
        """
        self._records_apart, self._block_bits = records_apart, block_bits
        self._rule = rule
        self._ranges = ranges
        is_open = bool(ranges) and ranges[-1][1] == _LAST
        #: All legs from here on are folded.
        self._open_from = ranges[-1][0] if is_open else _LAST
        #: The legs of each open call, in the order of their last ones. Most calls have one leg,
        #: which saves a list each.
        self._open: dict[str, _Leg | list[_Leg]] = {}
        self._hours = _Hours()
        #: Of the record before; the limits for others are the same within an hour and a block.
        self._hour = _NEVER
        self._block = -1
        #: No open call has an earlier last hour than this.
        self._earliest_hour = _NEVER
        self._out = _Columns()

    @property
    def oldest_open(self) -> int | None:
        """The first sequence that decoders need to make the legs of all open calls again."""
        return min((_legs(held)[0].needs_from for held in self._open.values()), default=None)

    @property
    def waiting_since_utc(self) -> datetime | None:
        """When the last leg of the call that has waited longest was received."""
        first = next(iter(self._open.values()), None)
        return None if first is None else _legs(first)[-1].received_utc

    def take(self, decoded: Decoded, needs_from: int, received_utc: datetime) -> Decoded:
        """Return what ``decoded`` completes, and all that is no leg.

        Args:
            decoded: Outcomes of a decoder of this source.
            needs_from: From this record on a new decoder makes the same outcomes again.
            received_utc: When the records were received.
        """
        if self._rule is None or not self._ranges or not decoded.outcomes:
            return decoded
        self._out = out = _Columns()
        key_of, is_last, opened, hours = self._rule.key, self._rule.is_last, self._open, self._hours
        known_hours, block_bits = hours.known, self._block_bits
        open_from = self._open_from
        for outcome, at, covers, raw in zip(*decoded[:4], strict=True):
            if type(outcome) is not CallRecord or (at < open_from and not self._is_folded(at)):
                out.add(outcome, at, covers, raw)
                continue
            written_at = outcome.ended_at or outcome.started_at or ""
            hour = known_hours.get(written_at[:13]) or hours.of(written_at)
            if hour != self._hour:
                self._give_up_old(hour, at, received_utc)
            if at >> block_bits != self._block:
                self._give_up_far(at)
            key = outcome.call_id if key_of is None else key_of(outcome)
            if key is None:
                out.add(outcome, at, covers, raw)
                continue
            leg = _new_tuple(_Leg, (outcome, raw, covers, at, hour, received_utc, needs_from))
            if opened.setdefault(key, leg) is not leg:
                self._join(key, leg)
            if hour < self._earliest_hour:
                self._earliest_hour = hour
            number = outcome.leg
            is_many = number is not None and number >= _MOST_LEGS and number % _MOST_LEGS == 0
            if is_many or (is_last is not None and is_last(outcome)):
                self._close((key,), at)
        return out.decoded()

    def expire(self, sequence: int, since_utc: datetime) -> Decoded:
        """Complete the calls whose last legs were received at ``since_utc`` or earlier."""
        self._out = _Columns()
        due = [key for key, held in self._open.items() if _legs(held)[-1].received_utc <= since_utc]
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
        """Add a leg to an open call, which so becomes the one with the latest last leg."""
        legs = _legs(self._open.pop(key))
        begun = leg.call.started_at
        is_another = (
            self._rule is not None
            and self._rule.is_reused
            and begun is not None
            and self._hours.of(begun) >= legs[-1].hour + _HOURS_TO_REUSE
        )
        if is_another:
            self._complete(legs, leg.at)
            legs = []
        self._open[key] = [*legs, leg]

    def _is_folded(self, at: int) -> bool:
        return any(first <= at <= last for first, last in self._ranges)

    def _give_up_far(self, at: int) -> None:
        """Complete the calls whose last legs came too many records before those around ``at``."""
        self._block = at >> self._block_bits
        limit = (self._block << self._block_bits) - self._records_apart
        due = takewhile(lambda key: _legs(self._open[key])[-1].at <= limit, self._open)
        self._close([*due], at)

    def _give_up_old(self, hour: int, at: int, received_utc: datetime) -> None:
        """Complete the calls whose last legs were written too many hours before ``hour``.

        A record that says it was written days after it was received has a wrong clock.
        """
        self._hour = hour
        limit = hour - _HOURS_APART
        if self._earliest_hour > limit:
            return
        if hour > _hours_since_year_1(received_utc) + _HOURS_APART:
            return
        held = self._open.items()
        self._close([key for key, each in held if _legs(each)[-1].hour <= limit], at)
        last_hours = (_legs(each)[-1].hour for each in self._open.values())
        self._earliest_hour = min(last_hours, default=_NEVER)

    def _close(self, keys: Iterable[str], at: int) -> None:
        pop = self._open.pop
        singles: list[_Leg] = []
        for key in keys:
            held = pop(key)
            if type(held) is _Leg:
                singles.append(held)
            else:
                self._out.add_singles(singles, at)
                singles = []
                self._complete(_legs(held), at)
        self._out.add_singles(singles, at)

    def _complete(self, legs: list[_Leg], at: int) -> None:
        if len(legs) == 1:
            self._out.add(legs[0].call, at, legs[0].covers, legs[0].raw)
        elif self._rule:
            self._out.add_folded(self._rule.fold([leg.call for leg in legs]), at, legs)


def _legs(held: _Leg | list[_Leg]) -> list[_Leg]:
    return held if type(held) is list else [held]  # type: ignore[list-item]  # the one or the other


class _Columns:
    """The outcomes of one call of the stage."""

    def __init__(self) -> None:
        self._columns: tuple[list[Outcome], list[int], list[int], list[bytes]] = [], [], [], []
        self._folded: dict[int, Folded] = {}

    def add(self, outcome: Outcome, at: int, covers: int, raw: bytes) -> None:
        """Add an outcome as it is."""
        outcomes, ats, all_covers, raws = self._columns
        outcomes.append(outcome)
        ats.append(at)
        all_covers.append(covers)
        raws.append(raw)

    def add_singles(self, legs: Sequence[_Leg], at: int) -> None:
        """Add calls of one leg each."""
        outcomes, ats, covers, raws = self._columns
        outcomes += [leg[0] for leg in legs]
        raws += [leg[1] for leg in legs]
        covers += [leg[2] for leg in legs]
        ats += [at] * len(legs)

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
    """Hours since year 1 of times as they are sent; whole hours do, and are quick to find."""

    def __init__(self) -> None:
        #: The hours by the first 13 letters of times in their usual form.
        self.known: dict[str, int] = {}

    def of(self, text: str) -> int:
        """Return the hour of a time in the switch's own zone; of none a very late one."""
        if not text:
            return _NEVER
        hour = self.known.get(text[:13])
        if hour is None:
            hour = _hours_since_year_1(datetime.fromisoformat(text))
            if len(self.known) > _REMEMBERED_HOURS:
                self.known.clear()
            if text[10:11] == "T":  # jsonl may have other forms of ISO 8601
                self.known[text[:13]] = hour
        return hour


def _hours_since_year_1(moment: datetime) -> int:
    return moment.toordinal() * 24 + moment.hour
