"""From the words of ``notifier backtest`` to its result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cmtel.adapters.arrivals_file import open_arrivals
from cmtel.adapters.public_holidays import public_holidays
from cmtel.domain.silence.calendar import Calendar
from cmtel.domain.silence.weekdays import parse_weekdays
from cmtel.errors import UsageError
from cmtel.services.arrival_lines import parse_arrivals

if TYPE_CHECKING:
    from cmtel.services.backtest import Backtest


@dataclass(frozen=True, slots=True)
class BacktestWords:
    """The options, as they were typed."""

    arrivals: Path | None
    timezone: str
    train_until: str | None
    budget_per_month: float
    holidays: str | None
    working_days: str
    is_what_if: bool


def run_backtest(words: BacktestWords) -> Backtest:
    """Read the history, replay it and return what came out.

    Raises:
        UsageError: A word is not understood, or no history is named.
        SourceError: The history cannot be read, or one of its lines.
    """
    from cmtel.services.backtest import BacktestOrder, backtest

    if words.arrivals is None:
        raise UsageError("No history is named.", hint="Give --arrivals FILE, one stamp a line.")
    zone = _zone(words.timezone)
    until = _instant(words.train_until, zone)
    days = _weekdays(words.working_days)
    with open_arrivals(words.arrivals) as lines:
        stamps = parse_arrivals(lines, zone, str(words.arrivals))
    closed = _holidays(words.holidays, stamps)
    calendar = Calendar(zone, closed)
    order = BacktestOrder(calendar, words.budget_per_month, until, days, words.is_what_if)
    return backtest(stamps, order)


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
