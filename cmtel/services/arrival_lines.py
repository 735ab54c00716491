"""Arrivals from text: one ISO 8601 time stamp a line."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from cmtel.errors import SourceError


def parse_arrivals(lines: Iterable[str], zone: ZoneInfo, name: str) -> list[float]:
    """Return the arrivals as epoch seconds, in the order of the lines; empty lines are skipped.

    A stamp without offset is local to ``zone``. In the hour that a clock set back repeats, a
    stamp is of the second pass if it would otherwise lie before the line above it.

    Raises:
        SourceError: A line is no time stamp; the message names it by number.
    """
    stamps: list[float] = []
    before = float("-inf")
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        try:
            before = _epoch_secs(datetime.fromisoformat(text), zone, before)
        except (ValueError, OverflowError) as exc:
            raise SourceError(
                f"Line {number} of {name} is no time stamp: '{text[:60]}'.",
                hint="Each line is one stamp: 2026-11-22T14:37:12 or 2026-11-22T14:37:12+01:00.",
            ) from exc
        stamps.append(before)
    return stamps


def _epoch_secs(stamp: datetime, zone: ZoneInfo, before: float) -> float:
    if stamp.tzinfo is not None:
        return stamp.timestamp()
    local = stamp.replace(tzinfo=zone)
    secs = local.timestamp()
    if secs >= before:
        return secs
    second = local.replace(fold=1).timestamp()
    # Only of a repeated hour does the second pass lie later; of a skipped one it lies earlier.
    return second if second > secs else secs
