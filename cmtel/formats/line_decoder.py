"""The plain family of decoders: one record, one outcome."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from cmtel.domain.calls import Outcome
from cmtel.errors import LineRejected
from cmtel.formats.outcomes import empty_outcome, nothing, refusal
from cmtel.formats.seam import Decoded, Heading
from cmtel.formats.strict_csv import QuoteOpen
from cmtel.formats.text import RecordTexts

#: Reads one line: text without noise and line end, raw; raises LineRejected if it does not parse.
ReadLine = Callable[[str, str], Outcome]
#: Is told when the records that follow were received; for formats whose times lack year or day.
Received = Callable[[datetime], None]

#: Where legs are counted: how far back the ids have to be read again after a restart.
LEG_MEMORY_RECORDS = 20_000


class LineDecoder:
    """Decoder for formats in which every record stands alone."""

    joins_lines = False
    heading: Heading | None = None
    oldest_open: int | None = None
    deadline_utc: datetime | None = None

    def __init__(
        self,
        texts: RecordTexts,
        read: ReadLine,
        *,
        memory_records: int = 0,
        received: Received | None = None,
    ) -> None:
        self.memory_records = memory_records
        self._texts = texts
        self._read = read
        self._received = received

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return one outcome a record."""
        if self._received:
            self._received(received_utc)
        texts, raws = self._texts.read(records)
        outcomes = read_lines(self._read, texts, raws)
        end = first_sequence + len(outcomes)
        return Decoded(outcomes, range(first_sequence, end), [1] * len(outcomes), records)

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Nothing ever waits."""
        return nothing()

    def finish(self, sequence: int) -> Decoded:
        """Nothing is ever open."""
        return nothing()


def read_lines(read: ReadLine, texts: Sequence[str | None], raws: Sequence[str]) -> list[Outcome]:
    """Return the outcome of each line, up to the first one that ends inside a quoted field."""
    outcomes: list[Outcome] = []
    append = outcomes.append
    for text, raw in zip(texts, raws, strict=True):
        if not text or text.isspace():
            append(empty_outcome(text, raw))
            continue
        try:
            append(read(text, raw))
        except QuoteOpen:
            break
        except LineRejected as error:
            append(refusal(error, raw))
    return outcomes
