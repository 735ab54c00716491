"""``cmtel notifier run``: the notifier in the foreground, until it is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cmtel.cli.output import settings, tell

app = typer.Typer()

State = Annotated[
    Path | None, typer.Option("--state", metavar="DIR", help="The folder of its state.")
]
LogFile = Annotated[
    Path | None, typer.Option("--log", metavar="FILE", help="Its log; else as the settings say.")
]


@app.command("run")
def run(state: State = None, log: LogFile = None) -> None:
    """Watch, mail and log in the foreground, until it is stopped."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.notifier_service import run_notifier
    from cmtel.bootstrap.notifier_settings import NotifierOrder
    from cmtel.cli.signals import stopped_by_signals

    order = NotifierOrder(settings.config_path, state, log)
    clock = SystemClock()
    with stopped_by_signals(clock):
        tell("The notifier starts; 'cmtel notifier log --follow' shows what it does.")
        run_notifier(order, clock)
