"""``cmtel status``: is everything running, and where do calls stand?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from cmtel.cli.output import emit_json, flush_output, settings
from cmtel.errors import ExitStatus

app = typer.Typer()

#: From one look of --watch to the next, in seconds.
_WATCH_EVERY_SECS = 2.0

Spools = Annotated[
    list[Path] | None,
    typer.Option("--spool", metavar="DIR", help="A spool; without it all used here."),
]
Watch = Annotated[bool, typer.Option("--watch", help="Show it again and again, until Ctrl-C.")]
Check = Annotated[
    bool, typer.Option("--check", help="Exit 6, 4, 3, 9, 10, 12 or 8: the first that holds.")
]


@app.command("status")
def status(spool: Spools = None, watch: Watch = False, check: Check = False) -> ExitStatus:
    """Show services, source links, the spools and their books."""
    if watch:
        return _watch(spool or ())
    document = _look(spool or (), is_checking=check)
    _emit(document)
    return ExitStatus(document["check"]["exit_status"] if check else document["exit_status"])


def _look(spools: Sequence[Path], *, is_checking: bool) -> dict[str, Any]:
    from cmtel.bootstrap.status import status_now

    return status_now(spools, settings.config_path, is_checking=is_checking)


def _emit(document: dict[str, Any]) -> None:
    from cmtel.cli.status_view import show

    if settings.is_json:
        emit_json(document)
    else:
        show(document)


def _watch(spools: Sequence[Path]) -> ExitStatus:
    """Each look on a cleared screen; in a pipe one after another."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.cli.signals import stopped_by_signals
    from cmtel.cli.status_view import clear_screen

    clock = SystemClock()
    with stopped_by_signals(clock):
        while not clock.is_stopping:
            document = _look(spools, is_checking=False)
            clear_screen(settings.is_json)
            _emit(document)
            flush_output()
            clock.wait(_WATCH_EVERY_SECS)
    return ExitStatus.DONE
