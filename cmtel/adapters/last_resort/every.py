"""Several last resorts, one after the other."""

from __future__ import annotations

from collections.abc import Sequence

from cmtel.domain.mails.outbox import OutboxRow
from cmtel.services.notifier.ports import LastResort


class EveryResort:
    """Uses them all; none of them raises. Without any, the system's log is all there is."""

    def __init__(self, resorts: Sequence[LastResort]) -> None:
        self._resorts = tuple(resorts)

    def resort(self, row: OutboxRow) -> None:
        """Hand the mail to each."""
        for each in self._resorts:
            each.resort(row)
