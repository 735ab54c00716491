"""Numbers in the way of a record: prefixes split off, canonical keys beside them.

A switch calls the same numbers again and again, so what was read of one is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cmtel.domain.calls import CallRecord
from cmtel.domain.number_plan import NumberParts, NumberReading
from cmtel.domain.row_mapping import Column

#: Numbers remembered of each kind: tens of megabytes at most; more than a hotel dials in a year.
REMEMBERED = 65_536


class NumberEnricher:
    """Implements Enricher: Journal_Rufnummer, Journal_Amtsholung, Journal_LCR and Cmtel_E164.

    Only calls out have something split off; calls whose direction is not known are read like
    calls in. Internal calls keep their number and have no key.
    """

    def __init__(self, reading: NumberReading, remembered: int = REMEMBERED) -> None:
        self._dialled = lru_cache(remembered)(reading.dialled)
        self._received = lru_cache(remembered)(reading.received)

    def enrich(self, calls: Sequence[CallRecord], known: dict[str, Column]) -> None:
        """Add the four columns."""
        parts = [self._parts(call.direction, call.remote_number) for call in calls]
        known["Journal_Amtsholung"] = [each.outside_line for each in parts]
        known["Journal_LCR"] = [each.lcr for each in parts]
        known["Journal_Rufnummer"] = [each.number for each in parts]
        known["Cmtel_E164"] = [each.e164 for each in parts]

    def _parts(self, direction: str | None, number: str | None) -> NumberParts:
        if direction == "out":
            return self._dialled(number)
        if direction == "internal":
            return NumberParts(None, None, number, None)
        return self._received(number)
