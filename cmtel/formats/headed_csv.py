"""Strict CSV with a heading that names the columns of the lines after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cmtel.domain.calls import Outcome, Skipped
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.seam import Decoded

#: The reason of a heading.
HEADER = "header"


class HeadedCsvDecoder(CsvDecoder):
    """Reading again has to begin at the last heading: the lines after it need its names."""

    _heading_sequence: int | None = None

    @property
    def oldest_open(self) -> int | None:
        """A sequence not after that of the last heading, which is not after any line that waits."""
        return super().oldest_open if self._heading_sequence is None else self._heading_sequence

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return an outcome for each line or joined lines that ``records`` complete."""
        # No line that is taken now lies before the first one that waits.
        waiting = super().oldest_open
        decoded = super().decode(records, first_sequence, received_utc)
        if any(map(_is_heading, decoded.outcomes)):
            self._heading_sequence = first_sequence if waiting is None else waiting
        return decoded

    def finish(self, sequence: int) -> Decoded:
        """The input has ended: nothing is needed any more."""
        self._heading_sequence = None
        return super().finish(sequence)


def _is_heading(outcome: Outcome) -> bool:
    return type(outcome) is Skipped and outcome.reason == HEADER
