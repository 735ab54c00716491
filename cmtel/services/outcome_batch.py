"""The outcomes of some chunks as columns, and what is to become of each.

Columns, because a busy feed makes tens of thousands of outcomes a second: nothing here makes an
object an outcome.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cmtel.domain.calls import CallRecord, Outcome, Rejected
from cmtel.formats.seam import Decoded, Folded
from cmtel.services.spool_ports import DeadLetter, Pin

#: The reason of a dead letter whose row the database can never store.
REFUSED_BY_DATABASE = "refused"


@dataclass(slots=True)
class OutcomeBatch:
    """Outcomes in the order of the sequences that completed them (never falling)."""

    source_id: int
    rejected_utc: datetime
    outcomes: list[Outcome] = field(default_factory=list)
    sequences: list[int] = field(default_factory=list)
    covers: list[int] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    #: Records are lines, and what is joined from several counts as one (Decoder.joins_lines).
    joins_lines: bool = False
    #: How many legs an outcome has that was not folded; None: legs are not counted.
    legs_each: int | None = None
    #: By their index, the outcomes that were folded from several legs.
    folded: dict[int, Folded] = field(default_factory=dict)
    #: The records up to here were decoded for this batch or an earlier one ...
    up_to_sequence: int = 0
    #: ... and from here on a decoder would need them again.
    keep_from_sequence: int = 1
    #: What a decoder would need of what lies before.
    pins: tuple[Pin, ...] = ()

    def extend(self, decoded: Decoded) -> None:
        """Add what a chunk gave."""
        before = len(self.outcomes)
        self.folded.update((before + index, each) for index, each in decoded.folded.items())
        self.outcomes += decoded.outcomes
        self.sequences += decoded.at
        self.covers += decoded.covers
        self.raws += decoded.raws

    def first_above(self, sequence: int) -> int:
        """Return the index of the first outcome completed after ``sequence``."""
        return bisect_right(self.sequences, sequence)

    def calls(self, start: int, is_wanted: Callable[[CallRecord], bool]) -> list[int]:
        """Return the indexes, from ``start`` on, of the calls that belong into the journal."""
        outcomes = self.outcomes
        return [
            index
            for index in range(start, len(outcomes))
            if type(outcome := outcomes[index]) is CallRecord and is_wanted(outcome)
        ]

    def rejected(self, start: int) -> list[DeadLetter]:
        """Return a dead letter for each outcome, from ``start`` on, that the decoder rejected."""
        outcomes = self.outcomes
        return [
            self.dead_letter(index, outcome.reason)
            for index in range(start, len(outcomes))
            if type(outcome := outcomes[index]) is Rejected
        ]

    def count_rejected(self, start: int) -> int:
        """Return how many raw records the rejected outcomes from ``start`` on cover."""
        outcomes = self.outcomes
        return self.count([i for i in range(start, len(outcomes)) if type(outcomes[i]) is Rejected])

    def dead_letter(self, index: int, reason: str, detail: str = "") -> DeadLetter:
        """Return the dead letter of one outcome."""
        sequence, part = self.key(index)
        raw = self.raws[index]
        if index in self.folded:
            records = self.folded[index].records
        else:  # records that a decoder joins are lines; a single record may be anything
            records = tuple(raw.splitlines(keepends=True)) if self.covers[index] > 1 else (raw,)
        counted = self.count([index])
        return DeadLetter(
            self.source_id, sequence, part, reason, detail, records, counted, self.rejected_utc
        )

    def key(self, index: int) -> tuple[int, int]:
        """Return (sequence, part): what identifies an outcome, whenever it is decoded."""
        sequence = self.sequences[index]
        part = 0
        while part < index and self.sequences[index - part - 1] == sequence:
            part += 1
        return sequence, part

    def count(self, indexes: Sequence[int]) -> int:
        """Return how many records these outcomes are in the books."""
        if self.joins_lines:
            return sum(map(self._legs, indexes)) if self.folded else len(indexes)
        covers = self.covers
        return sum(covers[index] for index in indexes)

    def count_from(self, start: int) -> int:
        """Return how many records the outcomes from ``start`` on are in the books."""
        if self.joins_lines:
            more = sum(each.legs - 1 for index, each in self.folded.items() if index >= start)
            return len(self.covers) - start + more
        return sum(self.covers[start:])

    def merged_from(self, start: int) -> int:
        """Return how many spooled lines, from ``start`` on, are no records of their own."""
        return sum(self.covers[start:]) - self.count_from(start)

    def columns(self, indexes: Sequence[int]) -> Mapping[str, Sequence[int | None]]:
        """Return the columns of these calls that the calls themselves do not have."""
        if self.legs_each is None and not self.folded:
            return {}
        folded, each = self.folded, self.legs_each
        return {"Cmtel_Legs": [folded[i].legs if i in folded else each for i in indexes]}

    def _legs(self, index: int) -> int:
        return self.folded[index].legs if index in self.folded else 1
