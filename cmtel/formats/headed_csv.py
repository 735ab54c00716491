"""Strict CSV with a heading that names the columns of the lines after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cmtel.domain.calls import Outcome, Skipped
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.seam import Decoded, Heading

#: The reason of a heading.
HEADER = "header"


class HeadedCsvDecoder(CsvDecoder):
    """Remembers the last heading for whoever makes the decoder anew: lines after it need it."""

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return an outcome for each line or joined lines that ``records`` complete."""
        decoded = super().decode(records, first_sequence, received_utc)
        for place in range(len(decoded.outcomes) - 1, -1, -1):
            if _is_heading(decoded.outcomes[place]):
                self.heading = Heading(decoded.at[place], decoded.raws[place])
                break
        return decoded

    def finish(self, sequence: int) -> Decoded:
        """The input has ended: nothing is needed any more."""
        self.heading = None
        return super().finish(sequence)


def _is_heading(outcome: Outcome) -> bool:
    return type(outcome) is Skipped and outcome.reason == HEADER
