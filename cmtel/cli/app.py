"""The root of the command line: the global options, and what they set.

The commands are listed in cmtel/cli/tree.py; each group is a module of its own name.
"""

from __future__ import annotations

import logging
from typing import Annotated

import typer

from cmtel.cli.output import SafeFormatter, settings
from cmtel.cli.tree import LazyGroup


def new_app() -> typer.Typer:
    """Return a root with the global options and all lazy commands.

    Help is plain text: Rich would take longer to import than everything else together.
    """
    root = typer.Typer(
        name="cmtel",
        cls=LazyGroup,
        help="Call records into your own journal table, exactly once.",
        epilog="Global options may stand before or after the command.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    root.callback()(_take_global_options)
    return root


def _take_global_options(
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
    version: Annotated[  # boundary.py answers it before Typer is imported
        bool, typer.Option("--version", help="Print the version.")
    ] = False,
) -> None:
    settings.config_path = config
    settings.is_json = json
    settings.is_quiet = quiet
    settings.is_verbose = verbose
    settings.is_debug = debug
    settings.language = lang
    _log_to_stderr(logging.DEBUG if debug else logging.INFO if verbose else logging.WARNING)


def _log_to_stderr(level: int) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(SafeFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)


app = new_app()
