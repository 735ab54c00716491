"""``cmtel notifier ack|unack|pause|resume|downtime``: what operators ask of a running notifier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.notifier_view import local
from cmtel.cli.output import emit_json, emit_table, emit_text, safe, settings

if TYPE_CHECKING:
    from cmtel.domain.incidents.states import FeedState
    from cmtel.services.notifier.asking import Answer

app = typer.Typer()
downtime_app = typer.Typer(
    name="downtime", help="Announce work, for whose time no stall is mailed.", no_args_is_help=True
)
app.add_typer(downtime_app)

Feed = Annotated[str | None, typer.Option("--feed", metavar="F", help="This feed; else all.")]
Reason = Annotated[str, typer.Option("--reason", metavar="R", help="Why; it stands in the mails.")]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="WHO", help="Who asks; a recipient's address, or else a name."),
]
Duration = Annotated[
    str | None, typer.Option("--for", metavar="T", help="So long: 30m, 2h, 3d.")
]  # fmt: skip
Until = Annotated[
    str | None, typer.Option("--until", metavar="T", help="Until then: 18:00, '2026-11-22 18:00'.")
]
From = Annotated[
    str | None, typer.Option("--from", metavar="T", help="From then on, like --until; else now.")
]
Id = Annotated[str, typer.Argument(metavar="ID", help="As 'downtime list' shows it.")]


@app.command("ack")
def ack(feed: Feed = None, reason: Reason = "", by: By = None) -> None:
    """Acknowledge a stall: no repeats until charging is back."""
    from cmtel.bootstrap.notifier_requests import opened_desk, whoever_asks

    with opened_desk(settings.config_path) as desk:
        answers = desk.asking.ack(feed, whoever_asks(by), reason)
    _show(answers, "acknowledged", _acked)


@app.command("unack")
def unack(feed: Feed = None, by: By = None) -> None:
    """Take an acknowledgement back: repeats go on."""
    from cmtel.bootstrap.notifier_requests import opened_desk, whoever_asks

    with opened_desk(settings.config_path) as desk:
        answers = desk.asking.unack(feed, whoever_asks(by))
    _show(answers, "not acknowledged", lambda _: "")


@app.command("pause")
def pause(
    feed: Feed = None,
    duration: Duration = None,
    until: Until = None,
    reason: Reason = "",
    by: By = None,
) -> None:
    """Stop reading and mailing, for 8 hours or as said.

    It ends by itself, after 7 days at most; what came meanwhile is made up for afterwards.
    """
    from cmtel.bootstrap.notifier_requests import opened_desk, pause_until, whoever_asks

    with opened_desk(settings.config_path) as desk:
        ends = pause_until(desk, duration, until)
        answers = desk.asking.pause(feed, whoever_asks(by), reason, ends)
        _show(answers, "paused", lambda state: _paused(state, desk.zone))


@app.command("resume")
def resume(feed: Feed = None, by: By = None) -> None:
    """Go on with what was paused, and judge at once."""
    from cmtel.bootstrap.notifier_requests import opened_desk, whoever_asks

    with opened_desk(settings.config_path) as desk:
        answers = desk.asking.resume(feed, whoever_asks(by))
    _show(answers, "not paused", lambda _: "")


@downtime_app.command("add")
def add_downtime(
    duration: Duration = None,
    until: Until = None,
    start: From = None,
    feed: Feed = None,
    reason: Reason = "",
    by: By = None,
) -> None:
    """Announce work: until it ends, stalls are seen but not mailed."""
    from cmtel.bootstrap.notifier_requests import downtime_span, opened_desk, whoever_asks

    with opened_desk(settings.config_path) as desk:
        span = downtime_span(desk, duration, until, start)
        answers = desk.asking.add_downtime(feed, whoever_asks(by), reason, span)
        told = f"from {local(span[0], desk.zone)} until {local(span[1], desk.zone)}"
    _show(answers, "announced", lambda _: told)


@downtime_app.command("list")
def list_downtimes(feed: Feed = None) -> None:
    """List the announced work that is not over."""
    from cmtel.bootstrap.notifier_requests import opened_desk
    from cmtel.services.notifier.report import downtimes_report

    with opened_desk(settings.config_path) as desk:
        works = downtimes_report(desk.asking.states(feed), desk.now)
    if settings.is_json:
        emit_json(works)
        return
    names = ("id", "feed", "from", "until", "running", "by", "reason")
    emit_table(names, [[_cell(work[name], desk.zone) for name in names] for work in works])


@downtime_app.command("remove")
def remove_downtime(id_: Id, feed: Feed = None, by: By = None) -> None:
    """End announced work now, or call it off."""
    from cmtel.bootstrap.notifier_requests import opened_desk, whoever_asks

    with opened_desk(settings.config_path) as desk:
        answers = desk.asking.remove_downtime(feed, whoever_asks(by), id_)
    _show(answers, "no longer announced", lambda _: "")


def _show(answers: Sequence[Answer], became: str, detail: Callable[[FeedState], str]) -> None:
    """Show for each feed what it is now, and whether it was so already."""
    from cmtel.services.notifier.report import feed_report

    if settings.is_json:
        emit_json([{**feed_report(a.state), "changed": a.is_changed} for a in answers])
        return
    for answer in answers:
        already = "" if answer.is_changed else "already "
        words = [f"{answer.state.feed}: {already}{became}", detail(answer.state)]
        emit_text(safe(" ".join(word for word in words if word)))


def _acked(state: FeedState) -> str:
    stall = state.stall
    return f"by {stall.ack.by}" if stall and stall.ack else ", and charging is back"


def _paused(state: FeedState, zone: tzinfo | None) -> str:
    return f"until {local(state.pause.until, zone)}" if state.pause else ""


def _cell(value: object, zone: tzinfo | None) -> object:
    if isinstance(value, datetime):
        return local(value, zone)
    return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
