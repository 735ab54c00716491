"""Which calls are masked, and what a masked number looks like: the rule, without any format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cmtel.domain.calls import CallRecord, Direction
from cmtel.domain.number_plan import DialPlan

#: What stands in place of a digit. Where a format takes no letter, the others are tried in turn.
MARKS = ("x", "*", "0")


@dataclass(frozen=True, slots=True)
class MaskRule:
    """Whose numbers are masked, and how much of them.

    Attributes:
        last_digits: How many digits at the end of a number; None: all of it.
        extensions: Whose calls, as from ``read_extensions``; empty: everybody's.
        directions: Calls in which directions; never internal ones.
    """

    last_digits: int | None
    extensions: Sequence[re.Pattern[str] | range] = ()
    directions: frozenset[Direction] = frozenset({"in", "out"})

    def concerns(self, call: CallRecord) -> bool:
        """Tell if the remote number of a call is to be masked.

        What a record does not say counts as meant: a call without direction, and one without an
        extension where only some extensions are.
        """
        is_meant = call.direction is None or call.direction in self.directions
        return is_meant and (not self.extensions or self._has(call.local_number))

    def hidden(self, digits: int) -> int:
        """Return how many of the last of so many digits are masked."""
        return digits if self.last_digits is None else min(digits, self.last_digits)

    def mask(self, text: str, mark: str = MARKS[0]) -> str:
        """Return a number with its last digits masked, as long as before."""
        places = [place for place, char in enumerate(text) if char in "0123456789"]
        masked = list(text)
        for place in places[len(places) - self.hidden(len(places)) :]:
            masked[place] = mark
        return "".join(masked)

    def _has(self, local_number: str | None) -> bool:
        if local_number is None:
            return True
        return DialPlan(extensions=tuple(self.extensions)).is_extension(local_number)
