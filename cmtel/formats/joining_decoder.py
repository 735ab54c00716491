"""The joining family of decoders: a call is open until another record completes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Generic, NamedTuple, TypeVar

from cmtel.domain.calls import Outcome, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.outcomes import OutcomeColumns, empty_outcome, refusal
from cmtel.formats.seam import MAX_RECORD_BYTES, Decoded, Heading
from cmtel.formats.text import RecordTexts, raw_text

#: An open call of a live source is closed as unknown after this time (formats.md 1.9).
_GIVEN_UP_AFTER = timedelta(hours=24)
#: More calls than any switch has at once; keeps memory flat if calls never end.
_MOST_OPEN = 20_000

Facts = TypeVar("Facts")


class Line(NamedTuple):
    """One record that is not blank; more than one where lines were joined to it."""

    records: tuple[bytes, ...]
    text: str
    raw: str
    sequence: int
    received_utc: datetime


class OpenCall(Generic[Facts]):
    """A call that waits for more records, and what is known of it."""

    __slots__ = ("facts", "first", "records")

    def __init__(self, first: Line, facts: Facts) -> None:
        self.first = first
        self.facts = facts
        self.records = [*first.records]

    @property
    def raw(self) -> str:
        """All bytes of the call's records as text, in the order in which they came."""
        return raw_text(b"".join(self.records))


class JoiningDecoder(ABC, Generic[Facts]):
    """Keeps the open calls by key, in the order of their first records.

    A format says in :meth:`take` what a record does, and in :meth:`closed` what a call is whose
    end is not known.
    """

    joins_lines = False
    heading: Heading | None = None
    memory_records = 0

    def __init__(self, texts: RecordTexts) -> None:
        self._texts = texts
        self._open: dict[str, OpenCall[Facts]] = {}
        self._out = OutcomeColumns()

    @abstractmethod
    def take(self, line: Line) -> None:
        """Take a record: open, join or close a call, or emit an outcome.

        Raises:
            LineRejected: The record alone is rejected; nothing was changed.
        """

    @abstractmethod
    def closed(self, call: OpenCall[Facts]) -> Outcome:
        """Return the outcome of a call as far as it is known."""

    @property
    def oldest_open(self) -> int | None:
        """The sequence of the first record of the oldest open call."""
        return next((call.first.sequence for call in self._open.values()), None)

    @property
    def deadline_utc(self) -> datetime | None:
        """24 h after the oldest open call began to be received."""
        oldest = next(iter(self._open.values()), None)
        return None if oldest is None else oldest.first.received_utc + _GIVEN_UP_AFTER

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return what ``records`` complete."""
        self._out = OutcomeColumns()
        texts, raws = self._texts.read(records)
        for offset, (record, text, raw) in enumerate(zip(records, texts, raws, strict=True)):
            if not text or text.isspace():
                self._out.add(empty_outcome(text, raw), first_sequence + offset, record)
            else:
                self._take(Line((record,), text, raw, first_sequence + offset, received_utc))
        return self._out.decoded()

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Close as unknown the calls that have been open for 24 h."""
        self._out = OutcomeColumns()
        for key, call in list(self._open.items()):
            if call.first.received_utc + _GIVEN_UP_AFTER <= now_utc:
                self.close(key, sequence)
        return self._out.decoded()

    def finish(self, sequence: int) -> Decoded:
        """Close what is still open, in the order of the first records."""
        self._out = OutcomeColumns()
        for key in list(self._open):
            self.close(key, sequence)
        return self._out.decoded()

    def find(self, key: str) -> OpenCall[Facts]:
        """Return the open call.

        Raises:
            LineRejected: ``orphan``: there is none.
        """
        if key not in self._open:
            raise LineRejected("orphan")
        return self._open[key]

    def begin(self, key: str, line: Line, facts: Facts) -> None:
        """Open a call; one that is open under the same key is closed as unknown before."""
        if key in self._open:
            self.close(key, line.sequence)
        elif len(self._open) >= _MOST_OPEN:
            self.close(next(iter(self._open)), line.sequence)
        self._open[key] = OpenCall(line, facts)

    def join(self, call: OpenCall[Facts], line: Line) -> bool:
        """Add a record to an open call; False if that is too long already: then it is skipped."""
        if sum(map(len, call.records)) + sum(map(len, line.records)) > MAX_RECORD_BYTES:
            self.emit(Skipped("other-event", line.raw), line)
            return False
        call.records += line.records
        return True

    def close(self, key: str, sequence: int) -> None:
        """Emit the outcome of an open call, completed by record ``sequence``."""
        call = self._open.pop(key)
        self._out.add(self.closed(call), sequence, *call.records)

    def emit(self, outcome: Outcome, line: Line) -> None:
        """Emit the outcome of a single record."""
        self._out.add(outcome, line.sequence, *line.records)

    def _take(self, line: Line) -> None:
        try:
            self.take(line)
        except LineRejected as error:
            self.emit(refusal(error, line.raw), line)
