"""Acceptance: what a source pushes is framed, queued, and made durable at its commit.

The first half of a record's way. The promise: when :meth:`SpoolIntake.commit` has returned, the
records are on disk, with the file checkpoints that cover them, in one transaction. While the
spool is full nothing is accepted and nothing is dropped: commit waits, so the source stops
reading and its peer is held back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import TypeVar

from cmtel.errors import SpoolFull
from cmtel.formats.seam import Framer
from cmtel.services.ports import Clock
from cmtel.services.spool_ports import Entry, EntryKind, FileCheckpoint, LinkState, Spool

logger = logging.getLogger(__name__)

Result = TypeVar("Result")

#: How often a full spool is tried again, in seconds.
_FULL_RETRY_SECS = 0.5
#: How many earlier records are read at once.
_EARLIER_RECORDS = 1000


class SpoolFeed:
    """One input of a source: bytes in, whole records queued (see ports.Feed)."""

    def __init__(
        self, source_id: int, connection_id: int, make_framer: Callable[[], Framer],
        touched: dict[SpoolFeed, None], framer: Framer | None = None,
    ) -> None:  # fmt: skip
        self.source_id = source_id
        self._connection_id = connection_id
        self._make_framer = make_framer
        self._framer = framer or make_framer()
        #: The intake's feeds with something to commit, in order; thousands of others are idle.
        self._touched = touched
        self._queued: list[tuple[EntryKind, list[bytes]]] = []
        self._checkpoint: FileCheckpoint | None = None
        self.is_closed = False

    @property
    def pending_bytes(self) -> int:
        """Bytes pushed that belong to no record yet."""
        return self._framer.pending_bytes

    def push(self, data: bytes) -> None:
        """Frame ``data`` and queue the records."""
        self._queue(self._framer.feed(data))

    def idle(self) -> None:
        """Queue what is complete but waited for a next byte."""
        self._queue(self._framer.idle())

    def cut(self) -> None:
        """End the partial record; what comes next is the same input."""
        self._queue(self._framer.finish())

    def end(self) -> None:
        """Queue the last partial record and the end of this input; the next one may begin."""
        self.cut()
        self._framer = self._make_framer()
        self._queued.append((EntryKind.END, []))
        self._touched[self] = None

    def close(self) -> None:
        """Queue the last partial record and the end of the input."""
        self.end()
        self.is_closed = True

    def checkpoint(
        self, *, file_id: str, path: str, fingerprint: str, fingerprint_bytes: int,
        offset_bytes: int, note: str = "",
    ) -> None:  # fmt: skip
        """Queue a checkpoint, in place of an earlier one that was not committed."""
        self._checkpoint = FileCheckpoint(
            self.source_id, file_id, path, fingerprint, fingerprint_bytes, offset_bytes, note
        )
        self._touched[self] = None

    def take(self, clock: Clock) -> tuple[list[Entry], list[FileCheckpoint]]:
        """Return all that is queued, and queue nothing any more."""
        now = clock.now()
        entries = [
            Entry(self.source_id, self._connection_id, kind, records, now)
            for kind, records in self._queued
        ]
        self._queued = []
        checkpoints = [self._checkpoint] if self._checkpoint else []
        self._checkpoint = None
        return entries, checkpoints

    def _queue(self, records: list[bytes]) -> None:
        if not records:
            return
        if not self._queued or self._queued[-1][0] is not EntryKind.DATA:
            self._queued.append((EntryKind.DATA, []))
        self._queued[-1][1].extend(records)
        self._touched[self] = None


class SpoolIntake:
    """What one source gives its bytes to (see ports.Intake). Used by that source's thread."""

    def __init__(
        self, spool: Spool, clock: Clock, name: str, journal_id: str,
        make_framer: Callable[[], Framer],
        make_masking: Callable[[Iterable[bytes]], Framer] | None = None,
    ) -> None:  # fmt: skip
        """Take in what a source gives.

        Args:
            make_framer: A new framer for each input.
            make_masking: A framer that masks, in its place; it is given the earlier records of
                the input that the spool still has. None: nothing is masked.
        """
        self._make_masking = make_masking
        self._spool = spool
        self._clock = clock
        self._name = name
        self._journal_id = journal_id
        self._make_framer = make_framer
        self._touched: dict[SpoolFeed, None] = {}
        self._source_id = spool.open_source(name, journal_id)
        self._link: tuple[LinkState, str] | None = None

    def open_feed(
        self, peer: str | None = None, input_id: str | None = None, *, is_patient: bool = True
    ) -> SpoolFeed:
        """Return the feed of one input; see the port."""
        name = self._name if peer is None else f"{self._name}@{peer}"
        lasting = input_id or ("line" if peer is None else None)

        def opened() -> tuple[int, int]:
            source_id = self._spool.open_source(name, self._journal_id)
            return source_id, self._spool.open_connection(source_id, lasting)

        source_id, connection_id = self._patiently(opened) if is_patient else opened()
        make, masking = self._make_framer, self._make_masking
        if masking is None:
            return SpoolFeed(source_id, connection_id, make, self._touched)
        earlier = self._earlier(source_id, connection_id) if lasting else ()
        return SpoolFeed(
            source_id, connection_id, lambda: masking(()), self._touched, masking(earlier)
        )

    def _earlier(self, source_id: int, connection_id: int) -> Iterator[bytes]:
        """Yield the records of an input by which its next ones are read: headings, and the last."""
        pins = [pin for pin in self._spool.pins(source_id) if pin.connection_id == connection_id]
        yield from (pin.record for pin in pins)
        (source,) = (each for each in self._spool.sources() if each.source_id == source_id)
        position = source.keep_from_sequence - 1
        while chunks := self._spool.read(source_id, position, _EARLIER_RECORDS):
            for chunk in chunks:
                if chunk.connection_id == connection_id and chunk.kind is EntryKind.DATA:
                    yield from chunk.records
            position = chunks[-1].last_sequence

    def commit(self) -> None:
        """Make all that is queued durable; waits while the spool is full."""
        entries, checkpoints = self._taken()
        if entries or checkpoints:
            self._accept(entries, checkpoints)

    def offer(self) -> None:
        """Make all that is queued durable at once, or forget it; see the port."""
        entries, checkpoints = self._taken()
        if entries or checkpoints:
            self._spool.accept(entries, checkpoints)

    def _taken(self) -> tuple[list[Entry], list[FileCheckpoint]]:
        """Return all that the feeds have queued; they have it no more."""
        entries: list[Entry] = []
        checkpoints: list[FileCheckpoint] = []
        for feed in self._touched:
            new_entries, new_checkpoints = feed.take(self._clock)
            entries += new_entries
            checkpoints += new_checkpoints
        self._touched.clear()
        return entries, checkpoints

    def checkpoints(self) -> list[FileCheckpoint]:
        """Return where the files of this source stand."""
        return self._spool.checkpoints(self._source_id)

    def link(self, state: LinkState, detail: str = "") -> None:
        """Tell the state of the link; logged and kept on change only."""
        if (state, detail) != self._link:
            self._link = (state, detail)
            level = logging.WARNING if state in _TROUBLE else logging.INFO
            logger.log(level, "source %s: %s%s", self._name, state, detail and f", {detail}")
            # The log has it; what status shows is not worth stopping for when the disk is full.
            with suppress(SpoolFull):
                self._spool.note_link(self._source_id, state, detail, self._clock.now())

    def _accept(self, entries: list[Entry], checkpoints: list[FileCheckpoint]) -> None:
        self._patiently(lambda: self._spool.accept(entries, checkpoints))

    def _patiently(self, work: Callable[[], Result]) -> Result:
        """Do ``work``, again and again while the spool or its disk is full."""
        before = self._link
        while True:
            try:
                result = work()
            except SpoolFull as full:
                self.link(LinkState.HELD_BACK, full.message)
                if self._clock.wait(_FULL_RETRY_SECS):
                    raise
            else:
                break
        if before is not None and before != self._link:
            self.link(*before)
        return result


_TROUBLE = frozenset({LinkState.DOWN, LinkState.HELD_BACK})
