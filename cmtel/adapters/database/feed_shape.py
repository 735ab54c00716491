"""A watched table as it is: which of its columns is the key, the time, the price, a part."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.feed_indexes import leading_columns
from cmtel.adapters.database.inspection import find_table, spelled_as_found
from cmtel.domain.call_class import call_class
from cmtel.domain.table_differences import Family, FoundColumn
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseSetupError
from cmtel.services.notifier.feeds.spec import TableSpec

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, FromClause

#: Gets the values of a part's columns.
PartRule = Callable[[Sequence[Any]], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """What is read of a table, and by what it is sought.

    Attributes:
        origin: The table or the query.
        columns: All that is read: the key first.
        leading: Columns that an index begins with; None: a query, of which nobody can tell.
    """

    origin: FromClause
    name: TableName | None
    columns: tuple[str, ...]
    key: str
    time: str | None
    is_time_utc: bool
    charges: tuple[str, ...]
    parts: Mapping[str, tuple[tuple[str, ...], PartRule]]
    has_rising_key: bool
    leading: frozenset[str] | None


def find_shape(engine: Engine, spec: TableSpec) -> Shape:
    """Return the shape of the table or query now.

    Raises:
        DatabaseSetupError: There is no such table or column, or nothing to seek records by.
        DatabaseUnavailable, DatabaseError
    """
    if spec.table is None:
        return _of_query(engine, spec, spec.query or "")
    name = spelled_as_found(engine, spec.table)
    found = find_table(engine, name)
    if found is None:
        raise DatabaseSetupError(
            f"There is no table {name} in the database.", hint="Feed/@table names it."
        )
    with translated(engine, f"describe the table {name}"), engine.connect() as connection:
        leading, primary = leading_columns(connection, name)
    return _of_table(spec, name, _Columns(found.columns, folds_case=found.folds_case),
                     leading, primary)  # fmt: skip


class _Columns:
    """The columns of a table by name, as the database compares names."""

    def __init__(self, found: Sequence[FoundColumn], *, folds_case: bool) -> None:
        self._fold = str.casefold if folds_case else str
        self._found = {self._fold(column.name): column for column in found}

    def get(self, name: str) -> FoundColumn | None:
        return self._found.get(self._fold(name))

    def existing(self, names: Sequence[str]) -> tuple[str, ...]:
        return tuple(column.name for name in names if (column := self.get(name)))

    def first_moment(self) -> str | None:
        return next((c.name for c in self._found.values() if _is_moment(c)), None)

    def required(self, names: Sequence[str], label: str, attribute: str) -> tuple[str, ...]:
        found = self.existing(names)
        if names and not found:
            raise DatabaseSetupError(
                f"{label[:1].upper()}{label[1:]} has no column {names[0]}.",
                hint=f"Feed/@{attribute} names it.",
            )
        return found


def _of_table(
    spec: TableSpec, name: TableName, columns: _Columns, leading: set[str], primary: str | None
) -> Shape:
    from sqlalchemy import column, table

    if not spec.is_journal:
        columns.required(spec.time_columns, spec.label, "timeColumn")
        columns.required(spec.charge_columns, spec.label, "chargeColumn")
    times = columns.existing(spec.time_columns)
    time = times[0] if times else columns.first_moment()
    charges = columns.existing(spec.charge_columns)
    parts = _parts(spec, columns)
    key = _key(spec, columns, primary, time)
    read = _read_columns(key, time, charges, parts)
    found = columns.get(key)
    is_rising = key != time and not (found is not None and _is_moment(found))
    origin = table(name.table, *(column(each) for each in read), schema=name.schema)
    return Shape(origin, name, read, key, time, time in spec.utc_columns, charges, parts,
                 is_rising, frozenset(leading))  # fmt: skip


def _key(spec: TableSpec, columns: _Columns, primary: str | None, time: str | None) -> str:
    """The named column; else the table's own number; else the time."""
    named = columns.existing(spec.key_columns)
    if spec.key_columns and not spec.is_journal:
        columns.required(spec.key_columns, spec.label, "keyColumn")
    if named:
        return named[0]
    found = columns.get(primary) if primary is not None else None
    if found is not None and found.family is Family.INTEGER:
        return found.name
    if time is None:
        raise DatabaseSetupError(
            f"Of {spec.label} it is not known by what column new records are found.",
            hint="Name it: Feed/@keyColumn (its values rise) or Feed/@timeColumn.",
        )
    return time


def _of_query(engine: Engine, spec: TableSpec, query: str) -> Shape:
    from sqlalchemy import column, select, text

    body = text(query.strip().rstrip(";").replace(":", r"\:"))
    with translated(engine, "run the feed's query"), engine.connect() as connection:
        names = _query_columns(connection, body)
    columns = _Columns(
        [FoundColumn(name, Family.ANY, "", True, False) for name in names], folds_case=True
    )
    keys = columns.required(spec.key_columns, "the feed's query", "keyColumn") or names[:1]
    times = columns.required(spec.time_columns, "the feed's query", "timeColumn") or names[1:2]
    charges = columns.required(spec.charge_columns, "the feed's query", "chargeColumn")
    parts, time = _parts(spec, columns), (times[0] if times else keys[0])
    read = _read_columns(keys[0], time, charges, parts)
    origin = body.columns(*(column(name) for name in names)).subquery("feed")
    is_rising = keys[0] != time and not _holds_moments(engine, select(origin.c[keys[0]]))
    return Shape(origin, None, read, keys[0], time, False, charges, parts, is_rising, None)


def _query_columns(connection: Connection, body: Any) -> tuple[str, ...]:
    from sqlalchemy import literal_column, select, text

    everything: Any = select(literal_column("feed.*"))
    nothing = everything.select_from(body.columns().subquery("feed")).where(text("1 = 0"))
    return tuple(connection.execute(nothing).keys())


def _holds_moments(engine: Engine, keys: Any) -> bool:
    from datetime import date

    with translated(engine, "run the feed's query"), engine.connect() as connection:
        return isinstance(connection.execute(keys.limit(1)).scalar(), date)


def _parts(spec: TableSpec, columns: _Columns) -> dict[str, tuple[tuple[str, ...], PartRule]]:
    """A column that the table does not have is empty: its value is None."""
    rules: dict[str, PartRule] = {}
    if spec.is_journal:
        rules = {"direction": _direction, "class": _class}
    parts = {}
    for name, wanted in spec.part_columns.items():
        found = tuple(each.name if (each := columns.get(w)) else "" for w in wanted)
        if any(found):
            parts[name] = found, rules.get(name, _first)
        elif name in spec.required_parts:
            raise DatabaseSetupError(
                f"{spec.label[:1].upper()}{spec.label[1:]} has no column {wanted[0]}, which tells "
                f"the {name} of a call.",
                hint="Add the column, or take it out of Feed/@split or @only.",
            )
    return parts


def _read_columns(
    key: str, time: str | None, charges: Sequence[str],
    parts: Mapping[str, tuple[tuple[str, ...], PartRule]],
) -> tuple[str, ...]:  # fmt: skip
    names = [key, *([time] if time else []), *charges]
    names += [each for columns, _ in parts.values() for each in columns if each]
    return tuple(dict.fromkeys(names))


def _is_moment(column: FoundColumn) -> bool:
    words = column.sql_type.lower()
    return column.family is Family.DATE_TIME or words.startswith(("timestamp", "datetime"))


def _first(values: Sequence[Any]) -> str:
    return "" if not values or values[0] is None else str(values[0]).strip()


def _direction(values: Sequence[Any]) -> str:
    """Cmtel_Direction, else Journal_In_Out."""
    known, in_out = values[0], values[1]
    return str(known or {"i": "in", "o": "out"}.get(str(in_out or ""), ""))


def _class(values: Sequence[Any]) -> str:
    """Cmtel_Direction, Journal_In_Out, then the number: international, or as sent."""
    numbers = [str(value) for value in values[2:] if value]
    return call_class(_direction(values), numbers[0] if numbers else "")
