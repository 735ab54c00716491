"""``cmtel demo``: the whole job, with nothing to configure."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cmtel.cli.output import emit_json, emit_text, safe, settings, tell
from cmtel.errors import ExitStatus, UsageError

if TYPE_CHECKING:
    from email.message import EmailMessage

    from cmtel.bootstrap.demo import DemoResult

app = typer.Typer()

_ARROWS = {"i": "<-", "o": "->"}


@app.command("demo")
def demo(
    calls: Annotated[int, typer.Option(min=1, max=1000, help="How many calls.")] = 120,
    rate: Annotated[float, typer.Option(min=1, max=200, help="Calls a second.")] = 12.0,
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where all lies; else a new folder.")
    ] = None,
) -> ExitStatus:
    """Show calls arrive in a journal table, and a mail when they stop."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.demo import CALLS_BACK, FORMAT, DemoShow, run_demo
    from cmtel.cli.signals import stopped_by_signals

    place = _new_folder(folder)
    tell(f"A simulated switch ({FORMAT}) dials this machine over TCP; its calls go into {place}.")
    clock = SystemClock()
    with stopped_by_signals(clock) as stopping:
        result = run_demo(
            place, clock, calls=calls, calls_per_sec=rate, language=settings.language,
            show=DemoShow(tell, _show_call, _show_mail),
        )  # fmt: skip
    _conclude(result)
    if stopping.was_signalled:
        return ExitStatus.INTERRUPTED
    is_whole = result.sent_calls == result.rows == calls + CALLS_BACK
    is_told = {"FIRST", "REPEAT", "RECOVERED"} <= set(result.mails)
    return ExitStatus.DONE if is_whole and is_told else ExitStatus.FAILURE


def _new_folder(folder: Path | None) -> Path:
    """Return the folder, made; what an earlier demonstration left would spoil the count."""
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="cmtel-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(f"The folder {folder} is not empty.", hint="Name a new one.")
    return folder.absolute()


def _show_call(row: Sequence[Any]) -> None:
    if settings.is_json or settings.is_quiet:
        return
    moment, direction, number, name, extension, state, secs = row
    arrow = _ARROWS.get(direction, "--")
    emit_text(
        f"{moment}  {extension or '-':>5} {arrow} {number or 'unknown':<16} {state:<4} "
        f"{secs or 0:>5} s  {safe(name or '')}"
    )


def _show_mail(mail: EmailMessage) -> None:
    """Show a mail as a mail program would, its plain text; of a reminder the subject only."""
    if settings.is_json or settings.is_quiet:
        return
    emit_text(f"  mail to {safe(str(mail['To']))}: {safe(str(mail['Subject']))}")
    body = mail.get_body(("plain",))
    if body is not None and mail["X-CmTel-Kind"] in ("FIRST", "RECOVERED"):
        for line in body.get_content().splitlines():
            emit_text(f"  | {safe(line)}".rstrip())


def _conclude(result: DemoResult) -> None:
    from cmtel.services.books import sentence

    if settings.is_json:
        emit_json(
            {
                "sent_calls": result.sent_calls,
                "rows": result.rows,
                "books": result.books,
                "journal": str(result.journal),
                "mails": list(result.mails),
            }
        )
        return
    emit_text("")
    emit_text(f"The switch sent {result.sent_calls} calls; the journal has {result.rows} rows.")
    emit_text(sentence(result.books))
    tell(f"The notifier sent {len(result.mails)} mails: {', '.join(result.mails)}.")
    tell(f"Look at them: cmtel journal list --url sqlite:///{result.journal}")
    tell("Your own switch: cmtel init, or cmtel journal ingest --help")
