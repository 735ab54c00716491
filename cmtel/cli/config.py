"""``cmtel config check|show|schema``: the settings file, checked and shown."""

from __future__ import annotations

from collections.abc import Sequence

import typer

from cmtel.cli.output import emit_json, emit_text, safe, settings, tell
from cmtel.errors import ConfigError, ExitStatus

app = typer.Typer(name="config", help="Check and show the settings file.", no_args_is_help=True)


@app.command("check")
def check() -> ExitStatus:
    """Check the settings file and name every problem in it."""
    from cmtel.bootstrap.config import load_config
    from cmtel.bootstrap.tariffs import check_tariffs
    from cmtel.config.advice import advise

    try:
        config = load_config(settings.config_path)
        warnings = [*advise(config), *check_tariffs(config)]
    except ConfigError as error:
        if not settings.is_json:
            raise
        _emit_check(error.source or _path(), error.problems or (error.message,), ())
        return error.exit_status
    _emit_check(_path(), (), warnings)
    return ExitStatus.DONE


@app.command("show")
def show() -> None:
    """Show the settings in effect, defaults included, secrets as ***."""
    from cmtel.bootstrap.config import load_config
    from cmtel.config.show import as_document, as_pairs

    config = load_config(settings.config_path)
    if settings.is_json:
        emit_json(as_document(config))
        return
    for path, value in as_pairs(config):
        emit_text(f"{path} = {safe(value)}")


@app.command("schema")
def schema() -> None:
    """Print the XSD of the settings file, for XML editors."""
    from cmtel.config.describe.xsd import schema as describe

    text = describe()
    if settings.is_json:
        emit_json({"xsd": text})
    else:
        emit_text(text.removesuffix("\n"))


def _path() -> str:
    from cmtel.bootstrap.config import locate_config

    return str(locate_config(settings.config_path))


def _emit_check(path: str, problems: Sequence[str], warnings: Sequence[str]) -> None:
    if settings.is_json:
        emit_json({"file": path, "problems": list(problems), "warnings": list(warnings)})
        return
    for warning in warnings:
        tell(f"warning: {warning}")
    emit_text(f"{path} has no problems.")
