"""What SQLite says about the spool, in cmtel's words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cmtel.errors import SpoolError, SpoolFull


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turn sqlite3's errors into SpoolError, or SpoolFull where the disk has no room.

    Source:
        SQLite, "Result and Error Codes": SQLITE_FULL, SQLITE_CORRUPT, SQLITE_NOTADB.
    """
    try:
        yield
    except sqlite3.Error as exc:
        name = getattr(exc, "sqlite_errorname", "") or ""
        if name.startswith("SQLITE_FULL"):
            raise SpoolFull(
                f"The disk has no room for the spool {path}.", hint="Free some space."
            ) from exc
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise SpoolError(
                f"The spool {path} is damaged ({exc}).",
                hint=f"Move it aside (do not delete it) and start again: {path} -> {path}.bad",
            ) from exc
        raise SpoolError(f"The spool {path} cannot be used ({exc}).") from exc
