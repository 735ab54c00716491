"""The options that several commands of ``cmtel journal`` have in common."""

from __future__ import annotations

from typing import Annotated

import typer

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


def split_columns(words: list[str] | None) -> list[str]:
    """Return the type names of ``--columns A,B --columns C``."""
    return [name for word in words or [] for name in word.split(",") if name.strip()]
