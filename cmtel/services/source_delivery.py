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

Committing waits for the database most of the time, so it runs in a worker thread while the next
batch is being decoded; never more than one batch is under way.

A database may refuse a batch as a whole, at its commit (a deferred constraint). Then it comes
again in smaller batches, until the culprit is alone.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Protocol

from cmtel.domain.calls import CallRecord
from cmtel.domain.row_mapping import Column
from cmtel.errors import RecordRejected, SpoolError
from cmtel.formats.seam import Decoder
from cmtel.services.committer import Committer
from cmtel.services.outcome_batch import REFUSED_BY_DATABASE, OutcomeBatch
from cmtel.services.ports import Clock, Enricher, JournalSink, RejectedRow, Row, RowBatch
from cmtel.services.source_decoding import LegPlan, SourceDecoding
from cmtel.services.spool_ports import Settlement, Spool, SpoolSource

logger = logging.getLogger(__name__)

#: Records read, decoded and committed together. Larger ones gain little and hold more memory.
BATCH_RECORDS = 5_000
#: How much smaller the batches become when one is refused as a whole.
_SMALLER = 8


class Mapper(Protocol):
    """Calls to rows of the journal's columns (domain/row_mapping.py)."""

    def is_wanted(self, call: CallRecord) -> bool:
        """False for calls that the journal leaves out (internal ones, if so chosen)."""

    def rows(
        self,
        calls: Sequence[CallRecord],
        sequences: Sequence[int],
        enriched: Mapping[str, Column] | None = None,
    ) -> list[Row]:
        """Return the rows of these calls, in their order; ``enriched`` columns win."""


class SourceDelivery:
    """Delivers the records of one source of the spool; used by one thread.

    Attributes:
        is_ready: False before the first :meth:`restart`, and after an error.
    """

    def __init__(
        self, spool: Spool, sink: JournalSink, clock: Clock, committer: Committer,
        make_decoder: Callable[[], Decoder], mapper: Mapper, batch_records: int = BATCH_RECORDS,
        enrichers: Sequence[Enricher] = (),
        legs: LegPlan | None = None,
    ) -> None:  # fmt: skip
        self._spool = spool
        self._sink = sink
        self._clock = clock
        self._committer = committer
        self._make_decoder = make_decoder
        self._mapper = mapper
        self._enrichers = enrichers
        self._legs = legs or LegPlan()
        self._batch_records = self._full_batch_records = batch_records
        self._settled = 0
        self.is_ready = False
        self._under_way: Future[None] | None = None
        #: What the watermark may be at a restart within this process; empty: anything.
        self._possible_watermarks: set[int] = set()

    def restart(self, source: SpoolSource) -> None:
        """Take up delivery from what the journal and the spool say.

        Raises:
            DatabaseError: The watermark cannot be read; call again later.
            SpoolError: Journal and spool do not belong together (see the message).
        """
        spool_id = self._spool.spool_id
        self._watermark = self._committer.call(lambda: self._sink.watermark(spool_id, source.name))
        self._check_history(source)
        self._source_id, self._name = source.source_id, source.name
        self._settled = source.settled_sequence
        self._old_letters = self._spool.dead_letter_keys(
            source.source_id, source.settled_sequence + 1, source.last_sequence
        )
        self._possible_watermarks = {self._watermark}
        self._decoding = SourceDecoding(
            self._spool, self._clock, source, self._make_decoder, self._legs
        )
        self.is_ready = True

    @property
    def settled(self) -> int:
        """The sequence up to which the books are done."""
        return self._settled

    @property
    def position(self) -> int:
        """The sequence up to which records have been read from the spool."""
        return self._decoding.position

    def step(self) -> bool:
        """Decode the next batch and hand it to the committer; False if there was nothing to do.

        Raises:
            CmtelError: The batch before failed, as a whole; :meth:`restart` comes next.
        """
        self.is_ready = False
        batch = self._decoding.next_batch(self._batch_records)
        was_busy = self._wait_for_commit()
        if batch is not None and batch.up_to_sequence > self._settled:
            self._under_way = self._committer.submit(partial(self._deliver, batch))
        self.is_ready = True
        return batch is not None or was_busy

    def finish(self, patience_secs: float = math.inf) -> bool:
        """Wait for the batch under way; False if there was none.

        Raises:
            CmtelError: As :meth:`step` does.
            StillUnderWay: ``patience_secs`` are over, or all is to stop; call again, or leave it:
                whether it is committed is found at the next start.
        """
        self.is_ready = False
        was_busy = self._wait_for_commit(patience_secs)
        self.is_ready = True
        return was_busy

    def expire(self) -> bool:
        """Give up what has waited too long in a decoder; False if nothing has."""
        return self._decoding.expire()

    def end(self) -> bool:
        """The source has ended for good: complete the calls that wait for legs; False if none."""
        return self._decoding.end()

    def _wait_for_commit(self, patience_secs: float = math.inf) -> bool:
        if self._under_way is None:
            return False
        self._committer.wait(self._under_way, patience_secs)
        under_way, self._under_way = self._under_way, None
        under_way.result()
        return True

    def _check_history(self, source: SpoolSource) -> None:
        unchecked = self._spool.unchecked_end(source.source_id)
        end = source.last_sequence if unchecked is None else unchecked
        if self._watermark > end:
            raise SpoolError(
                f"The journal has records of source {source.name} up to {self._watermark}, this "
                f"spool only up to {end}: it was restored from an older copy.",
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
        if unchecked is not None:
            self._spool.note_checked(source.source_id)

    # --- in the committer's thread; step() waits for it before it hands over the next batch ---

    def _deliver(self, batch: OutcomeBatch) -> None:
        start = batch.first_above(self._settled)
        letters = batch.rejected(start)
        self._spool.add_dead_letters(letters)
        wanted = batch.calls(start, self._mapper.is_wanted)
        calls = wanted
        if self._old_letters:
            calls = [index for index in wanted if batch.key(index) not in self._old_letters]
        fresh_from = batch.first_above(self._watermark)
        fresh = [index for index in calls if index >= fresh_from]
        refused = self._write(batch, fresh) if fresh else []
        delivered = batch.count(calls) - batch.count(refused)
        dead = batch.count_rejected(start) + batch.count(wanted) - delivered
        skipped = batch.count_from(start) - delivered - dead
        self._spool.settle(
            Settlement(
                self._source_id, batch.up_to_sequence, batch.keep_from_sequence, delivered,
                skipped, dead, self._watermark, batch.merged_from(start), batch.pins,
            )
        )  # fmt: skip
        self._settled = batch.up_to_sequence

    def _write(self, batch: OutcomeBatch, fresh: list[int]) -> list[int]:
        """Commit rows and watermark; return the indexes of the rows that were refused."""
        sequences = [batch.sequences[index] for index in fresh]
        rows = self._rows(batch, fresh)

        def keep_refused(refused: Sequence[RejectedRow]) -> None:
            self._spool.add_dead_letters(
                [
                    batch.dead_letter(fresh[row.position], REFUSED_BY_DATABASE, row.detail)
                    for row in refused
                ]
            )

        new_watermark = batch.up_to_sequence
        self._possible_watermarks = {self._watermark, new_watermark}
        try:
            refused = self._sink.deliver(
                RowBatch(self._spool.spool_id, self._name, rows, self._watermark, new_watermark),
                keep_refused,
            )
        except RecordRejected as error:
            if sequences[0] != sequences[-1]:
                self._batch_records = max(1, len(batch.sequences) // _SMALLER)
                raise
            keep_refused([RejectedRow(number, error.message) for number in range(len(rows))])
            self._possible_watermarks = {self._watermark}
            return fresh
        self._batch_records = min(self._batch_records * 2, self._full_batch_records)
        self._watermark = new_watermark
        self._possible_watermarks = {new_watermark}
        return [fresh[row.position] for row in refused]

    def _rows(self, batch: OutcomeBatch, fresh: list[int]) -> list[Row]:
        """Return the rows of these calls, with what folding and looking up have added."""
        calls: list[Any] = [batch.outcomes[index] for index in fresh]
        known: dict[str, Column] = dict(batch.columns(fresh))
        for enricher in self._enrichers:
            enricher.enrich(calls, known)
        sequences = [batch.sequences[index] for index in fresh]
        return self._mapper.rows(calls, sequences, known)
