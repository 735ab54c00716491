"""The spool as Protocol: what is accepted, read again, settled and kept of records.

What a source accepts goes in by ``accept``; delivery reads chunks and settles them. An adapter
implements it (adapters/spool).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple, Protocol


class LinkState(StrEnum):
    """What a source's link does; shown by ``cmtel status``."""

    CONNECTING = "connecting"
    LISTENING = "listening"
    UP = "up"
    DOWN = "down"
    HELD_BACK = "held back"
    ENDED = "ended"


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
