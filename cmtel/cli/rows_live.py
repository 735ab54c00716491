"""Rows as they arrive: a live table on a terminal, lines or JSON lines when piped."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cmtel.cli.output import emit_json, emit_text, safe, settings
from cmtel.cli.rows_output import cells, headings, json_object

if TYPE_CHECKING:
    from cmtel.domain.column_selection import JournalColumn
    from cmtel.services.journal_view import JournalWatch

#: Rows that a live table keeps, whatever --limit says, so that it fits a terminal.
_LIVE_ROWS = 20


def show(
    watch: JournalWatch, columns: Sequence[JournalColumn], interval_secs: float, limit: int
) -> None:
    """Show the newest rows and then each new one until the watch ends."""
    if sys.stdout.isatty() and not settings.is_json:
        _show_live(watch, columns, interval_secs, min(limit, _LIVE_ROWS))
        return
    _emit(columns, watch.first())
    for rows in watch.follow(interval_secs):
        _emit(columns, rows)


def _emit(columns: Sequence[JournalColumn], rows: Sequence[Any]) -> None:
    for row in rows:
        if settings.is_json:
            emit_json(json_object(columns, row))
        else:
            emit_text("\t".join(_text(cell) for cell in cells(columns, row)))
    sys.stdout.flush()


def _text(cell: Any) -> str:
    return "" if cell is None else safe(str(cell))


def _show_live(
    watch: JournalWatch, columns: Sequence[JournalColumn], interval_secs: float, size: int
) -> None:
    from rich.live import Live

    newest: deque[Any] = deque(watch.first(), maxlen=size)
    with Live(_table(columns, newest), auto_refresh=False) as live:
        for rows in watch.follow(interval_secs):
            newest.extend(rows)
            live.update(_table(columns, newest), refresh=True)


def _table(columns: Sequence[JournalColumn], rows: Sequence[Any]) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for heading in headings(columns):
        table.add_column(heading)
    for row in rows:
        table.add_row(*(Text(_text(cell)) for cell in cells(columns, row)))
    return table
