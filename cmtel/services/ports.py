"""What the services need from the outside, as Protocols; adapters implement them.

The way of a record: a Source pushes bytes into its Intake, which frames them and has the Spool
accept them; delivery reads the spool, decodes, has the Enrichers look up what the calls do not
say, and hands rows to the JournalSink.

More than 400 lines, since every port of the journal is found here and nowhere else; they are
words, not code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple, Protocol

from cmtel.domain.calls import CallRecord
from cmtel.domain.row_mapping import Column


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


class LinkState(StrEnum):
    """What a source's link does; shown by ``cmtel status``."""

    CONNECTING = "connecting"
    LISTENING = "listening"
    UP = "up"
    DOWN = "down"
    HELD_BACK = "held back"
    ENDED = "ended"


# --- spool -------------------------------------------------------------------------------------


class EntryKind(IntEnum):
    """What a run of spool records is. Only DATA has bytes and counts in the books."""

    DATA = 0
    #: The connection, or the file of an import, has ended: its decoder finishes.
    END = 1
    #: Time has passed: decoders give up what has waited too long.
    TICK = 2


class Entry(NamedTuple):
    """Records to be accepted together, or one control record (then ``records`` is empty)."""

    source_id: int
    connection_id: int
    kind: EntryKind
    records: Sequence[bytes]
    received_utc: datetime


class FileCheckpoint(NamedTuple):
    """Where reading stands in one file; durable with the records it covers."""

    source_id: int
    #: Device and inode, or volume and file id; with the path it was last seen under.
    file_id: str
    path: str
    #: SHA-256 (hex) of the first ``fingerprint_bytes`` of the file.
    fingerprint: str
    fingerprint_bytes: int
    #: Bytes of the file that are in accepted records.
    offset_bytes: int
    #: What the source itself wants to remember of the file (JSON text).
    note: str = ""


class Chunk(NamedTuple):
    """A run of spooled records with contiguous sequences, from ``first_sequence`` on."""

    connection_id: int
    kind: EntryKind
    first_sequence: int
    records: list[bytes]
    received_utc: datetime

    @property
    def last_sequence(self) -> int:
        """A control record has one sequence, too."""
        return self.first_sequence + max(len(self.records), 1) - 1


class DeadLetter(NamedTuple):
    """What was rejected for good, with all that is needed to look at it or replay it."""

    source_id: int
    #: The record that completed the outcome; ``part`` counts the outcomes completed by it.
    sequence: int
    part: int
    reason: str
    #: What the database said, or the like; empty if the reason says it all.
    detail: str
    records: tuple[bytes, ...]
    #: How many records it is in the books; less than ``records`` if they are lines of one.
    counted: int
    rejected_utc: datetime


class Pin(NamedTuple):
    """A heading that an input's decoder needs, however far it lies back."""

    connection_id: int
    sequence: int
    record: bytes


class Settlement(NamedTuple):
    """What became of a source's records up to ``up_to_sequence``; added to the books."""

    source_id: int
    up_to_sequence: int
    #: Records before this sequence are no longer needed by any decoder.
    keep_from_sequence: int
    delivered: int
    skipped: int
    dead_letters: int
    #: The watermark that the journal is known to have.
    watermark: int
    #: How many spooled lines were found to be parts of a record; they are no records.
    merged: int = 0
    #: What takes the place of the pins that the source has.
    pins: tuple[Pin, ...] = ()


class SpoolSource(NamedTuple):
    """One source in the spool, with its books. A source is (name, journal)."""

    source_id: int
    name: str
    #: The identity of the journal that the records go to (JournalSink.journal_id).
    journal_id: str
    #: Everything up to this sequence is counted in the books.
    settled_sequence: int
    keep_from_sequence: int
    #: The watermark that the journal was last known to have.
    watermark: int
    last_sequence: int
    received: int
    delivered: int
    skipped: int
    dead_letters: int
    last_received_utc: datetime | None
    link: LinkState | None
    link_detail: str
    link_since_utc: datetime | None

    @property
    def waiting(self) -> int:
        """Received and not yet accounted for; also the records of a call still open."""
        return self.received - self.delivered - self.skipped - self.dead_letters


class Spool(Protocol):
    """The durable queue between the sources and the journal. Thread-safe.

    Accepted means synced to disk. Sequences count from 1 within a source; 0 is "nothing yet".
    """

    spool_id: str

    def open_source(self, name: str, journal_id: str) -> int:
        """Return the id of the source; it is made if the spool does not know it."""

    def sources(self) -> list[SpoolSource]: ...

    def open_connection(self, source_id: int, input_id: str | None = None) -> int:
        """Return a connection id; an END entry closes it.

        With ``input_id`` the input outlives this process (a file, a dialled line): the same open
        connection is returned again. Without, it is one of this process, which
        :meth:`close_stale_connections` ends after a crash.
        """

    def close_stale_connections(self, at_utc: datetime) -> None:
        """End the connections that an earlier process had and could not end."""

    def note_link(self, source_id: int, state: LinkState, detail: str, at_utc: datetime) -> None:
        """Remember the state of a source's link, for ``cmtel status``. Not synced."""

    def accept(self, entries: Sequence[Entry], checkpoints: Sequence[FileCheckpoint] = ()) -> None:
        """Return when all entries and checkpoints are on disk, in one transaction.

        Raises:
            SpoolFull: The limit is reached; nothing was accepted.
            SpoolError: The disk refused; nothing was accepted.
        """

    def checkpoints(self, source_id: int) -> list[FileCheckpoint]: ...

    def unchecked_end(self, source_id: int) -> int | None:
        """Return where the source ended at the first start since its last check; None: checked.

        An older copy of a spool may have accepted more by the time its journal answers; its
        sequences would then pass for those that the journal has.
        """

    def note_checked(self, source_id: int) -> None:
        """The source does not lie behind its journal; durable on return."""

    def read(self, source_id: int, after_sequence: int, max_records: int) -> list[Chunk]:
        """Return the chunks after ``after_sequence``, up to about ``max_records`` records."""

    def pins(self, source_id: int) -> tuple[Pin, ...]:
        """Return the source's pins, as they were last settled."""

    def add_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Insert or ignore, durable on return; the key is (source, sequence)."""

    def dead_letter_keys(self, source_id: int, first: int, last: int) -> set[tuple[int, int]]:
        """Return (sequence, part) of the dead letters from sequence ``first`` to ``last``."""

    def settle(self, settlement: Settlement) -> None:
        """Add to the books and drop what no decoder needs any more."""

    def wait_for_records(self, secs: float) -> None:
        """Return when something was accepted, or after ``secs``."""


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
