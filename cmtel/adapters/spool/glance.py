"""Looking at a spool beside the ingest that works on it: read-only, nothing is made or locked."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cmtel.adapters.spool import chunks, rows
from cmtel.adapters.spool.errors import translated
from cmtel.adapters.spool.sqlite_spool import FILE_NAME
from cmtel.errors import SpoolError
from cmtel.services.spool_glance import Rejects
from cmtel.services.spool_ports import SpoolSource

_Result = TypeVar("_Result")

#: How long a read waits for the ingest's own checkpoint, in seconds.
_BUSY_SECS = 10
#: A sample of a record is cut to so many characters.
_SAMPLE_CHARS = 200


class SpoolGlance:
    """Implements ``services.spool_glance.SpoolView``. Used by one thread.

    The file is opened at the first look and again after an error, so that a spool that is made
    later, or was replaced, is seen.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._db: sqlite3.Connection | None = None

    def spool_id(self) -> str:
        """Return the id that was drawn when the spool was made."""
        return self._read(lambda db: rows.recall(db, "spool_id") or "")

    def sources(self) -> list[SpoolSource]:
        """Return all sources with their books and links.

        Raises:
            SpoolError: There is no spool, or it cannot be read.
        """
        return self._read(rows.sources)

    def rejects(self, source: SpoolSource) -> Rejects:
        """Return what was rejected since the last call that was delivered."""

        def read(db: sqlite3.Connection) -> Rejects:
            where = (source.source_id, source.watermark)
            count = db.execute(
                "SELECT COUNT(*) FROM dead_letter WHERE source_id = ? AND sequence > ?", where
            ).fetchone()[0]
            last = db.execute(
                "SELECT records, lengths, reason FROM dead_letter WHERE source_id = ?"
                " AND sequence > ? ORDER BY sequence DESC LIMIT 1",
                where,
            ).fetchone()
            return Rejects(int(count), "" if last is None else _sample(*last))

        return self._read(read)

    def close(self) -> None:
        """Close the file."""
        db, self._db = self._db, None
        if db is not None:
            db.close()

    def _read(self, query: Callable[[sqlite3.Connection], _Result]) -> _Result:
        try:
            with translated(self._path):
                return query(self._opened())
        except SpoolError:
            self.close()
            raise

    def _opened(self) -> sqlite3.Connection:
        if self._db is None:
            if not self._path.exists():
                raise SpoolError(
                    f"There is no spool in {self._path.parent}.",
                    hint="'cmtel journal ingest' makes it; Spool/@folder names it.",
                )
            uri = f"{self._path.absolute().as_uri()}?mode=ro"
            self._db = sqlite3.connect(
                uri, _BUSY_SECS, uri=True, isolation_level=None, check_same_thread=False
            )
        return self._db


def _sample(records: bytes, lengths: bytes, reason: str) -> str:
    raw = b"".join(chunks.unpack(lengths, records)).decode("utf-8", "backslashreplace").strip()
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in raw)
    return f"{reason}: {shown[:_SAMPLE_CHARS]}"
