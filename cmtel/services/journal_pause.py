"""A pause of the journal: calls are accepted into the spool, and nothing is delivered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

#: As the notifier's (domain/incidents/rules.py): who forgets a pause is not to lose the journal.
DEFAULT_PAUSE = timedelta(hours=8)
MAX_PAUSE = timedelta(days=7)


class JournalPause(NamedTuple):
    """Until when nothing is delivered, why, and who asked for it."""

    until: datetime
    reason: str
    by: str


class JournalPauses(Protocol):
    """Where an operator's pause is kept; it outlives a restart."""

    def current(self, now: datetime) -> JournalPause | None:
        """Return the pause that is not over, or None.

        Raises:
            SpoolError: What is kept cannot be read.
        """


class NeverPaused:
    """For imports, which are over before anybody pauses them."""

    def current(self, now: datetime) -> None:
        """Return None."""
        del now
