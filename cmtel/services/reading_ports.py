"""What looking at the journal needs from the outside: the table, read by filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


class JournalReader(Protocol):
    """Reading the journal table, for list, export and watch."""

    def rows(self, query: JournalQuery) -> Any:
        """Yield mappings of column type name to value, newest first unless asked otherwise."""


@dataclass(frozen=True, slots=True)
class JournalQuery:
    """What to read: filters are by column type and are ANDed."""

    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    local_number: str | None = None
    state: str | None = None
    limit: int | None = None
    oldest_first: bool = False
    after: Mapping[str, Any] | None = None
