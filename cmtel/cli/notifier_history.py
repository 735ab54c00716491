"""``cmtel notifier history``: the incidents, and what happened in them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.notifier_view import local
from cmtel.cli.output import emit_json, emit_table, emit_text, safe, settings

if TYPE_CHECKING:
    from cmtel.bootstrap.notifier_history import History

app = typer.Typer()

Feed = Annotated[str | None, typer.Option("--feed", metavar="F", help="Only this feed.")]
Since = Annotated[
    str | None,
    typer.Option(
        "--since", metavar="T", help="From then on: 12h (ago), 2026-11-22; else 30 days back."
    ),
]
Count = Annotated[
    int, typer.Option("-n", "--lines", min=1, help="At most so many incidents and so many events.")
]


@app.command("history")
def show_history(feed: Feed = None, since: Since = None, count: Count = 50) -> None:
    """Show incidents and events, oldest first."""
    from cmtel.bootstrap.notifier_history import history
    from cmtel.services.notifier.report import event_report, incident_report

    found = history(settings.config_path, feed, since, count)
    if settings.is_json:
        incidents = [incident_report(incident, found.now) for incident in found.incidents]
        emit_json({"incidents": incidents, "events": [event_report(e) for e in found.events]})
    else:
        _show(found)


def _show(found: History) -> None:
    from cmtel.services.notifier_log import line_of

    _show_incidents(found)
    emit_text("")
    for event in found.events:
        emit_text(safe(line_of(event.at, event.log, found.zone)))


def _show_incidents(found: History) -> None:
    from cmtel.services.notifier.report import incident_report

    headings = ("feed", "kind", "opened", "closed", "lasted", "mails", "flaps", "acknowledged by")
    rows = []
    for past in found.incidents:
        told, incident = incident_report(past, found.now), past.incident
        closed = local(incident.closed_at, found.zone) if incident.closed_at else "open"
        lasted = timedelta(seconds=told["duration_secs"])
        rows.append((incident.feed, told["kind"], local(incident.opened_at, found.zone), closed,
                     lasted, told["mails"], incident.flaps, told["acked_by"]))  # fmt: skip
    emit_table(headings, rows)
