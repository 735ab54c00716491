"""PostgreSQL through psycopg: COPY, in the binary format where the table's types allow it.

Binary COPY of a journal row costs a third of the text format (no date/time to format here and to
read there), but wants every value in exactly the type of its column. So the types are looked up,
and a table with any other type gets COPY in the text format, which the server converts itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import itemgetter, length_hint
from typing import Any

from cmtel.adapters.database.bulk import savepoints
from cmtel.adapters.database.bulk.seam import InsertTarget
from cmtel.adapters.database.bulk.splitting import Refusal, write_around
from cmtel.domain.column_types import Kind
from cmtel.services.ports import RejectedRow, Row

#: Types of PostgreSQL whose binary form is safe for a kind.
_BINARY_TYPES = {
    Kind.TEXT: frozenset({"varchar", "text", "bpchar"}),
    Kind.LONG_TEXT: frozenset({"varchar", "text", "bpchar"}),
    Kind.LONG: frozenset({"int4", "int8"}),
    Kind.BIG: frozenset({"int8"}),
    Kind.DATE_TIME: frozenset({"timestamp"}),
    Kind.DECIMAL: frozenset({"numeric"}),
}

_INT4_MIN, _INT4_MAX = -(2**31), 2**31 - 1

#: Whatever the language, the context of an error in COPY is the table's name and then the line.
_LINE = re.compile(r", \D{1,20}?(\d+)")


class CopyWriter:
    """Inserts by COPY FROM STDIN."""

    def __init__(self, target: InsertTarget) -> None:
        self._target = target
        self._types: list[str] | None = None

    def write(self, connection: Any, rows: Sequence[Row]) -> list[RejectedRow]:
        if self._types is None:
            self._types = self._look_up_types(connection)
        savepoints.run(connection, savepoints.STANDARD.set)
        rejected = write_around(rows, lambda chunk: self._attempt(connection, chunk))
        savepoints.run(connection, savepoints.STANDARD.release)
        return rejected

    def _attempt(self, connection: Any, rows: Sequence[Row]) -> Refusal | None:
        taken = iter(rows)
        try:
            self._copy(connection, taken, [] if self._overflows(rows) else self._types or [])
        except self._target.driver_errors as exc:
            detail = self._target.refusal(exc)
            if detail is None:
                raise
            savepoints.run(connection, savepoints.STANDARD.undo)
            position = self._position(exc, len(rows) - length_hint(taken) - 1)
            return Refusal(detail, position, is_certain=True)
        savepoints.run(connection, _NEXT)
        return None

    def _position(self, exc: BaseException, taken: int) -> int | None:
        """Return the row that the server names, or the one that the driver could not even send."""
        if getattr(exc, "sqlstate", None) is None:
            return taken
        for line in (exc.diag.context or "").splitlines():  # type: ignore[attr-defined]  # psycopg's errors have it
            before, table, rest = line.partition(self._target.table_name)
            found = _LINE.match(rest) if table and "COPY" in before else None
            if found:
                return int(found[1]) - 1
        return None

    def _overflows(self, rows: Sequence[Row]) -> bool:
        """Whether a number is too large for its column: psycopg would cut it to 32 bits unseen.

        In the text format the server gets to see it, and refuses it.
        """
        return any(
            number is not None and not _INT4_MIN <= number <= _INT4_MAX
            for index, name in enumerate(self._types or [])
            if name == "int4"
            for number in map(itemgetter(index), rows)
        )

    def _copy(self, connection: Any, rows: Iterator[Row], types: Sequence[str]) -> None:
        form = " (FORMAT BINARY)" if types else ""
        sql = f"COPY {self._target.table} ({', '.join(self._target.names)}) FROM STDIN{form}"
        with connection.cursor() as cursor, cursor.copy(sql) as copy:
            if types:
                copy.set_types(types)
            for row in rows:
                copy.write_row(row)

    def _look_up_types(self, connection: Any) -> list[str]:
        """Return the types of the columns, or none if one is not safe in the binary format."""
        sql = f"SELECT {', '.join(self._target.names)} FROM {self._target.table} LIMIT 0"  # noqa: S608  # quoted names, no data
        with connection.cursor() as cursor:
            cursor.execute(sql)
            found = [connection.adapters.types.get(c.type_code) for c in cursor.description]
        names = [info.name if info else "" for info in found]
        is_safe = all(
            name in _BINARY_TYPES[column.kind]
            for name, column in zip(names, self._target.columns, strict=True)
        )
        return names if is_safe else []


#: The savepoint moves behind what was just stored; one round trip.
_NEXT = f"{savepoints.STANDARD.release}; {savepoints.STANDARD.set}"
