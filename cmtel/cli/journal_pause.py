"""``cmtel journal pause|resume``: calls are taken into the spool, and the table is left alone."""

from __future__ import annotations

from typing import Annotated

import typer

from cmtel.cli.output import emit_json, emit_text, settings

app = typer.Typer()

Duration = Annotated[
    str | None, typer.Option("--for", metavar="T", help="So long: 30m, 2h, 3d; else 8h.")
]
Reason = Annotated[str, typer.Option("--reason", metavar="R", help="Why; it stands in the status.")]


@app.command("pause")
def pause(duration: Duration = None, reason: Reason = "") -> None:
    """Leave the table alone, for 8 hours or as said.

    Calls are taken all the same, and wait in the spool. It ends by itself, after 7 days at most.
    """
    from cmtel.bootstrap.notifier_requests import whoever_asks
    from cmtel.bootstrap.pausing import pause_journal, pause_secs

    is_changed = pause_journal(pause_secs(duration), reason, whoever_asks(None))
    _emit("paused", is_changed=is_changed)


@app.command("resume")
def resume() -> None:
    """Deliver into the table again, first what has waited."""
    from cmtel.bootstrap.pausing import resume_journal

    _emit("delivering", is_changed=resume_journal())


def _emit(became: str, *, is_changed: bool) -> None:
    if settings.is_json:
        emit_json({"journal": became, "changed": is_changed})
    else:
        emit_text(f"journal: {'' if is_changed else 'already '}{became}")
