"""How the result of a backtest is printed: as JSON, or as text with a plot of the delays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cmtel.cli.output import emit_pairs, emit_table, emit_text, tell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cmtel.services.backtest import Alarm, Backtest, Delays, WhatIf

#: The width of the longest bar of the plot, in characters.
_BAR = 48
_EIGHTHS = " ▏▎▍▌▋▊▉"


def document(result: Backtest) -> dict[str, Any]:
    """Return the JSON document; all times are local and carry their offset."""
    return {
        "limit": _rounded(result.limit),
        "limits": [[begin.isoformat(), _rounded(limit)] for begin, limit in result.limits],
        "test_from": result.test_from.isoformat(),
        "test_until": result.test_until.isoformat(),
        "test_months": round(result.test_months, 3),
        "false_alarms_per_month": round(result.false_alarms_per_month, 3),
        "alarms": [_alarm(alarm) for alarm in result.alarms],
        "notes": result.notes,
        "what_if": result.what_if and _what_if(result.what_if),
    }


def show(result: Backtest) -> None:
    """Print the result as text."""
    for note in result.notes:
        tell(f"note: {note}")
    emit_pairs(
        {
            "limit": _limit_range(result),
            "test": f"{_day(result.test_from)} to {_day(result.test_until)}"
            f" ({result.test_months:.1f} months)",
            "alarms": f"{len(result.alarms)}, that is {result.false_alarms_per_month:.2f} a month"
            f" (budget {result.budget_per_month:g})",
            **({} if result.what_if is None else _told(result.what_if)),
        }
    )
    if result.alarms:
        emit_table(
            ["alarm", "last call", "calls missed", "limit", "next call"], map(_row, result.alarms)
        )
    if result.what_if is not None:
        _plot(result.what_if)


def _plot(what_if: WhatIf) -> None:
    """Draw the median delay by the local hour at which the feed died."""
    hours: list[list[float]] = [[] for _ in range(24)]
    for died_at, minutes in what_if.delays:
        hours[died_at.hour].append(float("inf") if minutes is None else minutes)
    medians = [_median(hour) for hour in hours]
    most = max((m for m in medians if m is not None), default=1.0) or 1.0
    emit_text("")
    emit_text("Median delay by the hour at which the feed died (all days):")
    for hour, median in enumerate(medians):
        bar = "" if median is None else _bar(median / most * _BAR)
        emit_text(f"{hour:02}  {bar:<{_BAR}}  {_told_minutes(median)}")


def _median(minutes: Sequence[float]) -> float | None:
    if not minutes:
        return None
    middle = sorted(minutes)[(len(minutes) - 1) // 2]
    return None if middle == float("inf") else middle


def _bar(length: float) -> str:
    eighths = round(length * 8)
    return "█" * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _told(what_if: WhatIf) -> dict[str, str]:
    return {"by day": _told_delays(what_if.day), "by night": _told_delays(what_if.night)}


def _told_delays(delays: Delays) -> str:
    median, p95 = (_told_minutes(m) for m in (delays.median_minutes, delays.p95_minutes))
    return f"told after {median} (median), {p95} (95 of 100)"


def _told_minutes(minutes: float | None) -> str:
    if minutes is None:
        return "never"
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.1f} h"


def _limit_range(result: Backtest) -> str:
    limits = [limit for _, limit in result.limits if limit is not None]
    if not limits:
        return "none: 24 hours without a call"
    span = f"{min(limits):.1f}"
    if max(limits) - min(limits) >= 0.1:
        span += f" to {max(limits):.1f}"
    return f"{span} missed calls"


def _row(alarm: Alarm) -> tuple[str, ...]:
    numbers = ("-" if n is None else f"{n:.1f}" for n in (alarm.expected, alarm.limit))
    return (_minute(alarm.at), _minute(alarm.last_arrival), *numbers, _minute(alarm.next_arrival))


def _alarm(alarm: Alarm) -> dict[str, Any]:
    return {
        "at": alarm.at.isoformat(),
        "last_arrival": alarm.last_arrival.isoformat(),
        "next_arrival": alarm.next_arrival.isoformat(),
        "expected": _rounded(alarm.expected),
        "limit": _rounded(alarm.limit),
    }


def _what_if(what_if: WhatIf) -> dict[str, Any]:
    return {
        "day": what_if.day._asdict(),
        "night": what_if.night._asdict(),
        "delays": [[died_at.isoformat(), minutes] for died_at, minutes in what_if.delays],
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


def _day(at: datetime) -> str:
    return at.date().isoformat()


def _minute(at: datetime) -> str:
    return at.strftime("%a %Y-%m-%d %H:%M")
