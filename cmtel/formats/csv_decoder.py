"""Decoder for strict CSV: a quoted field may hold line ends, so lines wait for each other.

A line that ends inside a quoted field waits for the lines that close it: at most 7 more, 65 536
bytes in all, from a live source 2 s. If that fails, the first line alone is rejected and the next
one is read afresh, so a lost quote costs one line and never the calls after it (formats.md 1.2).
What becomes of a line depends on the lines only, not on how they come in batches.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from cmtel.domain.calls import Outcome, Rejected
from cmtel.errors import LineRejected
from cmtel.formats.line_decoder import AT_ONCE, ReadAlike, ReadLine, Received, read_lines
from cmtel.formats.outcomes import OutcomeColumns, empty_outcome, refusal
from cmtel.formats.seam import Decoded, Heading
from cmtel.formats.strict_csv import QuoteOpen
from cmtel.formats.text import RecordTexts, is_oversize, raw_text

#: The line that opens the quote, and 7 more.
_MOST_LINES = 8
_PATIENCE = timedelta(seconds=2)


class _Line(NamedTuple):
    record: bytes
    text: str | None
    raw: str
    sequence: int
    received_utc: datetime


class CsvDecoder:
    """Decoder for lines of strict CSV; ``read`` raises QuoteOpen where a line ends inside quotes.

    ``read_joined`` reads lines joined to one; it is ``read`` if not given.
    """

    joins_lines = True
    heading: Heading | None = None

    def __init__(
        self,
        texts: RecordTexts,
        read: ReadLine,
        *,
        read_joined: ReadLine | None = None,
        read_alike: ReadAlike | None = None,
        memory_records: int = 0,
        received: Received | None = None,
    ) -> None:
        self.memory_records = memory_records
        self._texts = texts
        self._read = read
        self._read_joined = read_joined or read
        self._read_alike = read_alike
        self._received = received
        #: The lines that wait for a quote to close, in order.
        self._held: list[_Line] = []
        self._out = OutcomeColumns()

    @property
    def oldest_open(self) -> int | None:
        """The sequence of the line that opened the quote, or None."""
        return self._held[0].sequence if self._held else None

    @property
    def deadline_utc(self) -> datetime | None:
        """2 s after the line that opened the quote was received, or None."""
        return self._held[0].received_utc + _PATIENCE if self._held else None

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return an outcome for each line or joined lines that ``records`` complete."""
        if self._received:
            self._received(received_utc)
        outcomes, texts, raws = self._read_ahead(records)
        done = len(outcomes)
        at, covers = range(first_sequence, first_sequence + done), [1] * done
        if done == len(records):
            return Decoded(outcomes, at, covers, records)
        self._out = OutcomeColumns(outcomes, [*at], covers, [*records[:done]])
        rest = zip(records[done:], texts, raws, strict=True)
        for sequence, parts in enumerate(rest, first_sequence + done):
            self._take(_Line(*parts, sequence, received_utc), sequence)
        return self._out.decoded()

    def _read_ahead(
        self, records: Sequence[bytes]
    ) -> tuple[list[Outcome], list[str | None], list[str]]:
        """Return outcomes up to where a quote opens, and texts and raws of the records after it."""
        outcomes: list[Outcome] = []
        for begin in range(0, 0 if self._held else len(records), AT_ONCE):
            texts, raws = self._texts.read(records[begin : begin + AT_ONCE])
            found = read_lines(self._read, texts, raws, self._read_alike)
            outcomes += found
            if len(found) < len(texts):
                done = len(found)
                more_texts, more_raws = self._texts.read(records[begin + AT_ONCE :])
                return outcomes, [*texts[done:], *more_texts], [*raws[done:], *more_raws]
        texts, raws = self._texts.read(records[len(outcomes) :])
        return outcomes, [*texts], raws

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Give up the lines that have waited 2 s for their quote to close."""
        self._out = OutcomeColumns()
        while self._held and self._held[0].received_utc + _PATIENCE <= now_utc:
            self._give_up_first("unparsed", sequence)
        return self._out.decoded()

    def finish(self, sequence: int) -> Decoded:
        """The input has ended: the quotes that are open never close."""
        self._out = OutcomeColumns()
        while self._held:
            self._give_up_first("truncated", sequence)
        return self._out.decoded()

    def _take(self, line: _Line, at: int) -> None:
        """Take the next line, at the time of record ``at`` (later than its own if it waited)."""
        if self._held:
            self._held.append(line)
            self._try_joined(at)
        elif not line.text or line.text.isspace():
            self._out.add(empty_outcome(line.text, line.raw), at, line.record)
        else:
            self._take_afresh(line, line.text, at)

    def _take_afresh(self, line: _Line, text: str, at: int) -> None:
        try:
            self._out.add(self._read(text, line.raw), at, line.record)
        except QuoteOpen:
            self._held.append(line)
        except LineRejected as error:
            self._out.add(refusal(error, line.raw), at, line.record)

    def _try_joined(self, at: int) -> None:
        """Read the held lines as one; if that can never succeed, give up the first."""
        try:
            outcome = self._joined()
        except QuoteOpen:
            if len(self._held) == _MOST_LINES:
                self._give_up_first("unparsed", at)
        except LineRejected:
            self._give_up_first("unparsed", at)
        else:
            self._out.add(outcome, at, *(line.record for line in self._held))
            self._held.clear()

    def _joined(self) -> Outcome:
        """Each line end inside is read as one blank."""
        record = b"".join(line.record for line in self._held)
        texts = [line.text for line in self._held if line.text is not None]
        if is_oversize(record) or len(texts) < len(self._held):
            raise LineRejected
        return self._read_joined(" ".join(texts), raw_text(record))

    def _give_up_first(self, reason: str, at: int) -> None:
        first, *others = self._held
        self._held.clear()
        self._out.add(Rejected(reason, first.raw), at, first.record)
        for line in others:
            self._take(line, at)
