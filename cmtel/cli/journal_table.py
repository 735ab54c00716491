"""``cmtel journal create-table|validate|columns``: the shape of the journal table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from cmtel.cli.journal_options import Columns, Names, Sizes, Table, Url, split_columns
from cmtel.cli.output import emit_json, emit_text, settings, tell

app = typer.Typer()

IfMissing = Annotated[
    bool, typer.Option("--if-missing", help="Leave a table that exists as it is, and succeed.")
]
PrintSql = Annotated[bool, typer.Option("--print-sql", help="Print the SQL and change nothing.")]
DialectName = Annotated[
    str | None,
    typer.Option("--dialect", help="Whose SQL: sqlite, postgresql, mysql, mariadb, mssql, oracle."),
]


@app.command("create-table")
def create_table(
    url: Url = None,
    table: Table = None,
    columns: Columns = None,
    name: Names = None,
    size: Sizes = None,
    if_missing: IfMissing = False,
    print_sql: PrintSql = False,
    dialect: DialectName = None,
) -> None:
    """Make the journal table and the table of the watermarks."""
    from cmtel.bootstrap import journal

    target = journal.resolve_target(
        url, table, split_columns(columns), name or (), size or (), needs_url=dialect is None
    )
    if print_sql or dialect:
        _emit_statements(journal.table_statements(target, dialect))
    else:
        _emit_created(str(target.table), journal.create_table(target, if_missing=if_missing))


def _emit_statements(statements: Sequence[str]) -> None:
    if settings.is_json:
        emit_json({"statements": list(statements)})
        return
    for statement in statements:
        emit_text(f"{statement};")


def _emit_created(table: str, is_created: bool) -> None:
    if settings.is_json:
        emit_json({"table": table, "created": is_created})
    elif is_created:
        tell(f"The table {table} is made.")
    else:
        tell(f"The table {table} was there already; it is unchanged.")
