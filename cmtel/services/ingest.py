"""The ingest: sources accept in threads of their own, delivery runs in the caller's thread.

The two meet in the spool only. Stopping is one thing: the clock. A source that ends or fails
does not stop its neighbours; a spool that cannot be written stops everything, since nothing
could be accepted any more.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from cmtel.errors import CmtelError, SpoolError
from cmtel.services.delivery import DeliveryLoop, DeliveryPlan
from cmtel.services.ports import Clock, Intake, Source
from cmtel.services.spool_ports import LinkState, Spool, SpoolSource

logger = logging.getLogger(__name__)

#: How long sources may take to end once everything is to stop, in seconds.
_STOP_SECS = 3.0


class StoppableClock(Clock, Protocol):
    """A clock that can be told to stop everybody who waits on it."""

    def stop(self) -> None:
        """Ask to stop."""


@dataclass(frozen=True, slots=True)
class ConfiguredSource:
    """A source, its name in the spool, and what it gives its bytes to."""

    name: str
    source: Source
    intake: Intake


class SourceThread(threading.Thread):
    """Runs one source. Daemonic: a source stuck in the kernel must not keep the program alive."""

    def __init__(self, configured: ConfiguredSource, clock: StoppableClock) -> None:
        super().__init__(name=f"source {configured.name}", daemon=True)
        self._configured = configured
        self._clock = clock
        self.error: CmtelError | None = None
        self.has_crashed = False

    def run(self) -> None:
        """Run the source to its end; what it raises is kept in ``error``."""
        self.has_crashed = True
        try:
            self._configured.source.run(self._configured.intake)
        except CmtelError as error:
            self.error = error
        self.has_crashed = False
        self._say_how_it_ended()
        if isinstance(self.error, SpoolError) and not self._clock.is_stopping:
            self._clock.stop()

    def _say_how_it_ended(self) -> None:
        if self.error is None:
            logger.info("source %s has ended", self._configured.name)
        elif not isinstance(self.error, SpoolError):
            self._configured.intake.link(LinkState.DOWN, self.error.message)


class Ingest:
    """One run of ``journal ingest`` or ``journal import``."""

    def __init__(
        self, spool: Spool, clock: StoppableClock, plan: DeliveryPlan,
        sources: Sequence[ConfiguredSource],
    ) -> None:  # fmt: skip
        self._spool = spool
        self._clock = clock
        self._plan = plan
        self._threads = [SourceThread(source, clock) for source in sources]

    def run(self) -> list[SpoolSource]:
        """Run until the clock stops, or until all is done (``plan.is_once``); return the books.

        Raises:
            SourceError: Every source has failed, or one with ``plan.is_once``; the first one's
                error. What was accepted before is delivered if ``plan.is_once``, else it waits.
            DatabaseError, SpoolError: See DeliveryLoop.run; what was accepted is in the spool.
        """
        for thread in self._threads:
            thread.start()
        try:
            DeliveryLoop(self._spool, self._clock, self._plan).run(self._have_sources_ended)
        finally:
            self._stop_sources()
        self._raise_failure()
        return [s for s in self._spool.sources() if s.journal_id == self._plan.journal_id]

    def _have_sources_ended(self) -> bool:
        if any(thread.is_alive() for thread in self._threads):
            return False
        if not self._plan.is_once:
            self._clock.stop()  # nobody is left to accept anything: end, and say why
        return True

    def _stop_sources(self) -> None:
        if any(thread.is_alive() for thread in self._threads):
            self._clock.stop()
        deadline = self._clock.monotonic() + _STOP_SECS
        for thread in self._threads:
            thread.join(max(deadline - self._clock.monotonic(), 0.0))

    def _raise_failure(self) -> None:
        errors = [thread.error for thread in self._threads if thread.error is not None]
        for error in errors:
            if isinstance(error, SpoolError) and not error.retryable:
                raise error
        if any(thread.has_crashed and not thread.is_alive() for thread in self._threads):
            raise CmtelError(
                "A source ended by an error of cmtel itself; the traceback is above.",
                hint="Please report it. What was accepted before is in the spool.",
            )
        if errors and (self._plan.is_once or len(errors) == len(self._threads)):
            raise errors[0]
