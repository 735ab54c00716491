"""A file of dates, one a line: holidays of one's own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from cmtel.errors import ConfigError


def read_dates(path: Path) -> frozenset[date]:
    """Return the dates of a UTF-8 text file with one YYYY-MM-DD a line.

    What follows a ``#``, and empty lines, do not count.

    Raises:
        ConfigError: It cannot be read; or lines are no dates: every one is named.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        reason = exc.strerror if isinstance(exc, OSError) else "it is no UTF-8 text"
        raise ConfigError(f"The holidays file {path} cannot be read: {reason}.") from exc
    dates: set[date] = set()
    problems = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        try:
            dates |= {date.fromisoformat(text)} if text else set()
        except ValueError:
            problems.append(f"line {number}: {text!r} is no date like 2026-12-25")
    if problems:
        message = f"The holidays file {path} has lines that are no dates."
        raise ConfigError(message, source=str(path), problems=problems)
    return frozenset(dates)
