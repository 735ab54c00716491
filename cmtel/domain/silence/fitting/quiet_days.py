"""The quiet days of a whole history; quiet.py is the same, call by call."""

from __future__ import annotations

import numpy as np

from cmtel.domain.silence.fitting.grid import Flags, Floats
from cmtel.domain.silence.quiet import LEAST_CALLS, USUAL_DAY, Quiet


class QuietDays:
    """What each arrival of a history shows of its day."""

    def __init__(self, count: int) -> None:
        #: The part of each usual call that counts for the rest of the day after an arrival.
        self.part: Floats = np.ones(count)
        self.is_quiet: Flags = np.zeros(count, dtype=bool)
        self._stretches: dict[int, Quiet] = {}

    def at(self, arrival: int) -> Quiet:
        """Return the quiet stretch after an arrival."""
        return self._stretches.get(arrival, USUAL_DAY)

    def follow(self, first: int, calls_today: Floats, is_first: Flags, is_open: Flags) -> None:
        """Follow the gaps from that after arrival ``first`` on.

        Args:
            first: The arrival before the first gap; what was known after it still holds.
            calls_today: The usual calls of each gap in the day in which it ends.
            is_first: Whether a midnight lies in the gap: its end is the first call of a day.
            is_open: Whether it ended in open time; a call in closed time shows nothing.
        """
        for arrival in range(first + 1, first + 1 + len(calls_today)):
            self._note(arrival, USUAL_DAY)
        done = 0
        for start in self._starts(first, calls_today, is_open):
            for gap in range(max(start, done), len(calls_today)):
                before = USUAL_DAY if is_first[gap] else self.at(first + gap)
                after = before.after_arrival(float(calls_today[gap])) if is_open[gap] else before
                self._note(first + gap + 1, after)
                done = gap + 1
                if after == USUAL_DAY:
                    break

    def _starts(self, first: int, calls_today: Floats, is_open: Flags) -> list[int]:
        """Return the gaps with which a stretch may begin, and the first if one goes on."""
        starts = np.flatnonzero(is_open & (calls_today > LEAST_CALLS)).tolist()
        return [0, *starts] if self.at(first) != USUAL_DAY else starts

    def _note(self, arrival: int, quiet: Quiet) -> None:
        if quiet == USUAL_DAY and arrival not in self._stretches:
            return
        self._stretches[arrival] = quiet
        self.part[arrival] = quiet.part
        self.is_quiet[arrival] = quiet.is_quiet
