"""From the words of ``notifier backtest`` to its result."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cmtel.adapters.arrivals_file import open_arrivals
from cmtel.adapters.public_holidays import public_holidays
from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.weekdays import parse_weekdays
from cmtel.errors import UsageError
from cmtel.services.arrival_lines import parse_arrivals
from cmtel.services.stray_times import without_strays

if TYPE_CHECKING:
    from cmtel.services.backtest import Backtest


@dataclass(frozen=True, slots=True)
class BacktestWords:
    """The options, as they were typed."""

    arrivals: Path | None
    timezone: str | None
    train_until: str | None
    budget_per_month: float | None
    holidays: str | None
    working_days: str
    is_what_if: bool
    feed: str | None = None
    config_path: str | None = None


def run_backtest(words: BacktestWords) -> Backtest:
    """Read the history, of a file or else of a feed, replay it and return what came out.

    Raises:
        UsageError: A word is not understood, or no history is named.
        SourceError: The history cannot be read, or one of its lines.
        CmtelError: The feed cannot be read.
    """
    from cmtel.services.backtest import BacktestOrder, backtest

    days = _weekdays(words.working_days)
    history = _of_feed(words) if words.arrivals is None else _of_file(words, words.arrivals)
    stamps, strays = without_strays(history.stamps)
    closed = history.calendar.closed_dates | _holidays(words.holidays, stamps)
    calendar = replace(history.calendar, closed_dates=closed)
    until = _instant(words.train_until, calendar.zone)
    order = BacktestOrder(
        calendar, history.budget_per_month, until, days, words.is_what_if
    )  # fmt: skip
    result = backtest(stamps, order)
    return result._replace(notes=[*_stray_notes(strays, len(stamps)), *result.notes])


def _stray_notes(strays: int, kept: int) -> list[str]:
    if not strays:
        return []
    times = "time stamp lies" if strays == 1 else "time stamps lie"
    return [f"{strays} {times} more than a year away from the other {kept}, and do not count."]


class _History(NamedTuple):
    stamps: list[float]
    calendar: Calendar
    budget_per_month: float


def _of_file(words: BacktestWords, path: Path) -> _History:
    if words.feed is not None:
        raise UsageError("--feed and --arrivals name two histories.", hint="Give one of them.")
    zone = _zone(words.timezone or "UTC")
    with open_arrivals(path) as lines:
        stamps = parse_arrivals(lines, zone, str(path))
    return _History(stamps, Calendar(zone), _budget(words, 1.0))


def _of_feed(words: BacktestWords) -> _History:
    """The feed of the settings: its history, calendar, and the budget of its settings."""
    from cmtel.bootstrap.config import locate_config

    if locate_config(words.config_path) is None:
        raise UsageError(
            "No history is named.",
            hint="Give --arrivals FILE, one stamp a line, or --config with a feed.",
        )
    from cmtel.bootstrap.feed_history import feed_history

    found = feed_history(words.config_path, words.feed)
    calendar = found.calendar
    if words.timezone is not None:
        calendar = replace(calendar, zone=_zone(words.timezone))
    return _History(found.stamps, calendar, _budget(words, found.budget_per_month))


def _budget(words: BacktestWords, usual: float) -> float:
    return usual if words.budget_per_month is None else words.budget_per_month


def _holidays(region: str | None, stamps: list[float]) -> frozenset[date]:
    if region is None or not stamps:
        return frozenset()
    first, last = (datetime.fromtimestamp(secs, UTC).year for secs in (min(stamps), max(stamps)))
    # A year more on each side: local time, and silences that last into the next year.
    return public_holidays(region, range(first - 1, last + 2))


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise UsageError(
            f"There is no time zone '{name}'.", hint="Give a name like Europe/Vienna or UTC."
        ) from exc


def _instant(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as exc:
        raise UsageError(
            f"--train-until {text} is no time.", hint="Give it like 2026-06-30 or 2026-06-30T12:00."
        ) from exc
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _weekdays(text: str) -> frozenset[int]:
    try:
        return parse_weekdays(text)
    except ValueError as exc:
        hint = "Give days like Mon-Fri or Sun-Thu."
        raise UsageError(f"--working-days: {exc}", hint=hint) from exc
