"""Remembering the keys of records that were seen, without growing for ever."""

from __future__ import annotations

#: A decoder remembers at least so many keys; between one and two times as many are kept.
_REMEMBERED = 10_000


class RecentKeys:
    """A set of keys that forgets old ones a generation at a time."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._remembered = remembered
        self._young: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, key: object) -> bool:
        """Tell if ``key`` was added and is not forgotten yet."""
        return key in self._young or key in self._old

    def add(self, key: str) -> None:
        """Remember a key; it is young again if it was known."""
        self._young.add(key)
        if len(self._young) >= self._remembered:
            self._old, self._young = self._young, set()
