"""``cmtel journal ingest|import``: calls into the journal table."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.journal_options import (
    Columns,
    Names,
    NumberOptions,
    Sizes,
    Table,
    Url,
    split_columns,
)
from cmtel.cli.output import emit_json, emit_text, settings
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.bootstrap.ingest_order import IngestOrder
    from cmtel.bootstrap.orders import IngestWords
    from cmtel.services.spool_ports import SpoolSource

app = typer.Typer()

FormatName = Annotated[
    str | None, typer.Option("--format", help="The switch format; see 'cmtel format list'.")
]
FormatOptions = Annotated[
    list[str] | None, typer.Option("--opt", metavar="NAME=VALUE", help="An option of the format.")
]
SourceOptions = Annotated[
    list[str] | None,
    typer.Option("--source-opt", metavar="NAME=VALUE", help="An option of the source."),
]
Timezone = Annotated[
    str | None, typer.Option("--timezone", metavar="TZ", help="The time zone of the switch.")
]
YearHint = Annotated[
    str | None,
    typer.Option("--year-hint", metavar="YYYY-MM-DD", help="The date near which records lie."),
]
SpoolFolder = Annotated[
    Path | None, typer.Option("--spool", metavar="DIR", help="The folder of the spool.")
]
SourceText = Annotated[
    str | None,
    typer.Option(
        "--source",
        help="tcp-listen:HOST:PORT, tcp:HOST:PORT, file:PATH, serial:DEV?mode=7E2 or stdin.",
    ),
]
Once = Annotated[
    bool, typer.Option("--once", help="End when the source has ended and all is delivered.")
]
Legs = Annotated[
    str | None,
    typer.Option(
        "--legs", metavar="keep|fold",
        help="keep (default): a row for each leg of a call; fold: one row a call.",
    ),
]  # fmt: skip
LegsWait = Annotated[
    str | None,
    typer.Option(
        "--legs-wait", metavar="DURATION",
        help="With fold: how long a call waits for its next leg; 2m if not given.",
    ),
]  # fmt: skip
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of call records.")]


@app.command()
def ingest(
    url: Url = None,
    table: Table = None,
    source: SourceText = None,
    format_name: FormatName = None,
    opt: FormatOptions = None,
    source_opt: SourceOptions = None,
    timezone: Timezone = None,
    year_hint: YearHint = None,
    spool: SpoolFolder = None,
    columns: Columns = None,
    name: Names = None,
    size: Sizes = None,
    legs: Legs = None,
    legs_wait: LegsWait = None,
    number_opt: NumberOptions = None,
    once: Once = False,
) -> ExitStatus:
    """Take call records from a source into the journal table."""
    from cmtel.bootstrap.orders import IngestWords

    words = IngestWords(
        url, table, format_name, opt or (), source_opt or (), timezone, year_hint, spool,
        split_columns(columns), name or (), size or (), legs, legs_wait, number_opt or (),
    )  # fmt: skip
    return _ingest(words, source, is_once=once)


@app.command("import")
def import_files(
    files: Files,
    url: Url = None,
    table: Table = None,
    format_name: FormatName = None,
    opt: FormatOptions = None,
    timezone: Timezone = None,
    year_hint: YearHint = None,
    spool: SpoolFolder = None,
    columns: Columns = None,
    name: Names = None,
    size: Sizes = None,
    legs: Legs = None,
    legs_wait: LegsWait = None,
    number_opt: NumberOptions = None,
) -> ExitStatus:
    """Take files of call records into the journal table; can be resumed."""
    from cmtel.bootstrap.orders import IngestWords

    words = IngestWords(
        url, table, format_name, opt or (), (), timezone, year_hint, spool,
        split_columns(columns), name or (), size or (), legs, legs_wait, number_opt or (),
    )  # fmt: skip
    return _import(words, files)


def _ingest(words: IngestWords, source: str | None, *, is_once: bool) -> ExitStatus:
    from cmtel.bootstrap.orders import ingest_order

    order = ingest_order(words, source, settings.config_path, is_once=is_once)
    if not settings.is_quiet:
        logging.getLogger("cmtel").setLevel(logging.INFO)
    return _ingest_once(order) if is_once else _serve(order)


def _ingest_once(order: IngestOrder) -> ExitStatus:
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.ingest import open_ingest
    from cmtel.cli.signals import stopped_by_signals

    clock = SystemClock()
    with stopped_by_signals(clock) as stopping, open_ingest(order, clock) as opened:
        before = opened.spool.sources()
        after = opened.ingest.run()
    status = _report(before, after)
    return ExitStatus.INTERRUPTED if stopping.was_signalled else status


def _serve(order: IngestOrder) -> ExitStatus:
    """Ingest until a signal comes."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.journal_service import open_journal_service
    from cmtel.cli.signals import stopped_by_signals

    clock = SystemClock()
    with (
        stopped_by_signals(clock),
        open_journal_service(order, clock, settings.config_path) as opened,
    ):
        opened.ingest.run()
    return ExitStatus.DONE


def _import(words: IngestWords, files: Sequence[Path]) -> ExitStatus:
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.ingest import open_ingest
    from cmtel.bootstrap.orders import import_order
    from cmtel.cli.import_progress import shown_progress
    from cmtel.cli.signals import stopped_by_signals

    order = import_order(words, files, settings.config_path)
    clock = SystemClock()
    with (
        stopped_by_signals(clock) as stopping,
        open_ingest(order, clock, default_spool="spool-import") as opened,
    ):
        before = opened.spool.sources()
        with shown_progress(opened.spool, opened.journal_id, files):
            after = opened.ingest.run()
    status = _report(before, after)
    return ExitStatus.INTERRUPTED if stopping.was_signalled else status


def _report(before: Sequence[SpoolSource], after: Sequence[SpoolSource]) -> ExitStatus:
    """Print what this run did, and return DATA_DIFFER if records were rejected in it."""
    from cmtel.services.books import growth, sentence

    grown = growth(before, after)
    if settings.is_json:
        emit_json(grown)
    else:
        emit_text(sentence(grown))
    return ExitStatus.DATA_DIFFER if grown["dead_letters"] > 0 else ExitStatus.DONE
