"""The spools of this machine, opened for looking at them beside a running ingest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.spool import known_spools
from cmtel.adapters.spool.lock import process_holding
from cmtel.adapters.spool.sqlite_spool import FILE_NAME, SqliteSpool
from cmtel.bootstrap.folders import state_folder
from cmtel.errors import SpoolError
from cmtel.services.books import book_of
from cmtel.services.spool_ports import DeadLetter, SpoolSource


def describe_spools(folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Return each spool with its size, holder, and the books of its sources."""
    return [spool_document(spool, process_holding(folder)) for folder, spool in _opened(folders)]


def describe_letters(folders: Sequence[Path], source_name: str | None) -> list[dict[str, Any]]:
    """Return the dead letters of the spools, or of one source in them."""
    return [
        _describe_letter(folder, source, letter)
        for folder, spool in _opened(folders)
        for source in _sources(spool, source_name)
        for letter in spool.dead_letters(source.source_id)
    ]


def replay(folders: Sequence[Path], source_name: str | None, sequence: int | None) -> int:
    """Accept dead letters again; return how many. Exactly once, also beside a running ingest."""
    count = 0
    for _, spool in _opened(folders):
        for source in _sources(spool, source_name):
            letters = [
                letter
                for letter in spool.dead_letters(source.source_id)
                if sequence in (None, letter.sequence)
            ]
            count += spool.replay(letters, SystemClock().now())
    return count


def prune_letters(folders: Sequence[Path], before_utc: datetime, *, is_trial: bool) -> int:
    """Delete (or only count) the dead letters that were rejected before a moment."""
    return sum(
        spool.prune_dead_letters(before_utc, is_trial=is_trial) for _, spool in _opened(folders)
    )


def _opened(folders: Sequence[Path]) -> Iterator[tuple[Path, SqliteSpool]]:
    for folder in folders or known_spools.known(state_folder()):
        with _open(folder) as spool:
            yield folder, spool


@contextmanager
def _open(folder: Path) -> Iterator[SqliteSpool]:
    if not (folder / FILE_NAME).exists():
        raise SpoolError(f"There is no spool in {folder}.")
    spool = SqliteSpool(folder)
    try:
        yield spool
    finally:
        spool.close()


def _sources(spool: SqliteSpool, name: str | None) -> list[SpoolSource]:
    return [source for source in spool.sources() if name in (None, source.name)]


def spool_document(spool: SqliteSpool, process_id: int | None) -> dict[str, Any]:
    """Return a spool with its size, its holder, and the books of its sources."""
    books = []
    for source in spool.sources():
        oldest = spool.oldest_utc(source.source_id, source.settled_sequence)
        text = oldest.isoformat(timespec="seconds") if oldest and source.waiting else None
        books.append({**book_of(source), "oldest_waiting_at": text})
    return {
        "folder": str(spool.folder),
        "spool_id": spool.spool_id,
        "used_bytes": spool.used_bytes(),
        "process_id": process_id,
        "books": books,
    }


def _describe_letter(folder: Path, source: SpoolSource, letter: DeadLetter) -> dict[str, Any]:
    return {
        "spool": str(folder),
        "source": source.name,
        "sequence": letter.sequence,
        "part": letter.part,
        "rejected_at": letter.rejected_utc.isoformat(timespec="seconds"),
        "reason": letter.reason,
        "detail": letter.detail,
        "raw": b"".join(letter.records).decode("utf-8", "backslashreplace"),
    }
