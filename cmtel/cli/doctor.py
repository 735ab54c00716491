"""``cmtel doctor``: every prerequisite, probed, with the cure for what is not well."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from cmtel.cli.output import emit_json, emit_text, flush_output, safe, settings
from cmtel.errors import ExitStatus

if TYPE_CHECKING:
    from cmtel.services.doctor import Checked

app = typer.Typer()

#: What stands before a line: where the terminal can show it, and where it cannot.
_SIGNS = {"ok": "✓", "warn": "!", "fail": "✗"}
_ASCII = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
#: Colours of a terminal: green, yellow, red (ECMA-48, SGR).
_COLOURS = {"ok": "32", "warn": "33", "fail": "31"}


@app.command("doctor")
def doctor(
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="NAME", help="Only this probe; may be repeated."),
    ] = None,
) -> ExitStatus:
    """Probe every prerequisite, and say what cures those that fail.

    Nothing is changed, and nothing is sent. Exit 0, 8 with warnings, 6 with failures.
    """
    from cmtel.bootstrap.doctor.examination import examination
    from cmtel.services.doctor import worst

    found: list[Checked] = []
    for checked in examination(settings.config_path, only or ()):
        found.append(checked)
        if not settings.is_json:
            _show(checked)
    status = worst(found)
    if settings.is_json:
        emit_json(_document(found, status))
    else:
        emit_text(_summary(found))
    return status


def _show(checked: Checked) -> None:
    """One line, and below it what is worth more; with --quiet only what is not well."""
    finding = checked.finding
    if settings.is_quiet and finding.verdict == "ok":
        return
    name = safe(f"{checked.name} ({checked.subject})" if checked.subject else checked.name)
    emit_text(f"{_sign(finding.verdict)} {name}: {safe(finding.text)}")
    for line in finding.details:
        emit_text(f"     {safe(line)}")
    if finding.cure:
        emit_text(f"     cure: {safe(finding.cure)}")
    flush_output()


def _sign(verdict: str) -> str:
    sign = _SIGNS[verdict] if _can_show(_SIGNS[verdict]) else _ASCII[verdict]
    return f"\x1b[{_COLOURS[verdict]}m{sign}\x1b[0m" if _has_colours() else sign


def _can_show(sign: str) -> bool:
    """A console with an old code page has no such character; a pipe gets words for scripts."""
    try:
        sign.encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return False
    return sys.stdout.isatty()


def _has_colours() -> bool:
    """Source: https://no-color.org."""
    import os

    return (
        sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    )


def _summary(found: Sequence[Checked]) -> str:
    counts = {word: sum(each.finding.verdict == word for each in found) for word in _SIGNS}
    return f"{counts['ok']} ok, {counts['warn']} with a warning, {counts['fail']} failed"


def _document(found: Sequence[Checked], status: ExitStatus) -> dict[str, object]:
    return {
        "exit_status": int(status),
        "probes": [
            {
                "name": each.name,
                "subject": each.subject,
                "verdict": each.finding.verdict,
                "text": each.finding.text,
                "cure": each.finding.cure,
                "details": list(each.finding.details),
                "elapsed_ms": each.elapsed_ms,
            }
            for each in found
        ],
    }
