"""``cmtel journal price``: try the settings about numbers and tariffs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from cmtel.cli.journal_options import NumberOptions
from cmtel.cli.output import emit_json, emit_pairs, settings

app = typer.Typer()

Number = Annotated[str, typer.Argument(help="The number, as it is dialled.")]
Secs = Annotated[int, typer.Argument(min=0, metavar="SECS", help="How long the call is connected.")]
Moment = Annotated[
    datetime | None,
    typer.Option("--at", help="When the call begins, local.", show_default="now"),
]


@app.command("price")
def price(
    number: Number, secs: Secs = 60, at: Moment = None, number_opt: NumberOptions = None
) -> None:
    """Show how a dialled number is read and what the call would cost."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.config import load_config_or_defaults
    from cmtel.bootstrap.trial import try_call

    config = load_config_or_defaults(settings.config_path)
    started = at or SystemClock().now().astimezone(config.time_zone).replace(tzinfo=None)
    found = try_call(number, secs, started.isoformat(" ", "seconds"), number_opt or (), config)
    if settings.is_json:
        emit_json(found)
    else:
        emit_pairs({name.replace("_", " "): value for name, value in found.items()})
