"""The reading half of delivery: spooled chunks of one source to batches of outcomes, in order.

Holds what a crash forgets and reading again brings back: the position, and a decoder for each
input. How far back a new start must begin is told with every batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cmtel.formats.leg_folding import LegFolding, Range
from cmtel.formats.seam import Decoded, Decoder, Heading, LegRule
from cmtel.services.fold_ranges import SOURCE_ITSELF
from cmtel.services.outcome_batch import OutcomeBatch
from cmtel.services.ports import Clock
from cmtel.services.spool_ports import Chunk, Entry, EntryKind, Pin, Spool, SpoolSource

#: How long a call waits for a late leg, unless told otherwise.
LATE_LEGS_WAIT = timedelta(minutes=2)
#: Waiting calls are given up together, at most so many times in the time that each waits.
_TIMES_A_WAIT = 10


@dataclass(frozen=True, slots=True)
class LegPlan:
    """What becomes of the legs of calls.

    Attributes:
        rule: The format's; None: it has none.
        ranges: The sequences, first and last, whose legs are folded; none: legs are kept.
        wait: How long a call waits for its next leg, by the time of reception.
        is_folding: Legs are folded from now on: every row tells how many it has.
    """

    rule: LegRule | None = None
    ranges: Sequence[Range] = ()
    wait: timedelta = LATE_LEGS_WAIT
    is_folding: bool = False


class SourceDecoding:
    """Reads and decodes from where the spool's books and decoders' needs say."""

    def __init__(
        self, spool: Spool, clock: Clock, source: SpoolSource,
        make_decoder: Callable[[], Decoder], legs: LegPlan,
    ) -> None:  # fmt: skip
        self._spool = spool
        self._clock = clock
        self._source_id = source.source_id
        self._make_decoder = make_decoder
        self._joins_lines = make_decoder().joins_lines
        self._decoders = {
            pin.connection_id: self._begun_with(pin) for pin in spool.pins(source.source_id)
        }
        self._legs = legs
        self._folding = LegFolding(legs.rule, legs.ranges)
        #: Inputs that have ended while a call waits: their headings, and where they ended.
        self._ended: dict[int, tuple[Heading, int]] = {}
        #: The sequence up to which records have been read.
        self.position = source.keep_from_sequence - 1

    def next_batch(self, max_records: int) -> OutcomeBatch | None:
        """Return the outcomes of the next records, or None if nothing is left to read."""
        chunks = self._spool.read(self._source_id, self.position, max_records)
        if not chunks:
            return None
        batch = OutcomeBatch(
            self._source_id, self._clock.now(), joins_lines=self._joins_lines,
            legs_each=1 if self._legs.is_folding else None,
        )  # fmt: skip
        for chunk in chunks:
            batch.extend(self._decode(chunk))
        self.position = batch.up_to_sequence = chunks[-1].last_sequence
        batch.keep_from_sequence = self._keep_from()
        batch.pins = self._headings()
        return batch

    def expire(self) -> bool:
        """Put a TICK into the spool for each decoder that has waited to its deadline.

        One for the calls that wait for legs says since when they have.
        """
        now = self._clock.now()
        ticks = [
            Entry(self._source_id, connection_id, EntryKind.TICK, (), now)
            for connection_id, decoder in self._decoders.items()
            if _is_due(decoder, now)
        ]
        since = self._folding.waiting_since_utc
        wait = self._legs.wait
        if since is not None and since + wait + wait / _TIMES_A_WAIT <= now:
            ticks.append(Entry(self._source_id, SOURCE_ITSELF, EntryKind.TICK, (), now - wait))
        if ticks:
            self._spool.accept(ticks)
        return bool(ticks)

    def end(self) -> bool:
        """Put an END into the spool for the calls that wait for legs, if there are any."""
        if self._folding.oldest_open is None:
            return False
        now = self._clock.now()
        self._spool.accept([Entry(self._source_id, SOURCE_ITSELF, EntryKind.END, (), now)])
        return True

    def _decode(self, chunk: Chunk) -> Decoded:
        if chunk.connection_id == SOURCE_ITSELF:
            if chunk.kind is EntryKind.TICK:
                return self._folding.expire(chunk.first_sequence, chunk.received_utc)
            return self._folding.finish(chunk.first_sequence)
        held = self._decoders.get(chunk.connection_id)
        oldest = held.oldest_open if held is not None else None
        needs_from = chunk.first_sequence if oldest is None else min(oldest, chunk.first_sequence)
        return self._folding.take(self._decode_input(chunk), needs_from, chunk.received_utc)

    def _decode_input(self, chunk: Chunk) -> Decoded:
        """Decode a chunk of one input."""
        decoder = self._decoders.get(chunk.connection_id)
        if decoder is None:
            decoder = self._decoders[chunk.connection_id] = self._make_decoder()
        if chunk.kind is EntryKind.DATA:
            return decoder.decode(chunk.records, chunk.first_sequence, chunk.received_utc)
        if chunk.kind is EntryKind.TICK:
            return decoder.expire(chunk.first_sequence, chunk.received_utc)
        del self._decoders[chunk.connection_id]
        if decoder.heading is not None:
            self._ended[chunk.connection_id] = decoder.heading, chunk.first_sequence
        return decoder.finish(chunk.first_sequence)

    def _begun_with(self, pin: Pin) -> Decoder:
        """Return a decoder that knows the heading of its input; what that gives was counted."""
        decoder = self._make_decoder()
        decoder.decode([pin.record], pin.sequence, self._clock.now())
        return decoder

    def _headings(self) -> tuple[Pin, ...]:
        """Return what a new start has to be given first.

        Also for an input that has ended, as long as its legs may have to be made again.
        """
        keep_from = self._keep_from()
        self._ended = {n: known for n, known in self._ended.items() if known[1] >= keep_from}
        found = {number: heading for number, (heading, _) in self._ended.items()}
        found |= {number: each.heading for number, each in self._decoders.items() if each.heading}
        return tuple(Pin(number, *found[number]) for number in sorted(found))

    def _keep_from(self) -> int:
        """Return the oldest sequence that a decoder needs, should it be made again."""
        oldest = min(self._folding.oldest_open or self.position + 1, self.position + 1)
        needed = [oldest]
        for decoder in self._decoders.values():
            needed.append(oldest - decoder.memory_records)
            if decoder.oldest_open is not None:
                needed.append(decoder.oldest_open)
        return max(min(needed), 1)


def _is_due(decoder: Decoder, now: datetime) -> bool:
    return decoder.deadline_utc is not None and decoder.deadline_utc <= now
