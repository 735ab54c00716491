"""Delivery of one source: spool -> decoder -> rows -> journal, exactly once.

What counts is on disk, in two places:

* the journal's *watermark* W: all rows of records up to W are committed;
* the spool's *settled* sequence S: the books count all outcomes up to S.

Work goes in batches. For each: dead letters first (durable), then rows and watermark in one
transaction of the journal's database, then the settlement in the spool. A crash or an error
between any two steps is met in one way only, :meth:`SourceDelivery.restart`: read W again, make
new decoders, decode again from the oldest record that is kept, and then

* an outcome up to S is done with,
* an outcome up to W has its row: it is only counted,
* an outcome above both is delivered, unless an earlier try has made a dead letter of it.

Decoders are pure, so decoding again gives the same outcomes at the same sequences. What waits
inside a decoder for time to pass is given up by a TICK record, which is in the spool like all
others. A batch without rows does not move W.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from cmtel.domain.calls import CallRecord
from cmtel.errors import SpoolError
from cmtel.formats.seam import Decoded, Decoder
from cmtel.services.outcome_batch import REFUSED_BY_DATABASE, OutcomeBatch
from cmtel.services.ports import (
    Chunk,
    Clock,
    Entry,
    EntryKind,
    JournalSink,
    RejectedRow,
    Row,
    RowBatch,
    Settlement,
    Spool,
    SpoolSource,
)

logger = logging.getLogger(__name__)

#: Records read, decoded and committed together. Larger ones gain little and hold more memory.
BATCH_RECORDS = 5_000


class Mapper(Protocol):
    """Calls to rows of the journal's columns (domain/row_mapping.py)."""

    def is_wanted(self, call: CallRecord) -> bool:
        """False for calls that the journal leaves out (internal ones, if so chosen)."""

    def rows(self, calls: Sequence[CallRecord], sequences: Sequence[int]) -> list[Row]:
        """Return the rows of these calls, in their order."""


class SourceDelivery:
    """Delivers the records of one source of the spool; used by one thread."""

    def __init__(
        self, spool: Spool, sink: JournalSink, clock: Clock,
        make_decoder: Callable[[], Decoder], mapper: Mapper, batch_records: int = BATCH_RECORDS,
    ) -> None:  # fmt: skip
        self._spool = spool
        self._sink = sink
        self._clock = clock
        self._make_decoder = make_decoder
        self._mapper = mapper
        self._batch_records = batch_records
        #: False before the first restart, and after an error.
        self.is_ready = False
        #: What the watermark may be at a restart within this process; empty: anything.
        self._possible_watermarks: set[int] = set()

    def restart(self, source: SpoolSource) -> None:
        """Take up delivery from what the journal and the spool say.

        Raises:
            DatabaseError: The watermark cannot be read; call again later.
            SpoolError: Journal and spool do not belong together (see the message).
        """
        self._watermark = self._sink.watermark(self._spool.spool_id, source.name)
        self._check_history(source)
        self._source_id, self._name = source.source_id, source.name
        self._settled = source.settled_sequence
        self._position = source.keep_from_sequence - 1
        self._decoders: dict[int, Decoder] = {}
        self._old_letters = self._spool.dead_letter_keys(
            source.source_id, source.settled_sequence + 1, source.last_sequence
        )
        self._possible_watermarks = {self._watermark}
        self.is_ready = True

    @property
    def position(self) -> int:
        """The sequence up to which records have been read from the spool."""
        return self._position

    def step(self) -> bool:
        """Deliver the next batch; False if there was nothing to do.

        On any error nothing is half done, and :meth:`restart` comes before the next step.
        """
        self.is_ready = False
        chunks = self._spool.read(self._source_id, self._position, self._batch_records)
        if chunks:
            batch = OutcomeBatch(self._source_id, self._clock.now())
            for chunk in chunks:
                batch.extend(self._decode(chunk))
            self._position = chunks[-1].last_sequence
            if self._position > self._settled:  # else: decoded for the decoders' sake only
                self._deliver(batch)
        self.is_ready = True
        return bool(chunks)

    def expire(self) -> bool:
        """Put a TICK into the spool for each decoder that has waited to its deadline."""
        now = self._clock.now()
        ticks = [
            Entry(self._source_id, connection_id, EntryKind.TICK, (), now)
            for connection_id, decoder in self._decoders.items()
            if decoder.deadline_utc is not None and decoder.deadline_utc <= now
        ]
        if ticks:
            self._spool.accept(ticks)
        return bool(ticks)

    def _check_history(self, source: SpoolSource) -> None:
        if self._watermark > source.last_sequence:
            raise SpoolError(
                f"The journal has records of source {source.name} up to {self._watermark}, this "
                f"spool only up to {source.last_sequence}: it was restored from an older copy.",
                hint="Bring back the newer spool, or name a new, empty folder with --spool.",
            )
        if self._possible_watermarks and self._watermark not in self._possible_watermarks:
            raise SpoolError(
                f"Something else delivers from a copy of this spool (source {source.name}: the "
                f"journal's watermark moved to {self._watermark}).",
                hint="Stop the other one; two must not share a copied spool.",
            )
        if self._watermark < source.watermark:
            logger.warning(
                "source %s: the journal was set back from record %d to %d (restored from a "
                "backup?); calls in between are missing there",
                source.name, source.watermark, self._watermark,
            )  # fmt: skip

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

    def _deliver(self, batch: OutcomeBatch) -> None:
        start = batch.first_above(self._settled)
        letters = batch.rejected(start)
        self._spool.add_dead_letters(letters)
        calls = batch.calls(start, self._mapper.is_wanted)
        if self._old_letters:
            calls = [index for index in calls if batch.key(index) not in self._old_letters]
        fresh_from = batch.first_above(self._watermark)
        fresh = [index for index in calls if index >= fresh_from]
        refused = self._write(batch, fresh) if fresh else []
        delivered = batch.count(calls) - batch.count(refused)
        dead = (
            sum(len(letter.records) for letter in letters)
            + batch.count(refused)
            + self._count_old(batch, start)
        )
        self._settle(delivered, batch.count_from(start) - delivered - dead, dead)

    def _count_old(self, batch: OutcomeBatch, start: int) -> int:
        """Return how many records lie in dead letters that an earlier try made of rows."""
        if not self._old_letters:
            return 0
        calls = batch.calls(start, self._mapper.is_wanted)
        return batch.count([index for index in calls if batch.key(index) in self._old_letters])

    def _write(self, batch: OutcomeBatch, fresh: list[int]) -> list[int]:
        """Commit rows and watermark; return the indexes of the rows that were refused."""
        calls = [batch.outcomes[index] for index in fresh]
        sequences = [batch.sequences[index] for index in fresh]
        rows = self._mapper.rows(calls, sequences)  # type: ignore[arg-type]  # batch.calls() chose the CallRecords

        def keep_refused(refused: Sequence[RejectedRow]) -> None:
            self._spool.add_dead_letters(
                [
                    batch.dead_letter(fresh[row.position], REFUSED_BY_DATABASE, row.detail)
                    for row in refused
                ]
            )

        self._possible_watermarks = {self._watermark, self._position}
        refused = self._sink.deliver(
            RowBatch(self._spool.spool_id, self._name, rows, self._watermark, self._position),
            keep_refused,
        )
        self._watermark = self._position
        self._possible_watermarks = {self._position}
        return [fresh[row.position] for row in refused]

    def _settle(self, delivered: int, skipped: int, dead_letters: int) -> None:
        self._spool.settle(
            Settlement(
                self._source_id, self._position, self._keep_from(), delivered, skipped,
                dead_letters, self._watermark,
            )
        )  # fmt: skip
        self._settled = self._position

    def _keep_from(self) -> int:
        """Return the oldest sequence that a decoder needs, should it be made again."""
        needed = [self._position + 1]
        for decoder in self._decoders.values():
            needed.append(self._position + 1 - decoder.memory_records)
            if decoder.oldest_open is not None:
                needed.append(decoder.oldest_open)
        return max(min(needed), 1)
