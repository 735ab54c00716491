"""An event log in memory."""

from __future__ import annotations

from datetime import datetime

from cmtel.domain.incidents.actions import Level, Log


class MemoryLog:
    """Remembers what was written; implements EventLog."""

    def __init__(self) -> None:
        self.entries: list[Log] = []

    def write(self, at: datetime, entry: Log) -> None:
        del at
        self.entries.append(entry)

    @property
    def levels(self) -> list[Level]:
        return [entry.level for entry in self.entries]

    def text(self) -> str:
        return "\n".join(f"{name}={value}" for each in self.entries for name, value in each.fields)
