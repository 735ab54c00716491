"""How results and messages reach the terminal: one place for stdout, one for stderr.

Results go to stdout, everything else to stderr. With ``--json`` a result is one document, or
one object a line for streams. Rich is imported only when something is drawn.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from cmtel.errors import CmtelError, ConfigError, JournalMismatch


@dataclass(slots=True)
class Settings:
    """The global options of this call; set by the root command, read by all others."""

    config_path: str | None = None
    is_json: bool = False
    is_quiet: bool = False
    is_verbose: bool = False
    is_debug: bool = False
    language: str | None = None
    #: Called as the original's program was: its service name is preferred, its verbs are meant.
    is_drop_in: bool = False


settings = Settings()


def emit_json(document: Any) -> None:
    """Print one JSON document (or one line of a stream) to stdout, UTF-8, unescaped.

    Moments and days are ISO 8601; what JSON does not know otherwise is its text.
    """
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=_as_json) + "\n")


def emit_text(text: str) -> None:
    """Print a result to stdout."""
    sys.stdout.write(text + "\n")


def flush_output() -> None:
    """Hand what was printed to the reader now: for results that trickle in, into a pipe."""
    sys.stdout.flush()


def tell(message: str) -> None:
    """Tell the person at the terminal something that is no result (stderr; not with --quiet)."""
    if not settings.is_quiet:
        sys.stderr.write(safe(message) + "\n")


def tell_error(error: CmtelError) -> None:
    """Print an error: one line, its list of problems if it has one, then the hint."""
    sys.stderr.write(f"error: {safe(error.message)}\n")
    for item in _details(error):
        sys.stderr.write(f"  - {safe(item)}\n")
    if error.hint:
        sys.stderr.write(f"hint: {safe(error.hint)}\n")


def emit_table(headings: Sequence[str], rows: Iterable[Sequence[object]], title: str = "") -> None:
    """Draw a table to stdout. Cells are data: control characters are shown, markup is not read.

    In a pipe no cell is wrapped or cut: a row is a line, however long.
    """
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*(Text(_cell(cell)) for cell in row))
    drawn = StringIO()  # Rich would end the program itself when the reader went away
    Console(file=drawn, width=_width(), markup=False, highlight=False).print(table)
    sys.stdout.write(drawn.getvalue())


def emit_pairs(pairs: Mapping[str, object]) -> None:
    """Print names and values, aligned, to stdout."""
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        emit_text(f"{name:<{width}}  {_cell(value) or '-'}")


def safe(text: str) -> str:
    """Return ``text`` with control characters shown as escapes: no terminal escape gets through."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


class SafeFormatter(logging.Formatter):
    """A log line with its moment and its offset; control characters of data are shown.

    A traceback keeps its lines: it is appended after the message.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", "%Y-%m-%dT%H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return safe(super().formatMessage(record))


#: Columns of a table nobody looks at in a terminal: wider than any row.
_PIPE_WIDTH = 100_000


def _width() -> int:
    import shutil

    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE_WIDTH


def _cell(value: object) -> str:
    return "" if value is None else safe(str(value))


def _as_json(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _details(error: CmtelError) -> Sequence[str]:
    if isinstance(error, ConfigError):
        return error.problems
    if isinstance(error, JournalMismatch):
        return error.differences
    return ()
