"""``cmtel journal create-table|validate|columns``: the shape of the journal table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.journal_options import Columns, Names, Sizes, Table, Url, target_of
from cmtel.cli.output import emit_json, emit_table, emit_text, safe, settings, tell
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.domain.column_types import ColumnType
    from cmtel.services.journal_table import Finding

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

    target = target_of(url, table, columns, name, size, needs_url=dialect is None)
    if print_sql or dialect:
        _emit_statements(journal.table_statements(target, dialect))
    else:
        _emit_created(str(target.table), journal.create_table(target, if_missing=if_missing))


@app.command("validate")
def validate_table(
    url: Url = None,
    table: Table = None,
    columns: Columns = None,
    name: Names = None,
    size: Sizes = None,
) -> ExitStatus:
    """Compare the journal table with the columns; 11 if it differs."""
    from cmtel.bootstrap import journal

    target = target_of(url, table, columns, name, size)
    findings = journal.validate_table(target)
    _emit_findings(str(target.table), findings)
    return ExitStatus.DATA_DIFFER if findings else ExitStatus.DONE


@app.command("columns")
def list_columns() -> None:
    """List the column types with their formats."""
    from cmtel.domain.column_types import COLUMN_TYPES

    if settings.is_json:
        emit_json([_type_object(column_type) for column_type in COLUMN_TYPES.values()])
        return
    rows = [(t.name, t.format, t.column, t.content) for t in COLUMN_TYPES.values()]
    emit_table(("type", "format", "usual name", "content"), rows)


def _type_object(column_type: ColumnType) -> dict[str, object]:
    return {
        "type": column_type.name,
        "format": column_type.format,
        "size": column_type.size,
        "column": column_type.column,
        "content": column_type.content,
        "usual": column_type.is_usual,
    }


def _emit_findings(table: str, findings: Sequence[Finding]) -> None:
    if settings.is_json:
        differences = [finding._asdict() for finding in findings]
        emit_json({"table": table, "fits": not findings, "differences": differences})
        return
    for finding in findings:
        emit_text(safe(finding.message))
        for statement in finding.cure:
            emit_text(f"  {statement}" + ("" if statement.startswith("--") else ";"))
    tell(f"{table}: {len(findings)} differences." if findings else f"{table} fits.")


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
