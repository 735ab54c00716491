"""Durations as people write them: ``90s``, ``5m``, ``2h``, ``7d``; inside, whole seconds."""

from __future__ import annotations

import re

_UNIT_SECS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def parse_duration(text: str) -> int | None:
    """Return the seconds of ``text`` (a whole number and one of s, m, h, d), or None."""
    match = re.fullmatch(r"([0-9]{1,9})([smhd])", text)
    return int(match[1]) * _UNIT_SECS[match[2]] if match else None


def format_duration(secs: int) -> str:
    """Return a text that :func:`parse_duration` reads as ``secs`` (0 or more).

    Hours are kept up to two days: people say 24h and 48h.
    """
    for unit in ("d", "h", "m"):
        size_secs = _UNIT_SECS[unit]
        least_secs = 3 * size_secs if unit == "d" else size_secs
        if secs >= least_secs and secs % size_secs == 0:
            return f"{secs // size_secs}{unit}"
    return f"{secs}s"
