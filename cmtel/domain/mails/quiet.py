"""Hours in which a recipient's mails wait (the overlay QUIET)."""

from __future__ import annotations

from datetime import datetime, time, tzinfo
from typing import NamedTuple

from cmtel.domain.mails.kinds import OPENING, MailKind


class QuietHours(NamedTuple):
    """Local hours; an end at or before the start is on the next day.

    ``lets_first_pass``: the mail that opens an incident does not wait.
    """

    starts: time
    ends: time
    zone: tzinfo
    lets_first_pass: bool = False

    def holds_back(self, kind: MailKind, now: datetime) -> bool:
        """Tell whether a mail of this kind waits at ``now``."""
        if self.lets_first_pass and kind in OPENING:
            return False
        local = now.astimezone(self.zone).time()
        if self.starts < self.ends:
            return self.starts <= local < self.ends
        return local >= self.starts or local < self.ends
