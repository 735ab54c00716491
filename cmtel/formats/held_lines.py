"""Decoder for formats in which a record may span lines: lines wait for the ones that follow.

How a line that waits and the next ones go together is the format's; here is what all share: the
2 s that a live source waits, and that nothing depends on how the lines come in batches.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import count
from typing import NamedTuple

from cmtel.domain.calls import Outcome
from cmtel.errors import LineRejected
from cmtel.formats.line_decoder import Received
from cmtel.formats.outcomes import OutcomeColumns, refusal
from cmtel.formats.seam import Decoded, Heading
from cmtel.formats.text import RecordTexts

_PATIENCE = timedelta(seconds=2)


class HeldLine(NamedTuple):
    """One line; ``text`` is None if it is oversize."""

    record: bytes
    text: str | None
    raw: str
    sequence: int
    received_utc: datetime


class HoldingDecoder(ABC):
    """Keeps the lines of the one record that is open, in order.

    ``at`` is the sequence of the line, or of the end of waiting, that completes an outcome.
    """

    joins_lines = True
    heading: Heading | None = None

    def __init__(
        self, texts: RecordTexts, *, memory_records: int = 0, received: Received | None = None
    ) -> None:
        self.memory_records = memory_records
        self.held: list[HeldLine] = []
        self._texts = texts
        self._received = received
        self._out = OutcomeColumns()

    @abstractmethod
    def take(self, line: HeldLine, at: int) -> None:
        """Take the next line: hold it, or emit outcomes.

        Raises:
            LineRejected: The line alone is rejected.
        """

    @abstractmethod
    def give_up(self, at: int) -> None:
        """Nothing more comes for the lines that are held: emit at least the first one."""

    @property
    def oldest_open(self) -> int | None:
        """The sequence of the first line that is held, or None."""
        return self.held[0].sequence if self.held else None

    @property
    def deadline_utc(self) -> datetime | None:
        """2 s after the last line that is held was received, or None."""
        return self.held[-1].received_utc + _PATIENCE if self.held else None

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return what ``records`` complete."""
        self._out = OutcomeColumns()
        if self._received:
            self._received(received_utc)
        texts, raws = self._texts.read(records)
        for sequence, record, text, raw in zip(
            count(first_sequence), records, texts, raws, strict=False
        ):
            self.take_or_reject(HeldLine(record, text, raw, sequence, received_utc), sequence)
        return self._out.decoded()

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Give up the lines that have waited for 2 s."""
        self._out = OutcomeColumns()
        while self.held and self.held[-1].received_utc + _PATIENCE <= now_utc:
            self.give_up(sequence)
        return self._out.decoded()

    def finish(self, sequence: int) -> Decoded:
        """The input has ended: nothing follows."""
        self._out = OutcomeColumns()
        while self.held:
            self.give_up(sequence)
        return self._out.decoded()

    def take_or_reject(self, line: HeldLine, at: int) -> None:
        """Take a line; one that does not parse is rejected alone."""
        try:
            self.take(line, at)
        except LineRejected as error:
            self.emit(refusal(error, line.raw), at, line)

    def emit(self, outcome: Outcome, at: int, *lines: HeldLine) -> None:
        """Emit the outcome of some lines."""
        self._out.add(outcome, at, *[line.record for line in lines])
