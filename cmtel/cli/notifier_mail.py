"""``cmtel notifier test-mail``: prove that mails go out, and show why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.output import emit_json, emit_text, safe, settings, tell
from cmtel.errors import CmtelError

if TYPE_CHECKING:
    from cmtel.bootstrap.mail_trial import TrialReport

app = typer.Typer()


@app.command(name="test-mail")
def send_test_mail(
    to: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="To there, or channel:NAME; else to all lists."),
    ] = None,
    server: Annotated[
        int | None,
        typer.Option(min=1, metavar="N", help="Through this server of the settings, from 1."),
    ] = None,
) -> None:
    """Send a real mail through each server and channel of the settings."""
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap import mail_trial

    reports = mail_trial.send_test_mail(settings.config_path, to, server, SystemClock())
    if settings.is_json:
        emit_json([_document(report) for report in reports])
    else:
        for report in filter(lambda each: each.is_accepted, reports):
            emit_text(safe(f"{report.recipient}: accepted by {_answer(report)}"))
    _complain([report for report in reports if not report.is_accepted])


def _complain(failed: Sequence[TrialReport]) -> None:
    """Show each dialogue once, then each failure; the first is the error, its remedy the hint."""
    if not failed:
        return
    for through in dict.fromkeys(report.through for report in failed):
        lines = next(report.dialogue for report in failed if report.through == through)
        for line in lines:
            tell(line)
    for report in failed[1:]:
        tell(f"{report.recipient}: not accepted by {_answer(report)}")
    raise CmtelError(
        f"The mail to {failed[0].recipient} was not accepted by {_answer(failed[0])}.",
        hint=failed[0].remedy or None,
    )


def _answer(report: TrialReport) -> str:
    reply = report.reply
    what = f"{reply.code} {reply.text}" if reply.code is not None else reply.text
    where = "" if report.is_accepted else f" ({reply.stage.value})"
    return f"{report.through}{where}, {what}".rstrip(". ")


def _document(report: TrialReport) -> dict[str, object]:
    return {
        "through": report.through,
        "to": report.recipient,
        "is_accepted": report.is_accepted,
        "stage": report.reply.stage.value,
        "code": report.reply.code,
        "text": report.reply.text,
        "elapsed_ms": report.elapsed_ms,
        "remedy": report.remedy,
        "dialogue": list(report.dialogue),
    }
