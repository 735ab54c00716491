"""The reading half of delivery: spooled chunks of one source to batches of outcomes, in order.

Holds what a crash forgets and reading again brings back: the position, and a decoder for each
input. How far back a new start must begin is told with every batch.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cmtel.formats.seam import Decoded, Decoder
from cmtel.services.outcome_batch import OutcomeBatch
from cmtel.services.ports import Chunk, Clock, Entry, EntryKind, Pin, Spool, SpoolSource


class SourceDecoding:
    """Reads and decodes from where the spool's books and decoders' needs say."""

    def __init__(
        self, spool: Spool, clock: Clock, source: SpoolSource,
        make_decoder: Callable[[], Decoder],
    ) -> None:  # fmt: skip
        self._spool = spool
        self._clock = clock
        self._source_id = source.source_id
        self._make_decoder = make_decoder
        self._joins_lines = make_decoder().joins_lines
        self._decoders = {
            pin.connection_id: self._begun_with(pin) for pin in spool.pins(source.source_id)
        }
        #: The sequence up to which records have been read.
        self.position = source.keep_from_sequence - 1

    def next_batch(self, max_records: int) -> OutcomeBatch | None:
        """Return the outcomes of the next records, or None if nothing is left to read."""
        chunks = self._spool.read(self._source_id, self.position, max_records)
        if not chunks:
            return None
        batch = OutcomeBatch(self._source_id, self._clock.now(), joins_lines=self._joins_lines)
        for chunk in chunks:
            batch.extend(self._decode(chunk))
        self.position = batch.up_to_sequence = chunks[-1].last_sequence
        batch.keep_from_sequence = self._keep_from()
        batch.pins = self._headings()
        return batch

    def expire(self) -> bool:
        """Put a TICK into the spool for each decoder that has waited to its deadline."""
        now = self._clock.now()
        ticks = [
            Entry(self._source_id, connection_id, EntryKind.TICK, (), now)
            for connection_id, decoder in self._decoders.items()
            if _is_due(decoder, now)
        ]
        if ticks:
            self._spool.accept(ticks)
        return bool(ticks)

    def _decode(self, chunk: Chunk) -> Decoded:
        decoder = self._decoders.get(chunk.connection_id)
        if decoder is None:
            decoder = self._decoders[chunk.connection_id] = self._make_decoder()
        if chunk.kind is EntryKind.DATA:
            return decoder.decode(chunk.records, chunk.first_sequence, chunk.received_utc)
        if chunk.kind is EntryKind.TICK:
            return decoder.expire(chunk.first_sequence, chunk.received_utc)
        del self._decoders[chunk.connection_id]
        return decoder.finish(chunk.first_sequence)

    def _begun_with(self, pin: Pin) -> Decoder:
        """Return a decoder that knows the heading of its input; what that gives was counted."""
        decoder = self._make_decoder()
        decoder.decode([pin.record], pin.sequence, self._clock.now())
        return decoder

    def _headings(self) -> tuple[Pin, ...]:
        """Return what a new start has to be given first."""
        found = [(number, self._decoders[number].heading) for number in sorted(self._decoders)]
        return tuple(Pin(number, *heading) for number, heading in found if heading is not None)

    def _keep_from(self) -> int:
        """Return the oldest sequence that a decoder needs, should it be made again."""
        needed = [self.position + 1]
        for decoder in self._decoders.values():
            needed.append(self.position + 1 - decoder.memory_records)
            if decoder.oldest_open is not None:
                needed.append(decoder.oldest_open)
        return max(min(needed), 1)


def _is_due(decoder: Decoder, now: datetime) -> bool:
    return decoder.deadline_utc is not None and decoder.deadline_utc <= now
