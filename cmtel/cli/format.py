"""``cmtel format``: which switch formats there are, and what they make of a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cmtel.cli.format_detect import detect
from cmtel.cli.output import emit_json, emit_pairs, emit_table, emit_text, settings
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.formats.seam import Format, FormatOption

app = typer.Typer(
    name="format",
    help="List the switch formats, and decode call records.",
    no_args_is_help=True,
)

Name = Annotated[str, typer.Argument(help="The format; see 'cmtel format list'.")]
FormatName = Annotated[str, typer.Option("--format", help="The format; see 'cmtel format list'.")]
YearHint = Annotated[
    str | None,
    typer.Option("--year-hint", metavar="YYYY-MM-DD", help="The date near which records lie."),
]
Timezone = Annotated[
    str | None, typer.Option("--timezone", metavar="TZ", help="The time zone of the switch.")
]
FormatOptions = Annotated[
    list[str] | None, typer.Option("--opt", metavar="NAME=VALUE", help="An option of the format.")
]
Legs = Annotated[
    str,
    typer.Option(
        "--legs", metavar="keep|fold", help="keep: an object for each leg; fold: one for each call."
    ),
]
File = Annotated[str, typer.Argument(help="The file to decode; - is standard input.")]


@app.command("list")
def list_formats() -> None:
    """List the formats, with the switch and how its records come."""
    from cmtel.formats import registry

    formats = [registry.get(name) for name in registry.names()]
    if settings.is_json:
        emit_json([_summary(form) for form in formats])
    else:
        rows = ((form.name, form.switch, _connection(form), form.default_port) for form in formats)
        emit_table(("Format", "Switch", "Connection", "Port"), rows)


@app.command()
def show(name: Name) -> None:
    """Show a format: its layout, an example and its options."""
    from cmtel.formats import registry

    form = registry.get(name)
    if settings.is_json:
        emit_json({**_summary(form), **_details(form)})
    else:
        _emit_description(form)


@app.command()
def decode(
    file: File,
    format_name: FormatName,
    year_hint: YearHint = None,
    timezone: Timezone = None,
    opt: FormatOptions = None,
    legs: Legs = "keep",
) -> ExitStatus:
    """Decode call records to JSON, one object a line."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.adapters.input_file import read_blocks
    from cmtel.bootstrap.orders import is_folding_legs
    from cmtel.cli.outcome_lines import emit_folded, emit_outcomes
    from cmtel.formats import registry
    from cmtel.formats.options import decode_options
    from cmtel.services.decode_stream import decode_stream, fold_stream

    now = SystemClock().now()
    today = year_hint or now.astimezone().date().isoformat()
    options = decode_options(opt or (), timezone, today)
    form = registry.get(format_name)
    form.make_decoder(options)  # wrong usage is told before the file is opened
    if is_folding_legs(legs):
        has_rejected = emit_folded(fold_stream(form, options, read_blocks(file), now))
    else:
        has_rejected = emit_outcomes(decode_stream(form, options, read_blocks(file), now))
    return ExitStatus.DATA_DIFFER if has_rejected else ExitStatus.DONE


app.command("detect")(detect)


def _connection(form: Format) -> str:
    """Who dials whom, or what is read: ``show`` has the rest."""
    return re.sub(r" \([^)]*\)", "", form.transport).split(";")[0]


def _row(form: Format) -> tuple[object, ...]:
    return form.name, form.switch, form.transport, form.default_port


def _summary(form: Format) -> dict[str, Any]:
    names = ("name", "switch", "transport", "default_port")
    return dict(zip(names, _row(form), strict=True))


def _details(form: Format) -> dict[str, Any]:
    return {
        "layout": form.layout,
        "example": form.example,
        "options": [_option(each) for each in form.options],
        "session": form.session.says if form.session else None,
        "session_options": [_option(each) for each in form.session.options] if form.session else [],
        "can_be_simulated": form.encode is not None,
        "legs_joined_by": form.legs.joined_by if form.legs else None,
    }


def _option(option: FormatOption) -> dict[str, Any]:
    return {name: getattr(option, name) for name in ("name", "meaning", "default", "required")}


def _emit_description(form: Format) -> None:
    emit_pairs(_summary(form))
    emit_text(f"\nLayout:\n{_indented(form.layout)}\n\nExample:\n{_indented(form.example)}\n")
    emit_text(f"Legs (--legs fold): {_legs(form)}\n")
    emit_text("Options (--opt NAME=VALUE):")
    _emit_options(form.options)
    if form.session:
        emit_text(f"\nWhat is said over tcp:HOST:PORT:\n  {form.session.says}")
    if form.session and form.session.options:
        emit_text("\nOptions of the connection (--source-opt NAME=VALUE):")
        _emit_options(form.session.options)


def _emit_options(options: Sequence[FormatOption]) -> None:
    for option in options:
        note = "needed" if option.required else f"default: {option.default or 'none'}"
        emit_text(f"  {option.name}: {option.meaning} ({note})")


def _legs(form: Format) -> str:
    if form.legs is None:
        return "no joining id; each record is a call, or is joined to one already"
    return f"joined by {form.legs.joined_by}"


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
