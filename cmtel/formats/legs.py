"""Counting the calls that share a call id (formats.md 1.9)."""

from __future__ import annotations

from collections.abc import Sequence

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

    def next_legs(self, call_ids: Sequence[str | None]) -> list[int | None]:
        """Return what :meth:`next_leg` gives for each, in order."""
        new = {call_id: 1 for call_id in call_ids if call_id}
        is_all_new = (
            len(new) == len(call_ids)
            and len(new) + len(self._young) < self._remembered_ids
            and self._young.keys().isdisjoint(new)
            and self._old.keys().isdisjoint(new)
        )
        if not is_all_new:
            return list(map(self.next_leg, call_ids))
        self._young.update(new)
        return [1] * len(new)
