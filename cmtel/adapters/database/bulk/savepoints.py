"""Savepoints through a driver's own connection: all of a chunk or nothing of it."""

from __future__ import annotations

from typing import Any, NamedTuple


class Savepoints(NamedTuple):
    """The statements of one database; an empty one is not needed there."""

    set: str = "SAVEPOINT cmtel_chunk"
    undo: str = "ROLLBACK TO SAVEPOINT cmtel_chunk"
    release: str = "RELEASE SAVEPOINT cmtel_chunk"


STANDARD = Savepoints()
ORACLE = Savepoints(release="")
SQL_SERVER = Savepoints(
    "SAVE TRANSACTION cmtel_chunk", "ROLLBACK TRANSACTION cmtel_chunk", release=""
)
#: For databases whose failed statement takes back itself and nothing else.
NONE = Savepoints("", "", "")


def run(connection: Any, statement: str) -> None:
    """Run one of the statements."""
    if not statement:
        return
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
    finally:
        cursor.close()
