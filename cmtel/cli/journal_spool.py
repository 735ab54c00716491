"""``cmtel journal spool`` and ``cmtel journal dead-letters``: what waits, and what was rejected."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cmtel.cli.output import emit_json, emit_table, emit_text, settings, tell
from cmtel.errors import ExitStatus

app = typer.Typer()
letters_app = typer.Typer(
    name="dead-letters", help="Look at rejected records, and replay them.", no_args_is_help=True
)
app.add_typer(letters_app)

SpoolFolders = Annotated[
    list[Path] | None,
    typer.Option("--spool", metavar="DIR", help="A spool; without it all that were used here."),
]
SourceName = Annotated[str | None, typer.Option("--source", help="Only this source.")]
Sequence = Annotated[int | None, typer.Option("--sequence", help="Only this record.")]


@app.command("spool")
def show_spool(spool: SpoolFolders = None) -> None:
    """Show the spools: size, limit of age, and the books of each source."""
    from cmtel.bootstrap.spools import describe_spools

    described = describe_spools(spool or ())
    if settings.is_json:
        emit_json(described)
        return
    for one in described:
        emit_text(f"{one['folder']}  {one['used_bytes'] >> 10} KB, {_holder(one['process_id'])}")
        emit_table(
            ("source", "received", "delivered", "dead letters", "skipped", "waiting", "oldest"),
            [
                (b["source"], b["received"], b["delivered"], b["dead_letters"], b["skipped"],
                 b["waiting"], b["oldest_waiting_at"])
                for b in one["books"]
            ],
        )  # fmt: skip


def _holder(process_id: int | None) -> str:
    return f"in use by process {process_id}" if process_id else "not in use"


@letters_app.command("list")
def list_letters(spool: SpoolFolders = None, source: SourceName = None) -> None:
    """List the dead letters, oldest first."""
    from cmtel.bootstrap.spools import describe_letters

    letters = describe_letters(spool or (), source)
    if settings.is_json:
        for letter in letters:
            emit_json(letter)
        return
    names = ("source", "sequence", "rejected_at", "reason", "detail", "raw")
    emit_table(names, [[str(letter[name])[:120] for name in names] for letter in letters])


@letters_app.command("show")
def show_letters(
    sequence: Annotated[int, typer.Argument(help="The record's sequence.")],
    spool: SpoolFolders = None,
    source: SourceName = None,
) -> ExitStatus:
    """Show dead letters whole, with their bytes."""
    from cmtel.bootstrap.spools import describe_letters

    letters = [x for x in describe_letters(spool or (), source) if x["sequence"] == sequence]
    for letter in letters:
        if settings.is_json:
            emit_json(letter)
        else:
            _emit_letter(letter)
    if not letters:
        tell(f"There is no dead letter {sequence}.")
    return ExitStatus.DONE if letters else ExitStatus.FAILURE


def _emit_letter(letter: dict[str, object]) -> None:
    from cmtel.cli.output import emit_pairs

    emit_pairs(letter)
    emit_text("")


@letters_app.command("replay")
def replay_letters(
    spool: SpoolFolders = None, source: SourceName = None, sequence: Sequence = None
) -> None:
    """Accept dead letters again; the running (or next) ingest delivers them."""
    from cmtel.bootstrap.spools import replay

    count = replay(spool or (), source, sequence)
    if settings.is_json:
        emit_json({"replayed": count})
    else:
        emit_text(f"{count} dead letters are accepted again; the ingest delivers them.")
