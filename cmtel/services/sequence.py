"""Several sources that are read one after another, as one."""

from __future__ import annotations

from collections.abc import Sequence

from cmtel.services.ports import Clock, Intake, Source


class SourceSequence:
    """Runs sources in their order, each to its end; for the files of an import."""

    def __init__(self, sources: Sequence[Source], clock: Clock) -> None:
        self._sources = sources
        self._clock = clock

    def run(self, intake: Intake) -> None:
        """Run all; stops early when the clock does. Raises what a source raises."""
        for source in self._sources:
            if self._clock.is_stopping:
                return
            source.run(intake)
