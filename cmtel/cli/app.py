"""The command tree. Each group is a module of its own name; heavy imports wait in the commands."""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from cmtel import __version__
from cmtel.cli.output import emit_text, settings

app = typer.Typer(
    name="cmtel",
    help="Call records into your own journal table, exactly once.",
    epilog="Global options may stand before or after the command.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _show_version(value: bool) -> None:
    if value:
        emit_text(f"cmtel {__version__}")
        raise typer.Exit


@app.callback()
def root(
    config: Annotated[
        str | None,
        typer.Option("--config", envvar="CMTEL_CONFIG", metavar="PATH", help="The settings file."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print results as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print results and errors only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Print what is being done.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", metavar="LANG", help="en, de or pt-BR.")
    ] = None,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Take the global options."""
    settings.config_path = config
    settings.is_json = json
    settings.is_quiet = quiet
    settings.is_verbose = verbose
    settings.is_debug = debug
    settings.language = lang
    level = logging.DEBUG if debug else logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(message)s", force=True)


def _add_groups() -> None:
    from cmtel.cli import journal

    app.add_typer(journal.app)


_add_groups()
