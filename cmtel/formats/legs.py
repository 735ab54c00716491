"""Counting the calls that share a call id (formats.md 1.9)."""

from __future__ import annotations

#: A decoder remembers at least so many ids; between one and two times as many are kept.
_REMEMBERED_IDS = 10_000


class LegCounter:
    """Counts from 1 for each call id; old ids are forgotten a generation at a time."""

    def __init__(self, remembered_ids: int = _REMEMBERED_IDS) -> None:
        self._remembered_ids = remembered_ids
        self._young: dict[str, int] = {}
        self._old: dict[str, int] = {}

    def next_leg(self, call_id: str | None) -> int | None:
        """Return the leg of the next call with this id; None without an id."""
        if call_id is None:
            return None
        young = self._young
        leg = (young.get(call_id) or self._old.get(call_id, 0)) + 1
        young[call_id] = leg
        if len(young) >= self._remembered_ids:
            self._old, self._young = young, {}
        return leg
