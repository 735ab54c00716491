"""``cmtel notifier``: notice when charging stops. Here: ``backtest``; the rest is beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cmtel.cli import (
    notifier_check,
    notifier_feeds,
    notifier_history,
    notifier_log,
    notifier_mail,
    notifier_requests,
    notifier_run,
    service_verbs,
)
from cmtel.cli.output import emit_json, settings

app = typer.Typer(help="Notice when charging stops, and tell.", no_args_is_help=True)
# An app without a name adds its commands to this group, not a group below it.
app.add_typer(notifier_run.app)
app.add_typer(notifier_check.app)
app.add_typer(notifier_feeds.app)
app.add_typer(notifier_history.app)
app.add_typer(notifier_log.app)
app.add_typer(notifier_requests.app)
app.add_typer(notifier_mail.app)
app.add_typer(service_verbs.verbs_of("notifier"))

ArrivalsFile = Annotated[
    Path | None,
    typer.Option(
        "--arrivals",
        metavar="FILE",
        help="The history: one ISO time stamp a line; else that of the feed.",
    ),
]
FeedName = Annotated[
    str | None,
    typer.Option("--feed", metavar="F", help="A feed of the settings; else the first one."),
]
Timezone = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        metavar="TZ",
        help="The zone of all times without offset; else UTC for a file, the site's for a feed.",
    ),
]
TrainUntil = Annotated[
    str | None,
    typer.Option(
        "--train-until", metavar="T", help="Where the test begins; else half of the history."
    ),
]
Budget = Annotated[
    float | None,
    typer.Option(
        "--false-alarms-per-month",
        metavar="N",
        help="How many false alarms are put up with; else 1 for a file, the settings' for a feed.",
    ),
]
Holidays = Annotated[
    str | None,
    typer.Option("--holidays", metavar="CC[-SUB]", help="Whose public holidays, like DE-BY."),
]
WorkingDays = Annotated[
    str, typer.Option("--working-days", metavar="DAYS", help="Sorts the report only.")
]
IsWhatIf = Annotated[
    bool,
    typer.Option(
        "--what-if", help="Show how soon it tells if the feed dies, at each quarter-hour."
    ),
]


@app.command()
def backtest(
    arrivals: ArrivalsFile = None,
    feed: FeedName = None,
    timezone: Timezone = None,
    train_until: TrainUntil = None,
    budget: Budget = None,
    holidays: Holidays = None,
    working_days: WorkingDays = "Mon-Fri",
    what_if: IsWhatIf = False,
) -> None:
    """Show what the silence rule would have done on a history."""
    from cmtel.bootstrap.backtest import BacktestWords, run_backtest
    from cmtel.cli.backtest_view import document, show

    words = BacktestWords(
        arrivals, timezone, train_until, budget, holidays, working_days, what_if, feed,
        settings.config_path,
    )  # fmt: skip
    result = run_backtest(words)
    if settings.is_json:
        emit_json(document(result))
    else:
        show(result)
