"""The options that several commands of ``cmtel journal`` have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.output import settings

if TYPE_CHECKING:
    from cmtel.bootstrap.journal import JournalTarget

Url = Annotated[
    str | None,
    typer.Option(
        "--url",
        help="The database: an SQLAlchemy URL, or odbc:DSN=... or odbc:Driver={...};...",
        show_default=False,
    ),
]
Table = Annotated[
    str | None,
    typer.Option("--table", help="The table, or SCHEMA.TABLE.", show_default="journal"),
]
Columns = Annotated[
    list[str] | None,
    typer.Option("--columns", help="Column types, parted by commas; the usual ones if not given."),
]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", metavar="TYPE=COLUMN", help="What a column is called."),
]
Sizes = Annotated[
    list[str] | None,
    typer.Option("--size", metavar="TYPE=N", help="How many characters a text column holds."),
]

NumberOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--number-opt",
        metavar="NAME=VALUE",
        help="How numbers are read, as in <Numbers>: country=DE, areaCode=30, outsideLine=0 ...",
    ),
]


def split_columns(words: list[str] | None) -> list[str]:
    """Return the type names of ``--columns A,B --columns C``."""
    return [name for word in words or [] for name in word.split(",") if name.strip()]


def target_of(
    url: str | None,
    table: str | None,
    columns: list[str] | None,
    names: Sequence[str] | None = None,
    sizes: Sequence[str] | None = None,
    *,
    needs_url: bool = True,
) -> JournalTarget:
    """Return the journal table that the options name, or the settings file where they do not."""
    from cmtel.bootstrap.config import load_config_or_defaults
    from cmtel.bootstrap.journal import resolve_target

    config = load_config_or_defaults(settings.config_path)
    words = (split_columns(columns), names or (), sizes or ())
    return resolve_target(url, table, *words, needs_url=needs_url, config=config)
