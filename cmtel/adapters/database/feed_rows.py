"""Records of a watched table by their keys: each call is one seek in an index.

The shape of the table is found at the first look, and anew after an error: a column that was
renamed meanwhile is an error once and told as such.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from cmtel.adapters.database.feed_shape import PartRule, Shape, find_shape
from cmtel.adapters.database.feed_values import event_of, has_price, key_of
from cmtel.adapters.database.watching import WatchingConnection
from cmtel.errors import CmtelError, DatabaseSetupError
from cmtel.services.notifier.feeds.rows import Key, Row
from cmtel.services.notifier.feeds.spec import TableSpec

if TYPE_CHECKING:
    from sqlalchemy import Engine, Select

#: Keys looked up in one statement: below the least that any database takes (Oracle: 1,000).
_KEYS_AT_ONCE = 100
_MARK_BYTES = 8
#: Records that are kept from one query to the next.
_MOST_KEPT = 2_000


class _Places(NamedTuple):
    """Where in a row the values stand that mean something."""

    time: int | None
    charges: tuple[int, ...]
    parts: tuple[tuple[str, tuple[int | None, ...], PartRule], ...]

    @classmethod
    def of(cls, shape: Shape) -> _Places:
        place = {name: number for number, name in enumerate(shape.columns)}
        return cls(
            None if shape.time is None else place[shape.time],
            tuple(place[name] for name in shape.charges),
            tuple(
                (part, tuple(place.get(name) for name in columns), rule)
                for part, (columns, rule) in shape.parts.items()
            ),
        )


class SqlRows:
    """Implements ``services.notifier.feeds.rows.RowSource``. Used by one thread."""

    def __init__(self, connection: WatchingConnection, spec: TableSpec) -> None:
        """Nothing is connected yet."""
        self._connection = connection
        self._spec = spec
        self._shape: Shape | None = None
        self._statements: dict[str, Select[Any]] = {}
        self._key_kind: type | None = None
        #: The records of the last query by their raw values: most looks find the same ones.
        self._latest: dict[tuple[Any, ...], Row] = {}

    @property
    def shape(self) -> Shape:
        """The table as it was found last.

        Raises:
            DatabaseSetupError, DatabaseUnavailable
        """
        if self._shape is None:
            self._shape = find_shape(self._connection.engine, self._spec)
            self._statements = {}
            self._places = _Places.of(self._shape)
        return self._shape

    @property
    def engine(self) -> Engine:
        """The engine, for looking at the catalog."""
        return self._connection.engine

    @property
    def has_rising_key(self) -> bool:
        return self.shape.has_rising_key

    def since(self, key: Key | None, limit: int) -> list[Row]:
        return self._rows("since", {"limit": limit} | ({} if key is None else {"key": key}))

    def last(self, limit: int, until: Key | None = None) -> list[Row]:
        return self._rows("last", {"limit": limit} | ({} if until is None else {"key": until}))

    def at(self, keys: Sequence[Key]) -> list[Row]:
        found: list[Row] = []
        for left in range(0, len(keys), _KEYS_AT_ONCE):
            found += self._rows("at", {"keys": list(keys[left : left + _KEYS_AT_ONCE])})
        return found

    def takes(self, key: Key) -> bool:
        """Compare with the kind of the keys that are there; all kinds fit an empty table."""
        if self._key_kind is None:
            self.last(1)
        return self._key_kind is None or isinstance(key, self._key_kind)

    def close(self) -> None:
        self._connection.close()

    def _rows(self, name: str, values: dict[str, Any]) -> list[Row]:
        try:
            statement = self._statement(name, has_key="key" in values)
            found = self._connection.rows(statement, values)
        except CmtelError:
            self._shape, self._latest = None, {}  # it may have changed
            raise
        before, self._latest = self._latest, {}
        rows = []
        for cells in found:
            raw = tuple(cells)
            row = before.get(raw) or self._row(raw)
            rows.append(row)
            if len(self._latest) < _MOST_KEPT:
                self._latest[raw] = row
        return rows

    def _statement(self, name: str, *, has_key: bool) -> Select[Any]:
        shape = self.shape
        known = f"{name} {has_key}"
        if known not in self._statements:
            self._statements[known] = statement_of(shape, name, has_key=has_key)
        return self._statements[known]

    def _row(self, cells: Sequence[Any]) -> Row:
        shape, places = self.shape, self._places
        raw_key = cells[0]
        try:
            key = key_of(raw_key)
        except ValueError as exc:
            raise DatabaseSetupError(
                f"{self._spec.label} has a record whose column {shape.key} holds {raw_key!r}.",
                hint="Feed/@keyColumn must be a column that every record has a value in.",
            ) from exc
        if self._key_kind is None:
            self._key_kind = _kind_of(key)
        event = None
        if places.time is not None:
            event = event_of(cells[places.time], self._spec.zone, is_utc=shape.is_time_utc)
        parts = {
            part: rule([None if place is None else cells[place] for place in columns])
            for part, columns, rule in places.parts
        }
        charges = places.charges
        is_priced = any(has_price(cells[place]) for place in charges) if charges else None
        fixed = (event,) if shape.has_rising_key else tuple(parts.values())
        return Row(key, _mark(key, fixed), event, is_priced, parts)


def statement_of(shape: Shape, name: str, *, has_key: bool) -> Select[Any]:
    """Return the statement of ``since``, ``last`` or ``at``; see RowSource."""
    from sqlalchemy import Integer, bindparam, select
    from sqlalchemy.types import NullType

    origin = shape.origin
    key = origin.c[shape.key]
    statement = select(*(origin.c[column] for column in shape.columns))
    if name == "at":
        return statement.where(key.in_(bindparam("keys", expanding=True, type_=NullType())))
    # Without a type of its own, the value is sent as the driver sends it: a cast would keep
    # the database from its index.
    value: Any = bindparam("key", type_=NullType())
    limit: Any = bindparam("limit", type_=Integer(), literal_execute=True)
    if name == "since":
        statement = statement.where(key >= value) if has_key else statement
        return statement.where(key.is_not(None)).order_by(key.asc()).limit(limit)
    statement = statement.where(key <= value) if has_key else statement
    return statement.where(key.is_not(None)).order_by(key.desc()).limit(limit)


def _kind_of(key: Key) -> type:
    kinds = (datetime, bytes, str)
    return next((kind for kind in kinds if isinstance(key, kind)), (int | Decimal))  # type: ignore[return-value]


def _mark(key: Key, fixed: tuple[Any, ...]) -> str:
    text = repr((str(key), *fixed)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=_MARK_BYTES).hexdigest()
