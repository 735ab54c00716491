"""What the services need from the outside, as Protocols; adapters implement them.

The way of a record: a Source pushes bytes into its Intake, which frames them and has the Spool
(spool_ports.py) accept them; delivery reads the spool, decodes, has the Enrichers look up what the
calls do not say, and hands rows to the JournalSink.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from cmtel.domain.calls import CallRecord
from cmtel.domain.row_mapping import Column
from cmtel.services.spool_ports import FileCheckpoint, LinkState


class Clock(Protocol):
    """Time and the wish to stop, in one: a loop that waits can always be stopped."""

    def now(self) -> datetime:
        """The time of day, aware, UTC."""

    def monotonic(self) -> float:
        """Seconds that never go back."""

    def wait(self, secs: float) -> bool:
        """Wait up to ``secs``; True as soon as somebody asked to stop."""

    @property
    def is_stopping(self) -> bool:
        """True once somebody asked to stop."""


# --- sources -----------------------------------------------------------------------------------


class Feed(Protocol):
    """One connection or file of a source: bytes in, framed and queued until the next commit."""

    def push(self, data: bytes) -> None:
        """Frame ``data`` and queue the records; durable after ``Intake.commit``."""

    def idle(self) -> None:
        """Nothing came for a moment: queue what is complete but waited for a next byte."""

    @property
    def pending_bytes(self) -> int:
        """Bytes pushed that belong to no record yet (a partial last line)."""

    def checkpoint(
        self,
        *,
        file_id: str,
        path: str,
        fingerprint: str,
        fingerprint_bytes: int,
        offset_bytes: int,
        note: str = "",
    ) -> None:
        """Queue a checkpoint; it becomes durable together with the queued records."""

    def cut(self) -> None:
        """The connection was cut, but the stream goes on: queue the partial record as it is.

        Framing begins anew with the next byte; the decoder's state stays.
        """

    def end(self) -> None:
        """One input is over and the next begins (files of one call each): queue its end.

        Framing and the decoder's state begin anew with the next byte.
        """

    def close(self) -> None:
        """The connection has ended: queue its last partial record and its end."""


class Intake(Protocol):
    """What a source gives its bytes to. One thread uses it."""

    def open_feed(
        self, peer: str | None = None, input_id: str | None = None, *, is_patient: bool = True
    ) -> Feed:
        """Return the feed of one input; decoder state is an input's own.

        Args:
            peer: The other end of an accepted connection; it is a source of its own,
                "name@peer", and the input ends with the connection unless it has an id.
            input_id: A name for an input that outlives this process (a file's identity);
                None for a source that has one input only.
            is_patient: Wait while the disk is full.

        Raises:
            SpoolFull: The disk is full, and the caller is not patient or the clock is stopping.
        """

    def commit(self) -> None:
        """Make all that the feeds have queued durable. Blocks while the spool is full.

        When it returns, the records are accepted.

        Raises:
            SpoolFull: The clock is stopping while the spool is full; nothing was accepted, the
                source must not acknowledge or move on.
            SpoolError: The disk refused; nothing was accepted.
        """

    def offer(self) -> None:
        """As :meth:`commit`, for a sender that keeps what is refused: it never waits.

        Raises:
            SpoolFull: Nothing was accepted and nothing is queued any more; bring it again.
            SpoolError: The disk refused, likewise.
        """

    def checkpoints(self) -> list[FileCheckpoint]:
        """Where the files of this source stand, from earlier runs too."""

    def link(self, state: LinkState, detail: str = "") -> None:
        """Tell the state of the link; it is logged on change and shown by ``cmtel status``."""


class Source(Protocol):
    """Where call records come from."""

    def run(self, intake: Intake) -> None:
        """Read until the clock is stopping or, for a source that ends, until its end.

        Connections that fail are tried again for ever. On return all that was pushed is committed.

        Raises:
            SourceError: It can never work as described (no such folder, no right to the port).
        """


# --- enrichment --------------------------------------------------------------------------------


class Enricher(Protocol):
    """Fills columns that need a look-up: number plans, phone books, extensions, tariffs.

    Used by the committer's thread, one batch after another, of all sources in turn.
    """

    def enrich(self, calls: Sequence[CallRecord], known: dict[str, Column]) -> None:
        """Add columns by type name, each as long as ``calls``, to ``known``.

        A column in ``known`` wins over what the calls themselves say, so it has the calls' own
        values where nothing was found. An enricher sees the columns of those before it.

        Never raises and never waits for the outside: a call is not held up for its name.
        """


# --- journal -----------------------------------------------------------------------------------

Row = tuple[Any, ...]


class RowBatch(NamedTuple):
    """Rows of one source, in order, and the movement of its watermark.

    ``rows`` have the values of the sink's columns in their order: str, int, Decimal, naive
    datetime or None. All rows together cover sequences ``expected_watermark + 1`` to
    ``new_watermark``.
    """

    spool_id: str
    source: str
    rows: Sequence[Row]
    expected_watermark: int
    new_watermark: int


class RejectedRow(NamedTuple):
    """A row that can never be stored: where it stands in the batch and what the database said."""

    position: int
    detail: str


class JournalSink(Protocol):
    """The journal table in the user's database. Used by one thread."""

    #: False: rows and watermark cannot commit together (MyISAM, some ODBC drivers).
    is_transactional: bool

    def prepare(self) -> None:
        """Connect; check the table and its columns; make the watermark table if it is missing.

        Raises:
            DatabaseUnavailable, DatabaseSetupError
        """

    def journal_id(self) -> str:
        """The identity of this journal: drawn once, kept beside the watermarks."""

    def watermark(self, spool_id: str, source: str) -> int:
        """The highest sequence of the source that is delivered; 0 if none is."""

    def deliver(
        self, batch: RowBatch, before_commit: Callable[[Sequence[RejectedRow]], None]
    ) -> Sequence[RejectedRow]:
        """Write rows and watermark in one transaction and return the rows that were refused.

        Refused rows never hold up their neighbours. ``before_commit`` is called with them before
        the commit (also with an empty list), so that dead letters are durable first; if it
        raises, nothing is written.

        Raises:
            DatabaseUnavailable: Nothing is known to be written; read the watermark again.
            WatermarkConflict: Another writer was faster; nothing was written.
            DatabaseError: The database refused for another reason; nothing was written.
        """

    def close(self) -> None: ...
