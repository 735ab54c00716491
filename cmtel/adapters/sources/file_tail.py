"""file: one file or all that match a glob, followed; every line exactly once, end to end.

Where reading stands in a file is accepted by the spool in one transaction with the lines before
it (a checkpoint), and a file is known again by id and content (file_identity), not by name:

- renamed (Master.csv -> Master.csv.1): read on by the open handle, or found by its id among its
  neighbours, also after a restart; done when nothing has come for a minute;
- matched by the glob under its new name: the same file, never read again;
- emptied, or its beginning changed: a new generation, read from 0;
- deleted: what the open handle still has is read; replaced: both of the above.

A partial last line waits for the rest; after a restart it is read again, because the offset lies
before it. With ``once`` a file ends at the size that it has when that is reached, and its last
line counts without a line end.

Files are looked at every 250 ms by stat alone: those that changed in the last minute each time,
the others in turn, each at least every 2 s. On Windows a file is open only while it is read.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from typing import BinaryIO

from cmtel.adapters.sources.file_finder import FileFinder, Found
from cmtel.adapters.sources.file_identity import Proof, file_id_of
from cmtel.adapters.sources.tailed_file import NOTHING_READ, OpenHandles, TailedFile
from cmtel.domain.source_address import SourceAddress
from cmtel.errors import SourceError
from cmtel.services.ports import Clock, Intake, LinkState

logger = logging.getLogger(__name__)

POLL_SECS = 0.25
#: A file that changed in this time is looked at in every round ...
_HOT_SECS = 60.0
#: ... the others in one of so many rounds (2 s).
_COLD_ROUNDS = 8
#: A file that lost its name is done when it has been quiet for so long: programs write on into
#: the old file until they are told to open the new one.
ROTATED_SECS = 60.0
#: How much of one file is read before the next one has its turn, and before a commit.
_COMMIT_BYTES = 4 * 1024 * 1024
#: Decoders are held for so many files; the one quiet longest is ended first.
_MAX_FEEDS = 256
#: Handles kept between rounds.
_MAX_HANDLES = 0 if os.name == "nt" else 64
#: A file that cannot be opened is tried again after this.
_UNREADABLE_SECS = 5.0


class FileTail:
    """Source: follows a path or glob.

    Args:
        address: Its path; a name that exists as it stands is no glob.
        once: End when all is read that is there.
        max_handles: Handles kept open between rounds; 0 on Windows.
    """

    def __init__(
        self,
        address: SourceAddress,
        clock: Clock,
        *,
        once: bool = False,
        max_handles: int = _MAX_HANDLES,
    ) -> None:
        self._clock = clock
        self._once = once
        self._finder = FileFinder(address.path)
        self._handles = OpenHandles(max_handles)
        #: Every file that is followed, by its id; the hot ones; those that lost their name.
        self._live: dict[str, TailedFile] = {}
        self._hot: dict[TailedFile, None] = {}
        self._rotated: dict[TailedFile, None] = {}
        self._fed: dict[TailedFile, None] = {}
        #: What was read of every file in this and earlier runs, followed or not.
        self._known: dict[str, Proof] = {}
        self._turn: Iterator[TailedFile] = iter(())
        self._must_list = True
        self._unreadable: dict[str, float] = {}
        self._uncommitted_bytes = 0
        self._link_told: tuple[LinkState, str] | None = None

    def run(self, intake: Intake) -> None:
        """Follow until the clock is stopping or, with ``once``, until all is read.

        Raises:
            SourceError: There is no such folder or, with ``once``, no such file.
        """
        self._finder.check()
        self._start(intake)
        try:
            self._follow()
        finally:
            self._handles.close()

    def _start(self, intake: Intake) -> None:
        self._intake = intake
        self._checkpoints = {mark.file_id: mark for mark in intake.checkpoints()}
        self._known = {
            file_id: Proof.of_checkpoint(mark) for file_id, mark in self._checkpoints.items()
        }

    def _follow(self) -> None:
        while not self._clock.is_stopping:
            is_more = self.poll()
            if is_more:
                continue
            if self._once:
                self._finish()
                return
            self._clock.wait(POLL_SECS)

    def poll(self) -> bool:
        """Look once and read what is new; return whether there may be more at once."""
        now = self._clock.monotonic()
        if self._must_list or self._finder.is_changed(now):
            self._list(now)
        is_more = False
        for file in [*self._rotated, *self._due(now)]:
            if self._clock.is_stopping:
                return False
            is_more |= self._look(file, now)
        self._commit()
        return is_more or self._must_list

    # --- which files ---------------------------------------------------------------------------

    def _list(self, now: float) -> None:
        try:
            found = self._finder.find(now)
        except OSError as exc:
            self._must_list = False
            self._tell(LinkState.DOWN, f"{self._finder.folder}: {exc.strerror}")
            return
        is_first, self._must_list = not self._live, False
        if self._once and is_first and not found:
            raise SourceError(f"No file matches '{self._finder.pattern}'.")
        ids = {file.file_id for file in found}
        if is_first:
            self._resume_renamed(ids)
        for file in [file for file in self._live.values() if file.file_id not in ids]:
            if not file.is_rotated:
                self._lose_name(file)
        for each in found:
            self._take_up(each)
        self._tell_found(found)

    def _take_up(self, found: Found) -> None:
        file = self._live.get(found.file_id)
        if file is None:
            proof = self._known.get(found.file_id, NOTHING_READ)
            file = TailedFile(found.file_id, found.path, proof, proof.offset_bytes)
            self._live[found.file_id] = file
            self._hot[file] = None
        file.path = found.path
        if file.is_rotated:
            file.is_rotated = False
            self._rotated.pop(file, None)
            self._hot[file] = None

    def _lose_name(self, file: TailedFile) -> None:
        self._hot.pop(file, None)
        neighbour = self._neighbour(file)
        if neighbour is None and self._handles.kept(file) is None:
            self._end(file)
            return
        if neighbour is not None:
            logger.info("%s is now %s and is read to its end", file.path, neighbour.path)
            file.path = neighbour.path
        file.is_rotated = True
        file.changed_at_secs = self._clock.monotonic()
        file.seen = (-1, -1)
        self._rotated[file] = None

    def _resume_renamed(self, ids: set[str]) -> None:
        """Find files that were renamed while nobody looked and have something unread."""
        for mark in self._checkpoints.values():
            if mark.file_id in ids:
                continue
            proof = self._known[mark.file_id]
            file = TailedFile(mark.file_id, mark.path, proof, proof.offset_bytes)
            neighbour = self._neighbour(file)
            if neighbour is not None and neighbour.size_bytes > proof.offset_bytes:
                file.path = neighbour.path
                self._resume_rotated(file)
        self._checkpoints = {}

    def _resume_rotated(self, file: TailedFile) -> None:
        handle = self._open(file, self._clock.monotonic())
        if handle is None:
            return
        if not file.proof.fits(handle):
            handle.close()
            return
        file.is_rotated = True
        file.changed_at_secs = self._clock.monotonic()
        self._live[file.file_id] = file
        self._rotated[file] = None
        self._handles.keep(file, handle)

    def _neighbour(self, file: TailedFile) -> Found | None:
        """Return the file in the same folder that has the id, whatever its name."""
        for neighbour in self._finder.neighbours(file.path):
            if neighbour.file_id == file.file_id:
                return neighbour
        return None

    def _due(self, now: float) -> list[TailedFile]:
        """Return the hot files and the next ones of the others."""
        for file in [
            f for f in self._hot if now - f.changed_at_secs > _HOT_SECS and f.seen[0] >= 0
        ]:
            del self._hot[file]
        due = list(self._hot)
        for _ in range(-(-len(self._live) // _COLD_ROUNDS)):
            cold = next(self._turn, None)
            if cold is None:
                self._turn = iter(list(self._live.values()))
                break
            if cold not in self._hot and not cold.is_rotated and cold.file_id in self._live:
                due.append(cold)
        return due

    # --- reading -------------------------------------------------------------------------------

    def _look(self, file: TailedFile, now: float) -> bool:
        """Read what is new in one file; return whether there is more."""
        if not file.is_rotated:
            found = self._finder.look(file.path)
            if found is None or found.file_id != file.file_id:
                self._must_list = True
                return False
            if (found.size_bytes, found.mtime_ns) == file.seen:
                return False
        handle = self._handles.kept(file) or self._open(file, now)
        if handle is None:
            return False
        is_more = self._read(file, handle, now)
        self._handles.keep(file, handle)
        if file.is_rotated and now - file.changed_at_secs > ROTATED_SECS:
            self._end(file)
        return is_more

    def _open(self, file: TailedFile, now: float) -> BinaryIO | None:
        """Open a file; None if it cannot be, or if its name belongs to another one by now."""
        if self._unreadable.get(file.path, now) > now:
            return None
        try:
            handle = open(file.path, "rb", buffering=0)  # noqa: PTH123, SIM115  # raw; kept
        except OSError as exc:
            self._refused(file, exc, now)
            return None
        if self._unreadable.pop(file.path, None) is not None:
            logger.info("%s can be read again", file.path)
        if file_id_of(os.fstat(handle.fileno())) != file.file_id:
            handle.close()
            self._must_list = True
            return None
        return handle

    def _refused(self, file: TailedFile, exc: OSError, now: float) -> None:
        if isinstance(exc, FileNotFoundError):
            self._must_list = True
            if file.is_rotated:
                self._end(file)
            return
        if file.path not in self._unreadable:
            logger.warning("%s cannot be read: %s", file.path, exc.strerror)
        self._unreadable[file.path] = now + _UNREADABLE_SECS
        self._tell(LinkState.DOWN, f"{file.path}: {exc.strerror}")

    def _read(self, file: TailedFile, handle: BinaryIO, now: float) -> bool:
        status = os.fstat(handle.fileno())
        if (status.st_size, status.st_mtime_ns) == file.seen:
            return False
        if status.st_size < file.position_bytes or not file.proof.fits(handle):
            self._begin_anew(file)
        pushed = file.push(self._intake, handle, _COMMIT_BYTES)
        is_more = pushed >= _COMMIT_BYTES
        file.seen = (-1, -1) if is_more else (status.st_size, status.st_mtime_ns)
        if pushed:
            self._pushed(file, handle, pushed, now)
        elif file.changed_at_secs == 0.0:
            self._hot.pop(file, None)
        return is_more

    def _pushed(self, file: TailedFile, handle: BinaryIO, count: int, now: float) -> None:
        file.remember(self._intake, handle)
        self._known[file.file_id] = file.proof
        file.changed_at_secs = now
        if not file.is_rotated:
            self._hot[file] = None
        self._fed.pop(file, None)
        self._fed[file] = None
        self._uncommitted_bytes += count
        self._end_quiet_feeds()
        if self._uncommitted_bytes >= _COMMIT_BYTES:
            self._commit()

    def _begin_anew(self, file: TailedFile) -> None:
        logger.info("%s was emptied or written anew; it is read from its beginning", file.path)
        self._end_feed(file)
        file.proof = NOTHING_READ
        file.position_bytes = 0

    # --- ends ----------------------------------------------------------------------------------

    def _end(self, file: TailedFile) -> None:
        """Stop following a file that is gone or done; a partial last line counts."""
        handle = self._handles.kept(file)
        if file.feed is not None and file.feed.pending_bytes:
            if handle is not None:
                file.remember(self._intake, handle, is_complete=True)
            else:
                file.remember_complete()
            self._known[file.file_id] = file.proof
        self._end_feed(file)
        self._handles.drop(file)
        self._live.pop(file.file_id, None)
        self._hot.pop(file, None)
        self._rotated.pop(file, None)

    def _end_feed(self, file: TailedFile) -> None:
        if file.feed is not None:
            file.end_feed()
            self._uncommitted_bytes += 1
        self._fed.pop(file, None)

    def _end_quiet_feeds(self) -> None:
        """Decoders cost memory: end those quiet longest, if no partial line waits in them."""
        if len(self._fed) <= _MAX_FEEDS:
            return
        for file in list(self._fed)[: len(self._fed) - _MAX_FEEDS]:
            if file.feed is not None and not file.feed.pending_bytes:
                self._end_feed(file)

    def _finish(self) -> None:
        for file in list(self._live.values()):
            handle = self._handles.kept(file)
            self._end(file)
            if handle is not None:
                handle.close()
        self._commit()
        self._tell(LinkState.ENDED, self._finder.pattern)

    def _commit(self) -> None:
        if self._uncommitted_bytes:
            self._intake.commit()
            self._uncommitted_bytes = 0

    # --- telling -------------------------------------------------------------------------------

    def _tell_found(self, found: list[Found]) -> None:
        if not found:
            self._tell(LinkState.DOWN, f"no file matches {self._finder.pattern}")
        elif not self._unreadable:
            self._tell(LinkState.UP, f"{len(found)} files" if len(found) > 1 else found[0].path)

    def _tell(self, state: LinkState, detail: str) -> None:
        if self._link_told != (state, detail):
            self._link_told = (state, detail)
            self._intake.link(state, detail)
