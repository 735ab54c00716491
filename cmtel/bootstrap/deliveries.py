"""The delivering half of an ingest: the journal reached, and a delivery for each source."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.bootstrap.ingest_order import IngestOrder, SourceOrder
from cmtel.bootstrap.journal import JournalTarget, make_sink
from cmtel.domain.row_mapping import MappingContext, RowMapper
from cmtel.errors import DatabaseSetupError, DatabaseUnavailable, StoppedEarly
from cmtel.services import fold_ranges
from cmtel.services.committer import Committer, StillUnderWay
from cmtel.services.ports import Enricher
from cmtel.services.source_decoding import LegPlan
from cmtel.services.source_delivery import BATCH_RECORDS, SourceDelivery
from cmtel.services.spool_ports import SpoolSource

if TYPE_CHECKING:
    from cmtel.adapters.database.journal_sink import SqlJournalSink

logger = logging.getLogger(__name__)

#: How long a start waits for a journal that the spool knows already, in seconds: sources are to
#: accept soon, also when the database hangs.
_KNOWN_PATIENCE_SECS = 2.0


def prepare(
    spool: SqliteSpool, order: IngestOrder, committer: Committer
) -> tuple[str, SqlJournalSink | None]:
    """Return the journal's identity and its sink; without one it is down, and remembered.

    The committer's thread asks, so that a database that hangs does not keep the program.

    Raises:
        StoppedEarly: The clock was stopped while the database did not answer.
        DatabaseUnavailable: It is down and was never reached from this spool (or: is_once).
        DatabaseSetupError: The table or its columns are not as they have to be.
    """
    fact = f"journal id of {_description(order.target)}"
    remembered = None if order.is_once else spool.recall(fact)
    patience_secs = math.inf if remembered is None else _KNOWN_PATIENCE_SECS
    try:
        sink, journal_id = committer.call(lambda: _reach(order.target), patience_secs)
    except StillUnderWay as stop:
        if remembered is None:
            message = "Stopped before the database answered; nothing was started."
            raise StoppedEarly(message) from stop
        logger.warning("The database does not answer. Calls are kept in the spool until it does.")
        return remembered, None
    except DatabaseUnavailable as error:
        if remembered is None:
            raise
        logger.warning("%s Calls are kept in the spool until it is back.", error.message)
        return remembered, None
    if not sink.is_transactional:
        logger.warning(
            "The table %s has no transactions: after a crash the last call may stand in it twice.",
            order.target.table,
        )
    spool.remember(fact, journal_id)
    return journal_id, sink


def _reach(target: JournalTarget) -> tuple[SqlJournalSink, str]:
    """Return a sink whose journal was looked at, and the journal's identity."""
    sink = make_sink(target)
    try:
        sink.prepare()
        return sink, sink.journal_id()
    except BaseException:
        sink.close()
        raise


def _description(target: JournalTarget) -> str:
    from cmtel.adapters.database.connect import describe_target

    return f"{describe_target(target.url or '')} {target.table}"


@dataclass(slots=True)
class Deliveries:
    """Makes the deliveries of the sources that are found in the spool."""

    order: IngestOrder
    spool: SqliteSpool
    clock: SystemClock
    committer: Committer
    journal_id: str
    #: None: the journal was down at the start and is to be reached before the first delivery.
    sink: SqlJournalSink | None
    enrichers: Sequence[Enricher] = ()

    def make(self, source: SpoolSource) -> SourceDelivery | None:
        """Return the delivery of a source, or None (said once) if it is not configured now.

        Raises:
            DatabaseError: The journal is still down, or not as it has to be.
        """
        known = self._configured(source.name)
        if known is None:
            self._tell_unknown(source)
            return None
        sink = self.sink = self.sink or self._late_sink()
        self._warn_of_a_lost_spool(source, sink)
        context = MappingContext(
            source.name, known.decoding.timezone, self.order.internal_as, sink.counts_utf16
        )
        form = known.format  # looked up once: a folder of small files makes a decoder for each
        ranges = fold_ranges.ranges_in_effect(self.spool, source, is_folding=self.order.is_folding)
        return SourceDelivery(
            self.spool, sink, self.clock, self.committer,
            lambda: form.make_decoder(known.decoding),
            RowMapper(sink.columns, context),
            # Without transactions a crash may write a batch twice: then a batch is one row.
            BATCH_RECORDS if sink.is_transactional else 1,
            self.enrichers,
            LegPlan(form.legs, ranges, self.order.legs_wait, self.order.is_folding),
        )  # fmt: skip

    def _warn_of_a_lost_spool(self, source: SpoolSource, sink: SqlJournalSink) -> None:
        """A new spool does not know what an earlier one has read of a file."""
        if not source.name.startswith("file:") or source.settled_sequence:
            return
        spool_id = self.spool.spool_id
        if self.committer.call(lambda: sink.other_spools(spool_id, source.name)):
            logger.warning(
                "%s was delivered to %s from another spool before; this one is new and reads it "
                "from the beginning: what is still in the file is in the journal twice then",
                source.name, self.order.target.table,
            )  # fmt: skip

    def close(self) -> None:
        """Let go of the journal."""
        if self.sink is not None:
            self.sink.close()

    def _late_sink(self) -> SqlJournalSink:
        sink, journal_id = self.committer.call(lambda: _reach(self.order.target))
        if journal_id == self.journal_id:
            return sink
        sink.close()
        raise DatabaseSetupError(
            f"{_description(self.order.target)} is not the journal for which calls were accepted "
            "while it was down: it has been made anew, or another one answers.",
            hint="Bring that one back; or stop the ingest and start it again, and it goes on with "
            "the new one.",
        )

    def _tell_unknown(self, source: SpoolSource) -> None:
        if source.waiting:
            logger.warning(
                "source %s is not configured now; its %d records wait in the spool",
                source.name, source.waiting,
            )  # fmt: skip

    def _configured(self, name: str) -> SourceOrder | None:
        """A listener's peers are NAME@PEER."""
        by_name = {source.name: source for source in self.order.sources}
        return by_name.get(name) or by_name.get(name.rpartition("@")[0])
