"""How long to wait before the next try."""

from __future__ import annotations

from collections.abc import Callable

#: The first wait: a switch that restarts its port is back at once.
FIRST_SECS = 1.0
#: The longest: a switch that was off for a night is found within a minute.
LONGEST_SECS = 60.0
#: A wait is up to this share longer or shorter, so that sites cut together do not return together.
_JITTER = 0.2


class BackOff:
    """Waits that double, from 1 s to 60 s unless told otherwise, each made a little uneven.

    Args:
        random: Returns a number from 0.0 up to, not including, 1.0.
    """

    def __init__(
        self,
        random: Callable[[], float],
        *,
        first_secs: float = FIRST_SECS,
        longest_secs: float = LONGEST_SECS,
    ) -> None:
        self._random = random
        self._first_secs = first_secs
        self._longest_secs = longest_secs
        self._next_secs = first_secs

    def next_secs(self) -> float:
        """Return the wait before the next try."""
        wait_secs = self._next_secs * (1 + _JITTER * (2 * self._random() - 1))
        self._next_secs = min(self._next_secs * 2, self._longest_secs)
        return wait_secs

    def reset(self) -> None:
        """It worked: the next failure waits for the shortest time again."""
        self._next_secs = self._first_secs
