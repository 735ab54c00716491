"""``cmtel journal list|export|watch``: the rows of the journal table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import typer

from cmtel.cli import rows_output
from cmtel.cli.journal_options import Columns, Names, Table, Url, split_columns
from cmtel.cli.output import emit_json, emit_table, settings, tell
from cmtel.errors import CmtelError, UsageError
from cmtel.services.reading_ports import JournalQuery

if TYPE_CHECKING:
    from cmtel.adapters.database.journal_reader import SqlJournalReader
    from cmtel.bootstrap.journal import JournalTarget
    from cmtel.domain.column_selection import JournalColumn

app = typer.Typer()

_FORMATS = ["%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]

Since = Annotated[
    datetime | None,
    typer.Option("--since", formats=_FORMATS, help="Calls from this moment on."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--until", formats=_FORMATS, help="Calls before this moment."),
]
Number = Annotated[
    str | None, typer.Option("--number", help="The other party's number; 0049* is a beginning.")
]
LocalNumber = Annotated[str | None, typer.Option("--local-number", help="The own number.")]
State = Annotated[str | None, typer.Option("--state", help="CONN, RING or BUSY.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="At most so many rows.")]
Csv = Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")]
Format = Annotated[str, typer.Option("--format", help="csv, or jsonl: one JSON object a line.")]
Output = Annotated[Path | None, typer.Option("--output", help="A file to write instead of stdout.")]
Interval = Annotated[
    float, typer.Option("--interval-secs", min=0.2, help="Seconds between two looks.")
]


@app.command("list")
def list_rows(
    url: Url = None,
    table: Table = None,
    columns: Columns = None,
    name: Names = None,
    since: Since = None,
    until: Until = None,
    number: Number = None,
    local_number: LocalNumber = None,
    state: State = None,
    limit: Limit = 50,
    is_csv: Csv = False,
) -> None:
    """List the newest rows of the journal."""
    target = _target(url, table, name)
    query = JournalQuery(since, until, number, local_number, state, limit)
    with _reader(target) as reader:
        _emit(_shown(reader, columns), list(reader.rows(query)), is_csv=is_csv)


@app.command("export")
def export_rows(
    url: Url = None,
    table: Table = None,
    columns: Columns = None,
    name: Names = None,
    since: Since = None,
    until: Until = None,
    number: Number = None,
    local_number: LocalNumber = None,
    state: State = None,
    form: Format = "csv",
    output: Output = None,
) -> None:
    """Write rows, oldest first, as CSV or JSON lines.

    In CSV, text that a spreadsheet would run as a formula (it begins with = + - @, a tab or a
    line break) gets an apostrophe in front; signed numbers such as +49 30 123456 stay as they
    are. JSON lines have every value exactly as it is in the table.
    """
    write = _writer("jsonl" if settings.is_json else form)
    query = JournalQuery(since, until, number, local_number, state, oldest_first=True)
    with _reader(_target(url, table, name)) as reader, _stream(output) as stream:
        count = write(stream, _shown(reader, columns), reader.rows(query))
    tell(f"{count} rows.")


@app.command("watch")
def watch_rows(
    url: Url = None,
    table: Table = None,
    columns: Columns = None,
    name: Names = None,
    number: Number = None,
    local_number: LocalNumber = None,
    state: State = None,
    limit: Limit = 10,
    interval_secs: Interval = 2.0,
) -> None:
    """Show rows as they arrive, until stopped."""
    from cmtel.bootstrap import journal
    from cmtel.cli.rows_live import show

    target = _target(url, table, name)
    query = JournalQuery(None, None, number, local_number, state, limit)
    with _reader(target) as reader:
        show(journal.make_watch(reader, query), _shown(reader, columns), interval_secs, limit)


def _target(url: str | None, table: str | None, names: list[str] | None) -> JournalTarget:
    from cmtel.bootstrap.config import load_config_or_defaults
    from cmtel.bootstrap.journal import resolve_readable

    return resolve_readable(url, table, names or (), load_config_or_defaults(settings.config_path))


def _shown(reader: SqlJournalReader, words: list[str] | None) -> Sequence[JournalColumn]:
    """Return the columns to show: those that were asked for, else all that the table has."""
    from cmtel.domain.column_selection import select_columns

    if not words:
        return reader.columns
    by_type = {column.type: column for column in reader.columns}
    wanted = [column.type for column in select_columns(split_columns(words))]
    missing = [column_type.name for column_type in wanted if column_type not in by_type]
    if missing:
        raise UsageError(
            f"The table has no column for {', '.join(missing)}.",
            hint="--name TYPE=COLUMN says what a column is called.",
        )
    return [by_type[column_type] for column_type in wanted]


@contextmanager
def _reader(target: JournalTarget) -> Iterator[SqlJournalReader]:
    from cmtel.bootstrap import journal

    reader = journal.make_reader(target)
    try:
        yield reader
    finally:
        reader.close()


@contextmanager
def _stream(output: Path | None) -> Iterator[IO[str]]:
    if output is None:
        yield sys.stdout
        return
    try:
        stream = output.open("w", encoding="utf-8", newline="")
    except OSError as exc:
        raise CmtelError(f"The file {output} cannot be written: {exc.strerror}.") from exc
    with stream:
        yield stream


def _writer(form: str) -> Callable[..., int]:
    writers = {"csv": rows_output.write_csv, "jsonl": rows_output.write_json_lines}
    if form not in writers:
        raise UsageError(f"{form!r} is no format of export.", hint="csv or jsonl.")
    return writers[form]


def _emit(columns: Sequence[JournalColumn], rows: list[Any], *, is_csv: bool) -> None:
    if settings.is_json:
        emit_json([rows_output.json_object(columns, row) for row in rows])
    elif is_csv:
        rows_output.write_csv(sys.stdout, columns, rows)
    else:
        emit_table(rows_output.headings(columns), [rows_output.cells(columns, row) for row in rows])
