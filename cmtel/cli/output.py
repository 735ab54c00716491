"""How results and messages reach the terminal: one place for stdout, one for stderr.

Results go to stdout, everything else to stderr. With ``--json`` a result is one document, or
one object a line for streams. Rich is imported only when something is drawn.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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


settings = Settings()


def emit_json(document: Any) -> None:
    """Print one JSON document (or one line of a stream) to stdout, UTF-8, unescaped."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False, default=str) + "\n")


def emit_text(text: str) -> None:
    """Print a result to stdout."""
    sys.stdout.write(text + "\n")


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
    """Draw a table to stdout. Cells are data: control characters are shown, markup is not read."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left")
    for heading in headings:
        table.add_column(heading)
    for row in rows:
        table.add_row(*(Text(safe("" if cell is None else str(cell))) for cell in row))
    Console(markup=False, highlight=False).print(table)


def emit_pairs(pairs: Mapping[str, object]) -> None:
    """Print names and values, aligned, to stdout."""
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        emit_text(f"{name:<{width}}  {safe('-' if value is None else str(value))}")


def safe(text: str) -> str:
    """Return ``text`` with control characters shown as escapes: no terminal escape gets through."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _details(error: CmtelError) -> Sequence[str]:
    if isinstance(error, ConfigError):
        return error.problems
    if isinstance(error, JournalMismatch):
        return error.differences
    return ()
