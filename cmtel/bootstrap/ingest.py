"""From what is to be ingested to an Ingest that runs: sources, spool, delivery, journal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool import known_spools
from cmtel.adapters.spool.lock import lock_spool
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.bootstrap.deliveries import Deliveries, prepare
from cmtel.bootstrap.enrichment import open_enrichers
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.ingest_order import IngestOrder, SourceOrder
from cmtel.bootstrap.journal import JournalTarget, open_target
from cmtel.bootstrap.sessions import session_for
from cmtel.bootstrap.sources import make_source
from cmtel.domain.source_address import SourceAddress, parse_source_address
from cmtel.errors import ConfigError
from cmtel.formats.masking import Masking
from cmtel.services import fold_ranges
from cmtel.services.committer import Committer
from cmtel.services.delivery import DeliveryPlan, LoopState
from cmtel.services.ingest import ConfiguredSource, Ingest
from cmtel.services.intake import SpoolIntake
from cmtel.services.journal_pause import JournalPauses, NeverPaused
from cmtel.services.sequence import SourceSequence

if TYPE_CHECKING:
    from cmtel.services.ports import Clock, Source
    from cmtel.services.spool_ports import Spool

logger = logging.getLogger(__name__)


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
        lock = lock_spool(folder)
        known_spools.note(state_folder(), folder)
        try:
            yield spool
        finally:
            lock.close()
    finally:
        spool.close()


@dataclass(frozen=True, slots=True)
class Watching:
    """Who pauses an ingest, and who is told how it goes."""

    pauses: JournalPauses = field(default_factory=NeverPaused)
    on_round: Callable[[SqliteSpool, LoopState], None] = lambda _spool, _state: None


@contextmanager
def open_ingest(
    order: IngestOrder,
    clock: SystemClock,
    *,
    default_spool: str = "spool",
    watching: Watching | None = None,
) -> Iterator[OpenIngest]:
    """Make everything that an ingest needs, check it before the start, and close it at the end.

    Raises:
        UsageError, ConfigError: Something in the order is wrong; nothing was started.
        DatabaseUnavailable: The journal cannot be reached and was never reached from this spool.
        StoppedEarly: The clock was stopped while the database did not answer.
    """
    check_formats(order.sources)
    if order.masking is not None:
        check_masking(order.sources)
    check_database(order.target)
    sources = {
        source.name: _make_source(source, clock, is_once=order.is_once) for source in order.sources
    }
    committer = Committer(clock)
    with (
        open_enrichers(order.enrichment, clock, is_once=order.is_once) as enrichers,
        open_spool(order.spool_folder, order.spool_limit_bytes, default_spool) as spool,
        ExitStack() as at_end,
    ):
        journal_id, sink = prepare(spool, order, committer)
        spool.note_unchecked()
        spool.close_stale_connections(clock.now())
        fold_ranges.begin(spool, journal_id, clock.now(), is_folding=order.is_folding)
        deliveries = Deliveries(order, spool, clock, committer, journal_id, sink, enrichers)
        at_end.callback(deliveries.close)
        watched = watching or Watching()
        plan = DeliveryPlan(
            journal_id,
            deliveries.make,
            is_once=order.is_once,
            pauses=watched.pauses,
            on_round=partial(watched.on_round, spool),
        )
        configured = [
            ConfiguredSource(
                source.name, sources[source.name], _intake(order, source, spool, clock, journal_id)
            )
            for source in order.sources
        ]
        yield OpenIngest(Ingest(spool, clock, plan, configured), spool, clock, journal_id)


def _intake(
    order: IngestOrder, source: SourceOrder, spool: Spool, clock: Clock, journal_id: str
) -> SpoolIntake:
    form = source.format
    if order.masking is None:
        return SpoolIntake(spool, clock, source.name, journal_id, form.make_framer)
    masking = Masking(order.masking, form, source.decoding, clock.now)
    return SpoolIntake(spool, clock, source.name, journal_id, form.make_framer, masking.framer)


def check_masking(sources: Sequence[SourceOrder]) -> None:
    """Raise ConfigError for a source whose format cannot be masked."""
    for source in sources:
        if source.format.spans_records:
            raise ConfigError(
                f"The calls of {source.name} cannot be masked: the format {source.format_name} "
                "tells one call in several records.",
                hint="Take Journal/Privacy out, or this source; see docs/privacy.md.",
            )


def check_formats(sources: Sequence[SourceOrder]) -> None:
    """Raise UsageError for an unknown format or a bad option, before anything is touched."""
    for source in sources:
        source.format.make_decoder(source.decoding)


def check_database(target: JournalTarget) -> None:
    """Raise UsageError or MissingExtra for a URL that cannot be one; nothing is connected."""
    if target.url is not None and target.url[:5].lower() != "odbc:":  # its driver is asked later
        open_target(target).dispose()


def _make_source(order: SourceOrder, clock: SystemClock, *, is_once: bool) -> Source:
    made = [_make_one(order, address, clock, is_once=is_once) for address in order.addresses]
    return made[0] if len(made) == 1 else SourceSequence(made, clock)


def _make_one(
    order: SourceOrder, where: str | SourceAddress, clock: SystemClock, *, is_once: bool
) -> Source:
    address = where if isinstance(where, SourceAddress) else parse_source_address(where)
    session = session_for(order.format, address.kind, order.options, order.login)
    return make_source(
        address, clock, options=order.options, session=session, login=order.login, once=is_once
    )
