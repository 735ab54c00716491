"""``cmtel init``: a settings file to begin with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.output import emit_json, emit_text, settings, tell

if TYPE_CHECKING:
    from cmtel.bootstrap.init import Written

app = typer.Typer()

Output = Annotated[
    str | None, typer.Option("--output", metavar="PATH", help="Where; else the usual place.")
]
Force = Annotated[bool, typer.Option("--force", help="Replace an older file of cmtel's.")]
Url = Annotated[str | None, typer.Option("--url", help="The database, as in journal ingest.")]
Table = Annotated[str | None, typer.Option("--table", help="The journal table.")]
FormatName = Annotated[str | None, typer.Option("--format", help="The switch format.")]
Source = Annotated[
    str | None, typer.Option("--source", help="The source, such as tcp-listen:0.0.0.0:9000.")
]
TimeZone = Annotated[
    str | None, typer.Option("--time-zone", metavar="TZ", help="Such as America/Sao_Paulo.")
]
HotelId = Annotated[str | None, typer.Option("--hotel-id", help="'Identificador do Hotel'.")]


@app.command("init")
def init(
    output: Output = None,
    force: Force = False,
    url: Url = None,
    table: Table = None,
    format_name: FormatName = None,
    source: Source = None,
    time_zone: TimeZone = None,
    hotel_id: HotelId = None,
) -> None:
    """Write a commented settings file, CmTelNotifier.xml."""
    from cmtel.bootstrap.init import write_settings
    from cmtel.config.starter import Wishes

    language = settings.language
    wishes = Wishes(url, table, format_name, source, time_zone, hotel_id, language)
    _emit(write_settings(wishes, output or settings.config_path, force=force))


def _emit(written: Written) -> None:
    if settings.is_json:
        emit_json({"file": str(written.path), "to_fill_in": list(written.to_fill_in)})
        return
    emit_text(f"{written.path} is written.")
    command = _command(written.path)
    if written.to_fill_in:
        tell("To be filled in:")
        for problem in written.to_fill_in:
            tell(f"  - {problem}")
    tell(f"Next: {command} config check")
    if not written.to_fill_in:
        tell(f"Then: {command} journal create-table, and {command} journal ingest")


def _command(path: Path) -> str:
    """``cmtel``, told where the file is if it would not find it by itself."""
    from cmtel.bootstrap.config import locate_config

    shown = f'"{path}"' if " " in str(path) else str(path)
    return "cmtel" if locate_config(None) == path else f"cmtel --config {shown}"
