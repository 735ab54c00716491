"""The progress bar of ``journal import``: share, rate and time left, on a terminal only."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.cli.output import settings

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from cmtel.adapters.spool.sqlite_spool import SqliteSpool

#: How often the bar is drawn anew, in seconds.
_REDRAW_SECS = 0.25


@contextmanager
def shown_progress(spool: SqliteSpool, journal_id: str, files: Sequence[Path]) -> Iterator[None]:
    """Show a bar on stderr while the block runs; nothing if stderr is no terminal or --quiet."""
    if settings.is_quiet or not sys.stderr.isatty():
        yield
        return
    bar = _new_bar()
    total_bytes = sum(file.stat().st_size for file in files if file.is_file())
    task = bar.add_task("import", total=total_bytes, calls=0)
    done = threading.Event()
    with bar:
        watcher = threading.Thread(
            target=_watch, args=(spool, journal_id, files, bar, task, done), daemon=True
        )
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()


def _new_bar() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        BarColumn(), TaskProgressColumn(), TransferSpeedColumn(),
        TextColumn("{task.fields[calls]} records"), TimeRemainingColumn(),
        console=Console(stderr=True),
    )  # fmt: skip


def _watch(
    spool: SqliteSpool, journal_id: str, files: Sequence[Path], bar: Progress, task: TaskID,
    done: threading.Event,
) -> None:  # fmt: skip
    is_last, shown_bytes = False, 0.0
    while not is_last:
        is_last = done.wait(_REDRAW_SECS)  # the last look is after the end: it shows all
        through_bytes, records = _so_far(spool, journal_id, files)
        # Books and file positions are read one after the other; the bar does not go back for it.
        shown_bytes = max(shown_bytes, through_bytes)
        bar.update(task, completed=shown_bytes, calls=records)


def _so_far(spool: SqliteSpool, journal_id: str, files: Sequence[Path]) -> tuple[float, int]:
    """Return (bytes, records) of these files that are through: what is accepted, less the wait."""
    wanted = {str(file.absolute()) for file in files}
    through_bytes, records = 0.0, 0
    for source in spool.sources():
        if source.journal_id != journal_id:
            continue
        accepted_bytes = sum(
            mark.offset_bytes for mark in spool.checkpoints(source.source_id) if mark.path in wanted
        )
        share = 1 - source.waiting / source.received if source.received else 0.0
        through_bytes += accepted_bytes * share
        records += source.received - source.waiting
    return through_bytes, records
