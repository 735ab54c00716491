"""The tables of a SQLite file of ours, their version, and transactions on it.

Used by the spool and by the notifier's state. Every such file has a table ``meta`` with an
identity that was drawn when the file was made; PRAGMA user_version is the schema's version.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cmtel.errors import SpoolError


class Schema(NamedTuple):
    """The tables of one kind of file.

    Attributes:
        tables: The statements that make them, ``meta (name, value)`` among them, parted by ``;``.
        version: Raised by one with every change; an older file is migrated, a newer refused.
        identity: The row of ``meta`` that has the file's identity, a UUID.
        thing: What the file is, as an error calls it: "The spool".
        hint: What to do if a newer version wrote it.
    """

    tables: str
    version: int
    identity: str
    thing: str
    hint: str


def prepare(db: sqlite3.Connection, path: str, schema: Schema) -> str:
    """Make the tables if the file is new, and return the file's identity.

    Raises:
        SpoolError: The file was written by a newer version; nothing was changed.
    """
    with in_transaction(db):
        version = int(db.execute("PRAGMA user_version").fetchone()[0])
        if version == 0:
            _create(db, schema)
    if version > schema.version:
        raise SpoolError(
            f"{schema.thing} {path} was written by a newer cmtel (schema {version}).",
            hint=schema.hint,
        )
    row = db.execute("SELECT value FROM meta WHERE name = ?", (schema.identity,)).fetchone()
    return str(row[0])


@contextmanager
def in_transaction(db: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done inside, or take it all back."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _create(db: sqlite3.Connection, schema: Schema) -> None:
    for statement in schema.tables.split(";"):
        if statement.strip():
            db.execute(statement)
    db.execute("INSERT INTO meta VALUES (?, ?)", (schema.identity, str(uuid.uuid4())))
    db.execute(f"PRAGMA user_version = {schema.version}")
