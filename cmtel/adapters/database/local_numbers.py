"""Which extensions the calls of a journal have: for holding a list of extensions against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cmtel.adapters.database.errors import translated
from cmtel.adapters.database.inspection import find_table
from cmtel.domain.column_fitting import columns_of
from cmtel.domain.column_selection import JournalColumn
from cmtel.domain.table_names import TableName
from cmtel.errors import DatabaseSetupError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_LOCAL, _MOMENT, _MOMENT_TEXT = (
    "Journal_LokaleRufnummer",
    "Journal_ZeitpunktNumerisch",
    "Journal_Zeitpunkt",
)


def local_numbers(
    engine: Engine, name: TableName, columns: Sequence[JournalColumn], since: datetime
) -> list[tuple[str, int, str]]:
    """Return number, count of calls and last call (local) of each own number since a moment.

    Raises:
        DatabaseSetupError: There is no such table, or it lacks a column for number or moment.
        DatabaseUnavailable
    """
    from sqlalchemy import column, func, select, table

    found = find_table(engine, name)
    names = {} if found is None else {c.type.name: c.name for c in columns_of(found, columns)}
    moment_type = _MOMENT if _MOMENT in names else _MOMENT_TEXT
    if _LOCAL not in names or moment_type not in names:
        raise DatabaseSetupError(
            f"The table {name} is not there, or has no columns for {_LOCAL} and {_MOMENT}.",
            hint="--table and --name TYPE=COLUMN say what they are called.",
        )
    local: Any = column(names[_LOCAL])
    moment: Any = column(names[moment_type])
    is_text = moment_type == _MOMENT_TEXT or engine.dialect.name == "sqlite"
    statement = (
        select(local, func.count(), func.max(moment))
        .select_from(table(name.table, local, moment, schema=name.schema))
        .where(moment >= (str(since) if is_text else since), local.is_not(None))
        .group_by(local)
        .order_by(local)
    )
    with translated(engine, "read the journal"), engine.connect() as connection:
        return [(str(n), int(c), str(last)[:19]) for n, c, last in connection.execute(statement)]
