"""day.log and journal.log as one stream, though lines move from one to the other.

The server writes each call into day.log; at day change or at its start it appends day.log to
journal.log and empties day.log. Seen as one text, journal.log followed by day.log, nothing moves
at all: it only grows at its end. So the state is a place in that text: ``base_bytes`` of
journal.log, then ``day_bytes`` of day.log, with a hash of the lines read of day.log (the block).

1. day.log still begins with what was read of it: it is read on, and journal.log is left alone,
   whatever is appended to it (a roll-over half done looks like that).
2. day.log does not (shorter, other content, gone): it was rolled over. Its block has to stand in
   what journal.log has got behind the base. Everything there that is not the block had not been
   read, be it the rest of that day or whole days in between, and is read now; then the base is
   the end of journal.log. If the block is not there yet (emptied first, appended later), day.log
   waits up to 10 s for it, and journal.log has to stand still for a second.
3. Nothing was read of day.log yet: what journal.log has got is unread, too, but for an end that
   is the beginning of day.log (a roll-over half done): that is read from day.log.
4. The block does not come in 10 s: it is remembered, the loss of order is logged, day.log is
   read, and the block is left out when it turns up after all.

Only whole lines are read, so that no partial line of day.log meets its whole self in journal.log.
If journal.log itself was replaced or cut at its front, its base is behind the last line known of
it, or 0 if that is not in it. All of it is one checkpoint, in one transaction with the lines.

Source: DESIGN.md section 1.2.
"""

from __future__ import annotations

import json
import logging
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import BinaryIO

from cmtel.adapters.shared_files import open_shared
from cmtel.adapters.sources.file_identity import Proof, read_at
from cmtel.adapters.sources.rollover import (
    Block,
    BlockHash,
    Line,
    find_blocks,
    line_hash,
    lines_of,
    overlap_start,
    whole_lines_bytes,
)
from cmtel.adapters.sources.tailed_file import NOTHING_READ
from cmtel.services.ports import Feed, Intake
from cmtel.services.spool_ports import FileCheckpoint

logger = logging.getLogger(__name__)

#: journal.log has to stand still for so long before its new lines count as all there.
SETTLE_SECS = 1.0
#: How long day.log waits for its old lines to turn up in journal.log.
PATIENCE_SECS = 10.0
#: How much is read at a time.
_ROUND_BYTES = 4 * 1024 * 1024
#: Blocks that never turned up are remembered up to this number.
_MAX_BLOCKS = 16


#: How the checkpoint of a pair is told from that of a file.
ROLLOVER_ID = "rollover:"


@dataclass(slots=True)
class _Place:
    """Where reading stands; what a checkpoint holds."""

    day: Proof
    journal: Proof
    journal_last: str = ""
    blocks: list[Block] = field(default_factory=list)

    def note(self, journal_path: str, current: Block) -> str:
        return json.dumps(
            {
                "path": journal_path,
                "current": current,
                "blocks": self.blocks,
                "day": _proof_fields(self.day),
                "journal": _proof_fields(self.journal),
                "journalLast": self.journal_last,
            }
        )


class RolloverPair:
    """Reads day.log and journal.log beside it.

    Args:
        day: Path of the file that is emptied.
        journal: Path of the file that takes its lines.
        journal_read: What was read of journal.log as a file of its own before it had a
            day.log; NOTHING_READ: read it from its beginning; None: take it as read.
    """

    def __init__(self, day: str, journal: str, journal_read: Proof | None) -> None:
        self.day = day
        self.journal = journal
        self.file_id = ROLLOVER_ID + day
        #: Something was seen that cannot be judged yet.
        self.is_waiting = False
        self._journal_read = journal_read
        self._place: _Place | None = None
        self._mark: FileCheckpoint | None = None
        self._current = BlockHash()
        self._feed: Feed | None = None
        self._journal_seen = (-1, 0.0)
        self._waiting_since: float | None = None

    @classmethod
    def resumed(cls, mark: FileCheckpoint) -> RolloverPair:
        """Return the pair that goes on where an earlier run stood."""
        pair = cls(mark.path, json.loads(mark.note)["path"], None)
        pair._mark = mark
        return pair

    def poll(self, intake: Intake, now_secs: float, *, is_last: bool = False) -> int:
        """Read what is new and queue it with a checkpoint; return how many bytes there were.

        With ``is_last`` a line without its end counts.

        Raises:
            OSError: One of the files is there and cannot be read now; nothing was judged.
        """
        self.is_waiting = True
        with ExitStack() as files:
            day, journal = _open(files, self.day), _open(files, self.journal)
            if self._begin(day, journal):
                self._remember(intake)
                return 1
            self._notice_emptied(day, journal, now_secs)
            self._notice_other_journal(journal)
            self.is_waiting = False
            pushed = self._read_journal(intake, journal, day, now_secs)
            if not pushed and not self.is_waiting and day is not None:
                pushed = self._read_day(intake, day, is_last=is_last)
        return pushed

    def finish(self) -> None:
        """End the stream: its decoder finishes."""
        if self._feed is not None:
            self._feed.close()
            self._feed = None

    @property
    def _at(self) -> _Place:
        assert self._place is not None, "polled first"  # noqa: S101  # for the type checker
        return self._place

    def _begin(self, day: BinaryIO | None, journal: BinaryIO | None) -> bool:
        """Find the place to begin at; return whether it is new and has to be remembered."""
        if self._mark is not None:
            mark, self._mark = self._mark, None
            self._take_place(mark, day)
        elif self._place is None:
            self._place = _Place(NOTHING_READ, self._journal_read or NOTHING_READ)
            if journal is not None and self._journal_read is None:
                self._skip_journal(journal, day)
            return True
        return False

    def _take_place(self, mark: FileCheckpoint, day: BinaryIO | None) -> None:
        """Hash again what was read of day.log; if that is gone, its block is to be looked for."""
        note = json.loads(mark.note)
        blocks = [Block(*block) for block in note["blocks"]]
        place = _Place(Proof(*note["day"]), Proof(*note["journal"]), note["journalLast"], blocks)
        self._place = place
        block = Block(*note["current"])
        if day is not None and place.day.fits(day):
            self._current.add(read_at(day, 0, place.day.offset_bytes))
        if self._current.block != block:
            self._close_block(block)

    def _skip_journal(self, journal: BinaryIO, day: BinaryIO | None) -> None:
        """Take journal.log as read, but for an end that day.log still has."""
        size = _size(journal)
        begin = max(size - _overlap_bytes(day), 0)
        data = read_at(journal, begin, size - begin)
        lines = list(lines_of(data[: whole_lines_bytes(data)]))
        start = overlap_start(lines, _day_lines(day))
        base = lines[start].start if start < len(lines) else whole_lines_bytes(data)
        self._move_base(journal, begin + base, lines[start - 1].text if start else b"")

    # --- what has happened ---------------------------------------------------------------------

    def _notice_emptied(
        self, day: BinaryIO | None, journal: BinaryIO | None, now_secs: float
    ) -> None:
        place = self._at
        if not place.day.offset_bytes or (day is not None and place.day.fits(day)):
            return
        has_grown = journal is not None and _size(journal) != place.journal.offset_bytes
        if day is None and not has_grown:
            return  # it may only be out of sight
        logger.info("%s was rolled over", self.day)
        self._close_block(self._current.block)
        self._waiting_since = now_secs

    def _close_block(self, block: Block) -> None:
        if block.line_count:
            self._at.blocks = [*self._at.blocks, block][-_MAX_BLOCKS:]
        self._current = BlockHash()
        self._at.day = NOTHING_READ

    def _notice_other_journal(self, journal: BinaryIO | None) -> None:
        if journal is None or self._at.journal.fits(journal):
            return
        base, last = 0, b""
        for line in lines_of(read_at(journal, 0, _size(journal))):
            if line_hash(line.text) == self._at.journal_last:
                base, last = line.end, line.text
        logger.warning("%s was replaced or cut; it is read from byte %d", self.journal, base)
        self._move_base(journal, base, last)

    # --- reading -------------------------------------------------------------------------------

    def _read_journal(
        self, intake: Intake, journal: BinaryIO | None, day: BinaryIO | None, now_secs: float
    ) -> int:
        place = self._at
        if place.day.offset_bytes and not place.blocks:
            return 0
        has_grown = journal is not None and _size(journal) > place.journal.offset_bytes
        if not has_grown or journal is None:
            self._wait_for_blocks(now_secs)
            return 0
        if not self._is_settled(_size(journal), now_secs):
            self.is_waiting = True
            return 0
        if not place.blocks:
            return self._read_appended(intake, journal, day)
        return self._read_around_blocks(intake, journal, day, now_secs)

    def _is_settled(self, size_bytes: int, now_secs: float) -> bool:
        if self._journal_seen[0] != size_bytes:
            self._journal_seen = (size_bytes, now_secs)
        return now_secs - self._journal_seen[1] >= SETTLE_SECS

    def _wait_for_blocks(self, now_secs: float) -> None:
        """Hold day.log back for a while if lines read of its predecessor have not turned up."""
        if not self._at.blocks or self._at.day.offset_bytes:
            return
        if self._waiting_since is None:
            self._waiting_since = now_secs
        self.is_waiting = now_secs - self._waiting_since < PATIENCE_SECS
        if not self.is_waiting and self._waiting_since >= 0:
            logger.error(
                "the lines of %s have not turned up in %s; lines that were not read may follow"
                " later, out of order",
                self.day,
                self.journal,
            )
            self._waiting_since = float("-inf")

    def _read_appended(self, intake: Intake, journal: BinaryIO, day: BinaryIO | None) -> int:
        """Nothing of day.log was read: read journal.log on, up to what day.log still has."""
        base = self._at.journal.offset_bytes
        unread = _size(journal) - base
        is_end = unread <= _ROUND_BYTES + _overlap_bytes(day)
        data = read_at(journal, base, unread if is_end else _ROUND_BYTES)
        data = data[: whole_lines_bytes(data)]
        lines = list(lines_of(data))
        start = overlap_start(lines, _day_lines(day)) if is_end else len(lines)
        end = lines[start].start if start < len(lines) else len(data)
        if not end:
            return 0
        self._push(intake, data[:end])
        self._move_base(journal, base + end, lines[start - 1].text if start else b"")
        self._remember(intake)
        return end

    def _read_around_blocks(
        self, intake: Intake, journal: BinaryIO, day: BinaryIO | None, now_secs: float
    ) -> int:
        """Leave out of journal.log what was read as day.log, and read the rest."""
        place, base = self._at, self._at.journal.offset_bytes
        data = read_at(journal, base, _size(journal) - base)
        data = data[: whole_lines_bytes(data)]
        lines = list(lines_of(data))
        found, missing = find_blocks(lines, place.blocks)
        if not found or (missing and missing[-1] == place.blocks[-1]):
            self._wait_for_blocks(now_secs)
            return 0
        read_lines = {number for start, end in found for number in range(start, end)}
        last = found[-1][1]
        stop = last + overlap_start(lines[last:], _day_lines(day))
        unread = [line for n, line in enumerate(lines[:stop]) if n not in read_lines]
        self._push(intake, b"".join(data[line.start : line.end] for line in unread))
        end = lines[stop].start if stop < len(lines) else len(data)
        place.blocks, self._waiting_since = [], None
        self._move_base(journal, base + end, lines[stop - 1].text)
        self._remember(intake)
        return max(end, 1)

    def _read_day(self, intake: Intake, day: BinaryIO, *, is_last: bool) -> int:
        offset = self._at.day.offset_bytes
        data = read_at(day, offset, _ROUND_BYTES)
        whole = whole_lines_bytes(data)
        is_endless = not whole and len(data) == _ROUND_BYTES
        if not is_endless and not (is_last and len(data) < _ROUND_BYTES):
            data = data[:whole]
        if not data or not self._at.day.fits(day):
            return 0  # emptied while it was read: the next look will tell
        self._push(intake, data)
        self._current.add(data)
        self._at.day = Proof.of(day, offset + len(data), offset + len(data))
        self._remember(intake)
        return len(data)

    def _push(self, intake: Intake, data: bytes) -> None:
        if data:
            self._opened(intake).push(data)

    def _opened(self, intake: Intake) -> Feed:
        if self._feed is None:
            self._feed = intake.open_feed(input_id=self.file_id)
        return self._feed

    def _move_base(self, journal: BinaryIO, base_bytes: int, last: bytes) -> None:
        self._at.journal = Proof.of(journal, base_bytes, base_bytes)
        if last or not base_bytes:
            self._at.journal_last = line_hash(last) if last else ""

    def _remember(self, intake: Intake) -> None:
        place = self._at
        self._opened(intake).checkpoint(
            file_id=self.file_id,
            path=self.day,
            fingerprint=place.day.head,
            fingerprint_bytes=place.day.head_bytes,
            offset_bytes=place.day.offset_bytes,
            note=place.note(self.journal, self._current.block),
        )


def _open(files: ExitStack, path: str) -> BinaryIO | None:
    """Return a file, open; None if the folder is there and the file is not."""
    try:
        return files.enter_context(open_shared(path))
    except FileNotFoundError:
        os.stat(os.path.dirname(path) or os.curdir)  # noqa: PTH116, PTH120  # may raise
        return None


def _size(handle: BinaryIO) -> int:
    return os.fstat(handle.fileno()).st_size


def _overlap_bytes(day: BinaryIO | None) -> int:
    """Return in how many last bytes of journal.log all of day.log fits, with longer line ends."""
    return 0 if day is None else 2 * _size(day) + 65_536


def _day_lines(day: BinaryIO | None) -> list[Line]:
    if day is None:
        return []
    data = read_at(day, 0, _size(day))
    return list(lines_of(data))


def _proof_fields(proof: Proof) -> tuple[str, int, str, int, int]:
    return (proof.head, proof.head_bytes, proof.tail, proof.tail_bytes, proof.offset_bytes)
