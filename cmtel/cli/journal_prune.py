"""``cmtel journal prune``: calls are kept as long as they may be, and no longer."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from cmtel.cli.journal_options import Names, Table, Url
from cmtel.cli.output import emit_json, emit_text, settings

app = typer.Typer()

OlderThan = Annotated[
    str, typer.Option("--older-than", metavar="AGE", help="Delete what is older, such as 90d.")
]
InternalOlderThan = Annotated[
    str | None,
    typer.Option(
        "--internal-older-than", metavar="AGE", help="For internal calls; else as --older-than."
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count; nothing is deleted.")]
Spools = Annotated[
    list[Path] | None,
    typer.Option("--spool", metavar="DIR", help="A spool; without it all that were used here."),
]


@app.command("prune")
def prune_journal(
    older_than: OlderThan,
    url: Url = None,
    table: Table = None,
    name: Names = None,
    internal_older_than: InternalOlderThan = None,
    spool: Spools = None,
    is_trial: DryRun = False,
) -> None:
    """Delete old calls from table, spools and the notifier's history."""
    from cmtel.bootstrap.prune import PruneWords, prune

    words = PruneWords(
        url, table, name or (), older_than, internal_older_than, spool or (), is_trial
    )
    pruned = prune(words, settings.config_path)
    if settings.is_json:
        emit_json({**asdict(pruned), "dry_run": is_trial})
        return
    what = "would be deleted" if is_trial else "deleted"
    emit_text(
        f"{pruned.external_rows} rows of external calls, {pruned.internal_rows} of internal ones "
        f"and {pruned.dead_letters} dead letters {what}."
    )
