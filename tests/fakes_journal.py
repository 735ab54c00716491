"""A journal table in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cmtel.domain.column_selection import JournalColumn, written_columns
from cmtel.domain.column_types import Kind
from cmtel.errors import DatabaseUnavailable, WatermarkConflict
from cmtel.services.ports import RejectedRow, Row, RowBatch


class MemoryJournal:
    """What several sinks of one journal share: its rows, its watermarks, its identity."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.watermarks: dict[tuple[str, str], int] = {}


class MemorySink:
    """Implements JournalSink; refuses texts that are too long, as a database does.

    ``is_down`` makes every call fail as if the server were gone.
    """

    def __init__(self, journal: MemoryJournal, columns: Sequence[JournalColumn]) -> None:
        self.is_transactional = True
        self.is_down = False
        self._journal = journal
        self._columns = written_columns(columns)

    def prepare(self) -> None:
        self._need_server()

    def journal_id(self) -> str:
        self._need_server()
        return f"memory-{id(self._journal)}"

    def watermark(self, spool_id: str, source: str) -> int:
        self._need_server()
        return self._journal.watermarks.get((spool_id, source), 0)

    def deliver(
        self, batch: RowBatch, before_commit: Callable[[Sequence[RejectedRow]], None]
    ) -> Sequence[RejectedRow]:
        if self.watermark(batch.spool_id, batch.source) != batch.expected_watermark:
            raise WatermarkConflict("Another writer was faster.")
        rejected = [
            RejectedRow(n, "too long") for n, row in enumerate(batch.rows) if self._bad(row)
        ]
        before_commit(rejected)
        positions = {row.position for row in rejected}
        self._journal.rows += [r for n, r in enumerate(batch.rows) if n not in positions]
        self._journal.watermarks[batch.spool_id, batch.source] = batch.new_watermark
        return rejected

    def close(self) -> None: ...

    def _bad(self, row: Row) -> bool:
        return any(
            column.kind is Kind.TEXT and value is not None and len(value) > (column.size or 0)
            for column, value in zip(self._columns, row, strict=True)
        )

    def _need_server(self) -> None:
        if self.is_down:
            raise DatabaseUnavailable("The server is gone.")
