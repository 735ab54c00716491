"""From what is to be ingested to an Ingest that runs: sources, spool, delivery, journal."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool import known_spools
from cmtel.adapters.spool.lock import SpoolLock
from cmtel.adapters.spool.sqlite_spool import DEFAULT_LIMIT_BYTES, SqliteSpool
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.journal import JournalTarget, make_sink, open_target
from cmtel.bootstrap.sources import make_source
from cmtel.domain.row_mapping import InternalAs, MappingContext, RowMapper
from cmtel.domain.source_address import SourceAddress
from cmtel.errors import DatabaseSetupError, DatabaseUnavailable, StoppedEarly
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions, Format
from cmtel.services.committer import Committer, StillUnderWay
from cmtel.services.delivery import DeliveryPlan
from cmtel.services.ingest import ConfiguredSource, Ingest
from cmtel.services.intake import SpoolIntake
from cmtel.services.ports import SpoolSource
from cmtel.services.sequence import SourceSequence
from cmtel.services.source_delivery import BATCH_RECORDS, SourceDelivery

if TYPE_CHECKING:
    from cmtel.adapters.database.journal_sink import SqlJournalSink
    from cmtel.services.ports import Source

logger = logging.getLogger(__name__)

#: How long a start waits for a journal that the spool knows already, in seconds: sources are to
#: accept soon, also when the database hangs.
_KNOWN_PATIENCE_SECS = 2.0


@dataclass(frozen=True, slots=True)
class SourceOrder:
    """One source to read.

    Attributes:
        name: Its name in the spool and the books; a listener's peers are NAME@PEER.
        addresses: As after ``--source``, or read already; several are read one after another.
        format_name: As after ``--format``.
        decoding: How its records are to be read.
        options: As from ``--source-opt``.
    """

    name: str
    addresses: Sequence[str | SourceAddress]
    format_name: str
    decoding: DecodeOptions = field(default_factory=DecodeOptions)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def format(self) -> Format:
        """The format itself; UsageError if there is none of that name."""
        return registry.get(self.format_name)


@dataclass(frozen=True, slots=True)
class IngestOrder:
    """What to ingest, and where to."""

    target: JournalTarget
    sources: Sequence[SourceOrder]
    spool_folder: Path | None = None
    spool_limit_bytes: int = DEFAULT_LIMIT_BYTES
    internal_as: InternalAs = "o"
    is_once: bool = False


@dataclass(frozen=True, slots=True)
class OpenIngest:
    """An ingest ready to run, and what it runs on."""

    ingest: Ingest
    spool: SqliteSpool
    clock: SystemClock
    journal_id: str


@contextmanager
def open_spool(folder: Path | None, limit_bytes: int, default_name: str) -> Iterator[SqliteSpool]:
    """Open and lock a spool for this process; note it for ``cmtel status``.

    Raises:
        SpoolError: It is in use by another process, or cannot be used.
    """
    folder = folder or state_folder() / default_name
    spool = SqliteSpool(folder, limit_bytes=limit_bytes)
    try:
        lock = SpoolLock(folder)
        known_spools.note(state_folder(), folder)
        try:
            yield spool
        finally:
            lock.close()
    finally:
        spool.close()


@contextmanager
def open_ingest(
    order: IngestOrder, clock: SystemClock, *, default_spool: str = "spool"
) -> Iterator[OpenIngest]:
    """Make everything that an ingest needs, check it before the start, and close it at the end.

    Raises:
        UsageError, ConfigError: Something in the order is wrong; nothing was started.
        DatabaseUnavailable: The journal cannot be reached and was never reached from this spool.
        StoppedEarly: The clock was stopped while the database did not answer.
    """
    check_formats(order.sources)
    check_database(order.target)
    sources = {
        source.name: _make_source(source, clock, is_once=order.is_once) for source in order.sources
    }
    committer = Committer(clock)
    with (
        open_spool(order.spool_folder, order.spool_limit_bytes, default_spool) as spool,
        ExitStack() as at_end,
    ):
        journal_id, sink = prepare(spool, order, committer)
        spool.note_unchecked()
        spool.close_stale_connections(clock.now())
        deliveries = Deliveries(order, spool, clock, committer, journal_id, sink)
        at_end.callback(deliveries.close)
        plan = DeliveryPlan(journal_id, deliveries.make, is_once=order.is_once)
        configured = [
            ConfiguredSource(
                source.name,
                sources[source.name],
                SpoolIntake(spool, clock, source.name, journal_id, source.format.make_framer),
            )
            for source in order.sources
        ]
        yield OpenIngest(Ingest(spool, clock, plan, configured), spool, clock, journal_id)


def check_formats(sources: Sequence[SourceOrder]) -> None:
    """Raise UsageError for an unknown format or a bad option, before anything is touched."""
    for source in sources:
        source.format.make_decoder(source.decoding)


def check_database(target: JournalTarget) -> None:
    """Raise UsageError or MissingExtra for a URL that cannot be one; nothing is connected."""
    if target.url is not None and target.url[:5].lower() != "odbc:":  # its driver is asked later
        open_target(target).dispose()


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
        context = MappingContext(
            source.name, known.decoding.timezone, self.order.internal_as, sink.counts_utf16
        )
        return SourceDelivery(
            self.spool, sink, self.clock, self.committer,
            lambda: known.format.make_decoder(known.decoding),
            RowMapper(sink.columns, context),
            # Without transactions a crash may write a batch twice: then a batch is one row.
            BATCH_RECORDS if sink.is_transactional else 1,
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


def _make_source(order: SourceOrder, clock: SystemClock, *, is_once: bool) -> Source:
    made = [
        make_source(address, clock, options=order.options, once=is_once)
        for address in order.addresses
    ]
    return made[0] if len(made) == 1 else SourceSequence(made, clock)


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
