"""The timers of the notifier, as data (notifier.md 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

HOUR_SECS = 3600
#: The second of the ``confirm`` reads comes after so long, or after the check interval.
CONFIRM_SECS = 30
#: However often a feed flaps, the hold of row 8 does not double past this.
MAX_HOLD_SECS = HOUR_SECS
#: A pause never lasts longer than this, whatever was asked for.
MAX_PAUSE = timedelta(days=7)
DEFAULT_PAUSE = timedelta(hours=8)
#: After BLIND at least so many good reads are needed before row 3.
READS_AFTER_BLIND = 2


class RepeatTimes(tuple[int, ...]):
    """Seconds from one mail to the next; the last goes on."""

    __slots__ = ()

    @classmethod
    def by_default(cls, check_secs: int) -> RepeatTimes:
        """Return: each check for an hour, every 15 minutes for three hours, then hourly."""
        checks = max(1, HOUR_SECS // check_secs)
        quarters = max(check_secs, HOUR_SECS // 4)
        slow = 3 * HOUR_SECS // quarters if quarters < HOUR_SECS else 0
        return cls([check_secs] * checks + [quarters] * slow + [max(check_secs, HOUR_SECS)])

    def after(self, repeats: int) -> timedelta:
        """Return how long to wait after the first mail and ``repeats`` repeats."""
        return timedelta(seconds=self[min(repeats, len(self) - 1)])


_EVERY_5_MINUTES = RepeatTimes((300,))


@dataclass(frozen=True, slots=True)
class Escalation:
    """Whom to add when a stall lasts: after so many repeats, or so long after the first mail."""

    name: str
    recipients: tuple[str, ...]
    repeats: int | None = None
    after_secs: int | None = None


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """How one feed's incidents run.

    Attributes:
        namespace: Makes incident ids differ between installations; drawn once, by the store.
        recipients: Who is told of a stall.
        blind_recipients: Who is told of blindness.
    """

    namespace: UUID
    recipients: tuple[str, ...]
    blind_recipients: tuple[str, ...]
    check_secs: int = 300
    confirm: int = 2
    repeats: RepeatTimes = _EVERY_5_MINUTES
    escalations: tuple[Escalation, ...] = ()
    recover_records: int = 3
    recover_hold_secs: int = 300
    merge_secs: int = HOUR_SECS
    blind_grace_secs: int = 900

    @property
    def confirm_delay(self) -> timedelta:
        """How long after a read that found it overdue the next one comes."""
        return timedelta(seconds=min(CONFIRM_SECS, self.check_secs))

    def hold(self, recurrence: int) -> timedelta:
        """Return the hold of row 6; it doubles with every stall of the same thread (row 8)."""
        most = max(MAX_HOLD_SECS, self.recover_hold_secs)
        doubled = self.recover_hold_secs * 2 ** min(recurrence - 1, 20)
        return timedelta(seconds=min(doubled, most))
