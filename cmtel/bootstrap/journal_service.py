"""``cmtel journal ingest`` until it is stopped: paused by operators, watched, seen in status."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cmtel.adapters.journal_pause_file import JournalPauseFile
from cmtel.adapters.sd_notify import SystemdNotify
from cmtel.bootstrap.folders import state_folder
from cmtel.bootstrap.herald import Herald
from cmtel.bootstrap.ingest import OpenIngest, Watching, open_ingest
from cmtel.bootstrap.spools import spool_document
from cmtel.bootstrap.status_files import own_status_file
from cmtel.services.books import status_line
from cmtel.services.spool_ports import LinkState

if TYPE_CHECKING:
    from cmtel.adapters.clock import SystemClock
    from cmtel.adapters.spool.sqlite_spool import SqliteSpool
    from cmtel.bootstrap.ingest_order import IngestOrder
    from cmtel.services.delivery import LoopState
    from cmtel.services.spool_ports import SpoolSource

#: A batch may wait for a slow database; a loop that makes no round for so long hangs.
WATCHDOG = timedelta(minutes=10)
#: A source that cannot connect does not keep the service from being up.
READY_WITHIN = timedelta(seconds=10)
#: How often systemd is told.
_ALIVE_EVERY_SECS = 5.0


@contextmanager
def open_journal_service(
    order: IngestOrder, clock: SystemClock, config_path: str | None
) -> Iterator[OpenIngest]:
    """Open an ingest that goes on until it is stopped; see :func:`open_ingest`."""
    herald = Herald("journal", clock, own_status_file("journal"), SystemdNotify(), config_path)
    teller = _Teller(order, clock, herald)
    watching = Watching(JournalPauseFile(state_folder()), teller.look)
    with open_ingest(order, clock, watching=watching) as opened:
        yield opened
        herald.stopping()


class _Teller:
    """Tells how an ingest goes, at each round of its delivery."""

    def __init__(self, order: IngestOrder, clock: SystemClock, herald: Herald) -> None:
        self._order = order
        self._names = {source.name for source in order.sources}
        self._clock = clock
        self._herald = herald
        self._started_at = clock.now()
        self._next_secs = 0.0

    def look(self, spool: SqliteSpool, state: LoopState) -> None:
        self._herald.look(lambda: self._document(spool, state))
        now_secs = self._clock.monotonic()
        if now_secs < self._next_secs:
            return
        sources = spool.sources()
        line = status_line(sources, self._clock.now(), _hindrance(state))
        if self._is_up(sources, self._clock.now()):
            self._herald.ready(line, WATCHDOG)
            self._next_secs = now_secs + _ALIVE_EVERY_SECS
        self._herald.alive(line)

    def _document(self, spool: SqliteSpool, state: LoopState) -> dict[str, Any]:
        pause = state.pause
        return {
            "paused_until": pause.until if pause else None,
            "pause_reason": pause.reason if pause else None,
            "paused_by": pause.by if pause else None,
            "trouble": state.trouble or None,
            "table": str(self._order.target.table),
            "spools": [spool_document(spool, os.getpid())],
        }

    def _is_up(self, sources: Sequence[SpoolSource], now: datetime) -> bool:
        """Tell whether every source listens or is connected, or has had its time for it."""
        up = {source.name for source in sources if _is_linked(source, self._started_at)}
        return self._names <= up or now - self._started_at >= READY_WITHIN


def _is_linked(source: SpoolSource, started_at: datetime) -> bool:
    """Tell whether the source's link has become something in this run."""
    since = source.link_since_utc
    return (
        source.link not in (None, LinkState.CONNECTING)
        and since is not None
        and since >= started_at.replace(microsecond=0)
    )


def _hindrance(state: LoopState) -> str:
    if state.pause is not None:
        return f"PAUSED until {state.pause.until.isoformat(timespec='minutes')}"
    return f"waiting: {state.trouble}" if state.trouble else ""
