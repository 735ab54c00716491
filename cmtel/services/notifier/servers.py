"""Which mail server is tried first: the first in order, or for a while the last good one."""

from __future__ import annotations

from collections.abc import Sequence

from cmtel.services.notifier.ports import Mailer

#: For so long the server that took the last mail stays the first choice.
STICKY_SECS = 30 * 60


class Servers:
    """The mail servers in the order of the settings."""

    def __init__(self, mailers: Sequence[Mailer]) -> None:
        if not mailers:
            raise ValueError("At least one mail server is needed.")
        self._mailers = tuple(mailers)
        self._good: Mailer | None = None
        self._good_until_secs = 0.0

    def in_order(self, now_secs: float) -> tuple[Mailer, ...]:
        """Return the servers as they are to be tried at this time (monotonic seconds)."""
        if self._good is None or now_secs >= self._good_until_secs:
            return self._mailers
        return (self._good, *(other for other in self._mailers if other is not self._good))

    def was_good(self, mailer: Mailer, now_secs: float) -> None:
        """Remember that a server took a mail."""
        if self._good is not mailer or now_secs >= self._good_until_secs:
            self._good = mailer
            self._good_until_secs = now_secs + STICKY_SECS
