"""The outcome of a call (formats.md 1.6)."""

from __future__ import annotations

from cmtel.domain.calls import State


def state_of(
    connected_secs: float | None, *, is_answered: bool = False, is_busy: bool = False
) -> State:
    """Return CONN if the call was connected or answered, else BUSY if the source says so."""
    if connected_secs or is_answered:
        return "CONN"
    return "BUSY" if is_busy else "RING"
