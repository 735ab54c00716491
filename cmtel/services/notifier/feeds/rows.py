"""A record as a table shows it, and the port by which some of a table's records are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Protocol

#: What a column of keys holds. Keys are compared by the database only, whose order of texts and
#: numbers is its own; here they are equal or not.
Key = int | Decimal | str | datetime | bytes


class Row(NamedTuple):
    """A record of a table.

    Attributes:
        key: Its place in the order of reading.
        mark: A fingerprint of what does not change in it.
        event_utc: Its own time, aware; None if it has none.
        is_priced: Whether it has a price; None: the table has no column of prices.
        parts: What it can be told apart by: direction, trunk, class, other columns.
    """

    key: Key
    mark: str
    event_utc: datetime | None = None
    is_priced: bool | None = None
    parts: Mapping[str, str] = {}


class RowSource(Protocol):
    """Reads records by their keys; each call is one seek in an index. Used by one thread."""

    @property
    def has_rising_key(self) -> bool:
        """Keys are unique and rise; False: the key is the time, and late records come before it."""

    def since(self, key: Key | None, limit: int) -> list[Row]:
        """Return up to ``limit`` records from ``key`` on (itself too), in its order.

        Raises:
            CmtelError: The table cannot be read, or the key is not of its kind.
        """

    def last(self, limit: int, until: Key | None = None) -> list[Row]:
        """Return up to ``limit`` records, the last one first; with ``until`` those up to it."""

    def at(self, keys: Sequence[Key]) -> list[Row]:
        """Return the records that have one of the keys."""

    def takes(self, key: Key) -> bool:
        """Tell whether a key is of the kind that the table has now."""

    def close(self) -> None: ...
