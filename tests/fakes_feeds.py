"""A table of records in memory, as a feed reads it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cmtel.services.notifier.feeds.rows import Key, Row


class MemoryRows:
    """Implements ``RowSource``: records by number, or by time where keys do not rise."""

    def __init__(self, *, has_rising_key: bool = True) -> None:
        self.has_rising_key = has_rising_key
        self.rows: list[Row] = []
        self.queries = 0

    def add(
        self, number: int, at: datetime, *, is_priced: bool | None = None, part: str = ""
    ) -> Row:
        key: Key = number if self.has_rising_key else at
        row = Row(key, f"{number}/{at.timestamp()}", at, is_priced, {"line": part})
        self.rows.append(row)
        return row

    def price(self, mark: str) -> None:
        self.rows = [r._replace(is_priced=True) if r.mark == mark else r for r in self.rows]

    def since(self, key: Key | None, limit: int) -> list[Row]:
        self.queries += 1
        return [row for row in self._sorted() if key is None or row.key >= key][:limit]  # type: ignore[operator]

    def last(self, limit: int, until: Key | None = None) -> list[Row]:
        self.queries += 1
        found = [row for row in self._sorted() if until is None or row.key <= until]  # type: ignore[operator]
        return found[::-1][:limit]

    def at(self, keys: Sequence[Key]) -> list[Row]:
        self.queries += 1
        return [row for row in self._sorted() if row.key in keys]

    def takes(self, key: Key) -> bool:
        return not self.rows or type(key) is type(self.rows[0].key)

    def close(self) -> None:
        pass

    def _sorted(self) -> list[Row]:
        return sorted(self.rows, key=lambda row: row.key)
