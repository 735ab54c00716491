"""``cmtel notifier check``: is charging happening?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.notifier_view import feed_lines, mail_lines, request_lines
from cmtel.cli.output import emit_json, emit_text, safe, settings, tell
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.bootstrap.notifier_check import Looked

app = typer.Typer()

Feed = Annotated[str | None, typer.Option("--feed", metavar="F", help="Only this feed.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Show silence, expected calls, limit, when it would fire.")
]


@app.command("check")
def check(feed: Feed = None, explain: Explain = False) -> ExitStatus:
    """Tell how charging stands: exit 0, 8, 9 or 10.

    0 all is well, 8 blind or mails failing, 9 paused, 10 stalled. A running notifier is asked
    what it found last; if it has not looked for two check intervals, that is 8. Where none
    runs, the feeds of the settings are looked at once, here; nobody is mailed.
    """
    from cmtel.bootstrap.notifier_check import check_notifier

    looked = check_notifier(settings.config_path, feed)
    if settings.is_json:
        emit_json(looked.answer.document)
    else:
        _show(looked, is_explained=explain)
    if looked.is_own_look:
        tell("The notifier is not running; that is one look of this command.")
    elif looked.answer.exit_status is ExitStatus.NOT_RUNNING:
        tell("The notifier is not running; that is how it was left.")
    return looked.answer.exit_status


def _show(looked: Looked, *, is_explained: bool) -> None:
    document = looked.answer.document
    for feed in document["feeds"]:
        first, *more = feed_lines(feed, looked.now, looked.zone)
        for line in [first, *(more if is_explained else [])]:
            emit_text(safe(line))
    for line in request_lines(document):
        emit_text(safe(line))
    if is_explained or document["outbox"]["failing"]:
        for line in mail_lines(document, looked.zone):
            emit_text(safe(line))
