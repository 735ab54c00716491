"""``cmtel notifier log``: what the notifier did, from CmTelNotifier.log."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import IO, TYPE_CHECKING, Annotated

import typer

from cmtel.cli.output import emit_text, flush_output, safe, settings

if TYPE_CHECKING:
    from cmtel.adapters.clock import SystemClock
    from cmtel.adapters.notifier_log.tail import Tail
    from cmtel.services.notifier_log import LogLine

app = typer.Typer()

Count = Annotated[
    int | None,
    typer.Option(
        "-n", "--lines", min=0, help="The last so many; else 20, or with --since all of them."
    ),
]
IsFollowing = Annotated[
    bool, typer.Option("--follow", "-f", help="Show what is added, until stopped.")
]
LeastLevel = Annotated[
    str, typer.Option("--level", help="The least severe: debug, info, warning or error.")
]
Since = Annotated[
    str | None,
    typer.Option("--since", metavar="T", help="From this time on: 2h (ago), 14:30, 2026-11-22."),
]


@app.command("log")
def log(
    count: Count = None,
    follow: IsFollowing = False,
    level: LeastLevel = "debug",
    since: Since = None,
) -> None:
    """Show the log, and follow it.

    It is followed through starts of the service, rotation and truncation. With --level or
    --since, lines that are not the notifier's are left out.
    """
    from cmtel.adapters.clock import SystemClock
    from cmtel.bootstrap.notifier_log import LogWords, open_log

    clock = SystemClock()
    tail = open_log(settings.config_path, LogWords(count, level, since, follow), clock.now())
    show = _shower()
    show(tail.look(is_last=not follow))
    if follow:
        _follow(tail, clock, show)


def _follow(tail: Tail, clock: SystemClock, show: Callable[[Iterable[LogLine]], None]) -> None:
    from cmtel.cli.signals import stopped_by_signals

    flush_output()
    with stopped_by_signals(clock):
        for lines in tail.follow(clock):
            show(lines)
            flush_output()


def _shower() -> Callable[[Iterable[LogLine]], None]:
    if settings.is_json:
        return _show_json
    return _show_coloured if is_coloured(sys.stdout, os.environ) else _show_plain


def is_coloured(stream: IO[str], environment: Mapping[str, str]) -> bool:
    """Tell whether lines may be coloured: on a terminal that can, unless NO_COLOR is set.

    Source:
        no-color.org: NO_COLOR counts "when present and not an empty string".
    """
    is_wanted = not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
    return is_wanted and stream.isatty()


def _show_json(lines: Iterable[LogLine]) -> None:
    for line in lines:
        emit_text(line.as_json())


def _show_plain(lines: Iterable[LogLine]) -> None:
    for line in lines:
        emit_text(safe(line.text))


def _show_coloured(lines: Iterable[LogLine]) -> None:
    """Rich knows what each console can, also that of old Windows."""
    from rich.console import Console
    from rich.text import Text

    from cmtel.domain.incidents.actions import Level

    styles = {Level.ERROR: "bold red", Level.WARNING: "yellow", Level.DEBUG: "dim"}
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(Text(safe(line.text), styles.get(line.level, "")))
