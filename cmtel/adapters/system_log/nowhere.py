"""No system log: for a run in the foreground, whose person reads the terminal."""

from __future__ import annotations


class NoSystemLog:
    """Writes nothing; implements SystemLog."""

    def error(self, text: str) -> None:
        """Nothing: the entry stands in CmTelNotifier.log, too."""
