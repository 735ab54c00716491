"""The delivering loop: all sources of one journal, with patience for its database.

A database that is down stops nothing but this loop: sources go on accepting into the spool. It
is tried again with growing pauses; each change of the trouble is logged once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from cmtel.errors import DatabaseError, SpoolError, SpoolFull
from cmtel.services.committer import StillUnderWay
from cmtel.services.journal_pause import JournalPause, JournalPauses, NeverPaused
from cmtel.services.ports import Clock
from cmtel.services.source_delivery import SourceDelivery
from cmtel.services.spool_ports import Spool, SpoolSource

logger = logging.getLogger(__name__)

#: The first and the longest pause after a failure of the database, in seconds.
FIRST_PAUSE_SECS = 0.5
LONGEST_PAUSE_SECS = 15.0
#: How long the loop sleeps when there is nothing to do and nothing wakes it, in seconds.
IDLE_SECS = 1.0
#: How long a commit under way may take when all is to stop, in seconds.
_STOP_SECS = 2.0


class LoopState(NamedTuple):
    """How the loop stands: its pause, and what keeps it from delivering ("" if nothing does)."""

    pause: JournalPause | None
    trouble: str


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """What to deliver and when to end.

    Attributes:
        journal_id: Sources of other journals in the same spool are left alone.
        make_delivery: The delivery of a source, or None if the source is not configured now.
        is_once: End when the sources have ended and all is delivered; nothing is given up by
            time, since the end of the input does it.
        give_up_secs: With ``is_once``: how long the database may fail before the loop gives up.
        pauses: While one holds, what is under way is finished and nothing else is delivered.
        on_round: Called at each round, also while the database is down: the loop is alive.
    """

    journal_id: str
    make_delivery: Callable[[SpoolSource], SourceDelivery | None]
    is_once: bool = False
    give_up_secs: float = 300.0
    pauses: JournalPauses = field(default_factory=NeverPaused)
    on_round: Callable[[LoopState], None] = lambda _: None


class DeliveryLoop:
    """Runs in one thread until the clock stops, or until all is done (``is_once``)."""

    def __init__(self, spool: Spool, clock: Clock, plan: DeliveryPlan) -> None:
        self._spool = spool
        self._clock = clock
        self._plan = plan
        self._deliveries: dict[int, SourceDelivery | None] = {}
        self._trouble: str | None = None
        self._failing_since: float | None = None
        self._pause_secs = FIRST_PAUSE_SECS
        self._settled = 0
        self._pause: JournalPause | None = None
        self._pause_fault = ""

    def run(self, have_sources_ended: Callable[[], bool]) -> None:
        """Deliver until told to stop.

        Raises:
            DatabaseError: With ``is_once``, the database failed for too long.
            SpoolError: The spool cannot be read or written, or does not belong to the journal.
        """
        while not self._clock.is_stopping:
            ended = have_sources_ended()  # asked before the round: what came until now is in it
            is_over = ended and self._plan.is_once
            self._look_for_pause()
            self._plan.on_round(LoopState(self._pause, self._trouble or ""))
            try:
                is_busy = self._round() or (is_over and self._end_calls())
            except StillUnderWay:
                break  # all is to stop
            except (DatabaseError, SpoolFull) as error:
                self._wait_out(error)
                continue
            if self._has_progressed() or not is_busy:
                self._all_is_well()
            if is_busy:
                continue
            if is_over:
                return
            self._spool.wait_for_records(IDLE_SECS)
        self._finish()

    def _round(self) -> bool:
        """Give every source with something to deliver one step; True if any had something."""
        is_busy = False
        for source in self._spool.sources():
            delivery = self._delivery(source)
            if delivery is None:
                continue
            if self._pause is not None:
                is_busy |= delivery.is_ready and delivery.finish()
                continue
            if not delivery.is_ready:
                delivery.restart(source)
            if source.last_sequence > delivery.position:
                is_busy |= delivery.step()
            elif delivery.finish():
                is_busy = True
            elif not self._plan.is_once:
                is_busy |= delivery.expire()
        return is_busy

    def _look_for_pause(self) -> None:
        before, self._pause = self._pause, self._current_pause()
        if self._pause is not None and self._pause != before:
            reason = f" ({self._pause.reason})" if self._pause.reason else ""
            until = self._pause.until.isoformat(timespec="seconds")
            logger.warning("delivery is paused by %s until %s%s.", self._pause.by, until, reason)
        elif before is not None and self._pause is None:
            logger.warning("delivery is paused no longer.")

    def _current_pause(self) -> JournalPause | None:
        """A pause that cannot be read is none: delivering is what a journal is for."""
        try:
            return self._plan.pauses.current(self._clock.now())
        except SpoolError as error:
            if error.message != self._pause_fault:
                self._pause_fault = error.message
                logger.warning("delivery goes on: %s", error.message)
            return None

    def _end_calls(self) -> bool:
        """Nothing comes any more: complete the calls that wait for legs; False if none does."""
        ended = [delivery.end() for delivery in self._deliveries.values() if delivery]
        return any(ended)

    def _finish(self) -> None:
        """Stopping: wait a little for what is under way; the rest is met at the next start."""
        deadline = self._clock.monotonic() + _STOP_SECS
        for delivery in self._deliveries.values():
            if delivery is not None:
                try:
                    delivery.finish(max(deadline - self._clock.monotonic(), 0.0))
                except DatabaseError as error:
                    logger.warning("delivery was stopped: %s", error.message)
                except StillUnderWay:
                    logger.warning("delivery was stopped while the database did not answer.")

    def _delivery(self, source: SpoolSource) -> SourceDelivery | None:
        if source.journal_id != self._plan.journal_id:
            return None
        if source.source_id not in self._deliveries:
            self._deliveries[source.source_id] = self._plan.make_delivery(source)
        return self._deliveries[source.source_id]

    def _wait_out(self, error: DatabaseError | SpoolFull) -> None:
        now = self._clock.monotonic()
        if self._failing_since is None:
            self._failing_since = now
        if self._plan.is_once and now - self._failing_since > self._plan.give_up_secs:
            raise error
        if error.message != self._trouble:
            self._trouble = error.message
            logger.warning("delivery waits: %s Calls are kept in the spool.", error.message)
        self._clock.wait(self._pause_secs)
        self._pause_secs = min(self._pause_secs * 2, LONGEST_PAUSE_SECS)

    def _has_progressed(self) -> bool:
        """A batch that was handed over may still fail; what is settled did not."""
        before = self._settled
        self._settled = sum(each.settled for each in self._deliveries.values() if each)
        return self._settled > before

    def _all_is_well(self) -> None:
        if self._trouble is not None:
            logger.warning("delivery goes on.")
        self._trouble = None
        self._failing_since = None
        self._pause_secs = FIRST_PAUSE_SECS
