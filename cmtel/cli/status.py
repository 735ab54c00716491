"""``cmtel status``: is everything running, and where do calls stand?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cmtel.cli.output import emit_json, emit_table, emit_text, safe, settings
from cmtel.errors import ExitStatus

app = typer.Typer()

#: States of a link whose reason is worth a line; those of services.ports.LinkState.
_TROUBLED = ("down", "held back")


@app.command("status")
def status(
    spool: Annotated[
        list[Path] | None,
        typer.Option("--spool", metavar="DIR", help="A spool; without it all used here."),
    ] = None,
) -> ExitStatus:
    """Show services, source links, the spools and their books."""
    from cmtel.bootstrap.notifier_check import describe_notifier
    from cmtel.bootstrap.spools import describe_spools
    from cmtel.bootstrap.way import describe_ways
    from cmtel.services.status import status_document

    spools, notifier = describe_spools(spool or ()), describe_notifier()
    ways = describe_ways(spool or (), notifier, settings.config_path)
    document = status_document(spools, notifier, ways)
    if settings.is_json:
        emit_json(document)
    else:
        _emit(document)
    return ExitStatus(document["exit_status"])


def _emit(document: dict[str, Any]) -> None:
    for name, state in document["services"].items():
        emit_text(f"service {name}: {state}")
    for process in document["foreground"]:
        emit_text(f"running in the foreground: process {process}")
    emit_table(
        ("source", "link", "last received", "received", "delivered", "dead", "skipped", "waiting"),
        [
            (b["source"], b["link"], b["last_received_at"], b["received"], b["delivered"],
             b["dead_letters"], b["skipped"], b["waiting"])
            for b in document["books"]
        ],
    )  # fmt: skip
    for book in document["books"]:
        if book["link"] in _TROUBLED:
            detail, since = book["link_detail"], book["link_since"]
            emit_text(f"{book['source']} is {book['link']} since {since}: {detail}")
    for way in document["ways"]:
        if way["stopped"] is not None:
            _emit_stop(way["stopped"])
    if document["notifier"] is not None:
        _emit_notifier(document["notifier"])


def _emit_stop(stopped: dict[str, Any]) -> None:
    """Where the calls stop, and what to do about it."""
    from cmtel.cli.notifier_view import local

    since = f" since {local(stopped['since'], None)}" if stopped["since"] else ""
    detail = f" ({stopped['detail']})" if stopped["detail"] else ""
    emit_text(safe(f"calls stop here: {stopped['text']}{since}{detail}"))
    emit_text(f"  {stopped['remedy']}")


def _emit_notifier(notifier: dict[str, Any]) -> None:
    """In the machine's local time: a status does not depend on the settings."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.cli.notifier_view import feed_lines, mail_lines, request_lines

    if "error" in notifier:
        emit_text(safe(f"notifier: {notifier['error']}"))
        return
    process = notifier["process_id"]
    emit_text(f"notifier: {f'running, process {process}' if process else 'not running'}")
    for feed in notifier["feeds"]:
        for line in feed_lines(feed, SystemClock().now(), None):
            emit_text(safe(line))
    for line in [*request_lines(notifier), *mail_lines(notifier, None)]:
        emit_text(safe(line))
