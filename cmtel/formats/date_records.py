"""Decoder for lines without date, of which some records only give the date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cmtel.domain.calls import Skipped
from cmtel.formats.dates import UNDATED_MEMORY_RECORDS
from cmtel.formats.line_decoder import LineDecoder, ReadLine, Received
from cmtel.formats.seam import Decoded
from cmtel.formats.text import RecordTexts

#: Why such a record is skipped.
DATE_RECORD = "date-record"


class DateRecordDecoder(LineDecoder):
    """One outcome a record; reading again has to begin at the last record that gave the date."""

    def __init__(self, texts: RecordTexts, read: ReadLine, received: Received) -> None:
        super().__init__(texts, read, memory_records=UNDATED_MEMORY_RECORDS, received=received)

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return one outcome a record."""
        decoded = super().decode(records, first_sequence, received_utc)
        for outcome, sequence in zip(reversed(decoded.outcomes), reversed(decoded.at), strict=True):
            if isinstance(outcome, Skipped) and outcome.reason == DATE_RECORD:
                self.oldest_open = sequence
                break
        return decoded

    def finish(self, sequence: int) -> Decoded:
        """The input has ended: nothing is needed any more."""
        self.oldest_open = None
        return super().finish(sequence)
