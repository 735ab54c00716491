"""The delivering loop: all sources of one journal, with patience for its database.

A database that is down stops nothing but this loop: sources go on accepting into the spool. It
is tried again with growing pauses; each change of the trouble is logged once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from cmtel.errors import DatabaseError, SpoolFull
from cmtel.services.committer import StillUnderWay
from cmtel.services.ports import Clock, Spool, SpoolSource
from cmtel.services.source_delivery import SourceDelivery

logger = logging.getLogger(__name__)

#: The first and the longest pause after a failure of the database, in seconds.
FIRST_PAUSE_SECS = 0.5
LONGEST_PAUSE_SECS = 15.0
#: How long the loop sleeps when there is nothing to do and nothing wakes it, in seconds.
IDLE_SECS = 1.0
#: How long a commit under way may take when all is to stop, in seconds.
_STOP_SECS = 2.0


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """What to deliver and when to end.

    Attributes:
        journal_id: Sources of other journals in the same spool are left alone.
        make_delivery: The delivery of a source, or None if the source is not configured now.
        is_once: End when the sources have ended and all is delivered; nothing is given up by
            time, since the end of the input does it.
        give_up_secs: With ``is_once``: how long the database may fail before the loop gives up.
    """

    journal_id: str
    make_delivery: Callable[[SpoolSource], SourceDelivery | None]
    is_once: bool = False
    give_up_secs: float = 300.0


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

    def run(self, have_sources_ended: Callable[[], bool]) -> None:
        """Deliver until told to stop.

        Raises:
            DatabaseError: With ``is_once``, the database failed for too long.
            SpoolError: The spool cannot be read or written, or does not belong to the journal.
        """
        while not self._clock.is_stopping:
            ended = have_sources_ended()  # asked before the round: what came until now is in it
            is_over = ended and self._plan.is_once
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
            if not delivery.is_ready:
                delivery.restart(source)
            if source.last_sequence > delivery.position:
                is_busy |= delivery.step()
            elif delivery.finish():
                is_busy = True
            elif not self._plan.is_once:
                is_busy |= delivery.expire()
        return is_busy

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
