"""Calls joined from rows: records are read to rows one by one, then rows are joined to calls.

The first stage is a plain decoder (of lines, or of strict CSV, whose lines may wait for each
other); its outcomes are rows, but for records that are skipped or rejected for themselves.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Generic, Protocol, TypeVar, cast

from cmtel.domain.calls import Rejected, Skipped
from cmtel.formats.headed_csv import HeadedCsvDecoder
from cmtel.formats.joining_decoder import Facts, JoiningDecoder, Line
from cmtel.formats.line_decoder import LineDecoder, ReadLine
from cmtel.formats.outcomes import OutcomeColumns
from cmtel.formats.seam import Decoded, Heading
from cmtel.formats.text import RecordTexts


class HasRaw(Protocol):
    """A row keeps its record as text, for the case that it becomes an outcome of its own."""

    @property
    def raw(self) -> str:
        """All bytes of the record as text."""


#: When the last rows of an input were received: no call is left open for which that counts.
_NEVER_UTC = datetime.max.replace(tzinfo=UTC)

Row = TypeVar("Row", bound=HasRaw)
#: Reads one record, as :data:`cmtel.formats.line_decoder.ReadLine`, to a row or an outcome.
ReadRow = Callable[[str, str], Row | Skipped]


class RowJoiningDecoder(JoiningDecoder[Facts], Generic[Facts, Row]):
    """Joins rows to calls; a format says in :meth:`take_row` what a row does.

    Args:
        texts: Of the records.
        read_row: Reads one record, or the joined lines of one.
        is_csv: A row may go on in the next line, inside quotes.
    """

    def __init__(self, texts: RecordTexts, read_row: ReadRow[Row], *, is_csv: bool) -> None:
        super().__init__(texts)
        # Rows are on their way to take_row; none leaves as an outcome.
        read = cast("ReadLine", read_row)
        self._rows = HeadedCsvDecoder(texts, read) if is_csv else LineDecoder(texts, read)
        #: The records that are in no row yet, with their sequences.
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._row: Row

    @abstractmethod
    def take_row(self, row: Row, line: Line) -> None:
        """Take a row: open, join or close a call, or emit an outcome. ``line.text`` is empty.

        Raises:
            LineRejected: The row alone is rejected; nothing was changed.
        """

    def before_finish(self) -> None:
        """The input has ended and all rows were taken; what is open will be closed."""
        return

    def take(self, line: Line) -> None:
        """Take the row that was read."""
        self.take_row(self._row, line)

    @property
    def oldest_open(self) -> int | None:
        """The sequence of the first record of the oldest row or call that is not complete."""
        sequences = (self._rows.oldest_open, super().oldest_open)
        return min((sequence for sequence in sequences if sequence is not None), default=None)

    @property
    def heading(self) -> Heading | None:  # type: ignore[override]  # asked of the rows' decoder
        """The last line with the names of the columns."""
        return self._rows.heading

    @property
    def deadline_utc(self) -> datetime | None:
        """When a row or a call has waited long enough."""
        times = (self._rows.deadline_utc, super().deadline_utc)
        return min((time for time in times if time is not None), default=None)

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return what ``records`` complete."""
        self._waiting.extend(enumerate(records, first_sequence))
        rows = self._rows.decode(records, first_sequence, received_utc)
        return self._taken(rows, received_utc)

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Give up rows whose quote does not close; close as unknown calls open for 24 h."""
        taken = self._taken(self._rows.expire(sequence, now_utc), now_utc)
        return _both(taken, super().expire(sequence, now_utc))

    def finish(self, sequence: int) -> Decoded:
        """Take the last rows, then close what is open, in the order of the first records."""
        taken = self._taken(self._rows.finish(sequence), _NEVER_UTC)
        self.before_finish()
        return _both(taken, super().finish(sequence))

    def _taken(self, rows: Decoded, received_utc: datetime) -> Decoded:
        self._out = out = OutcomeColumns()
        for row, at, lines in zip(rows.outcomes, rows.at, rows.covers, strict=True):
            sequence, record = self._waiting.popleft()
            records = (record, *(self._waiting.popleft()[1] for _ in range(lines - 1)))
            if type(row) is Skipped or type(row) is Rejected:
                out.add(row, at, *records)
                continue
            before = len(out.at)
            self._row = cast("Row", row)
            self._take(Line(records, "", self._row.raw, sequence, received_utc))
            if at != sequence:  # the row had to wait for a later record
                out.at[before:] = [at] * (len(out.at) - before)
        return out.decoded()


def _both(first: Decoded, second: Decoded) -> Decoded:
    return Decoded(
        [*first.outcomes, *second.outcomes],
        [*first.at, *second.at],
        [*first.covers, *second.covers],
        [*first.raws, *second.raws],
    )
