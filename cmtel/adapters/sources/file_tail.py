"""file: one file or all that match a glob, followed; every line exactly once, end to end.

Where reading stands in a file is accepted by the spool in one transaction with the lines before
it (a checkpoint), and a file is known again by id and content (file_identity), not by name:

- renamed (Master.csv -> Master.csv.1): read on by the open handle, or found by its id among its
  neighbours, also after a restart; done when nothing has come for a minute;
- matched by the glob under its new name: the same file, never read again;
- emptied, or its beginning changed: a new generation, read from 0; if a copy was made before
  (copytruncate), what had not been read of the old one is read from the copy;
- several generations while nobody looked: those that carry a rotated name and are younger than
  the last known one are read, too;
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
from typing import BinaryIO

from cmtel.adapters.shared_files import open_shared
from cmtel.adapters.sources.file_finder import FileFinder, Found
from cmtel.adapters.sources.file_identity import PROOF_BYTES, Proof, file_id_of
from cmtel.adapters.sources.file_search import FileSearch
from cmtel.adapters.sources.followed_files import FollowedFiles
from cmtel.adapters.sources.generations import (
    copied,
    is_copy,
    original_name_of,
)
from cmtel.adapters.sources.rollover_pairs import RolloverPairs, is_pair
from cmtel.adapters.sources.tailed_file import NOTHING_READ, OpenHandles, TailedFile
from cmtel.domain.source_address import SourceAddress
from cmtel.errors import SourceError
from cmtel.services.ports import Clock, Intake
from cmtel.services.spool_ports import LinkState

logger = logging.getLogger(__name__)

POLL_SECS = 0.25
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
        rollover: The name of the file beside it that takes its lines when it is emptied, or
            "none"; None: journal.log if its name is day.log.
        max_handles: Handles kept open between rounds; 0 on Windows.
    """

    def __init__(
        self,
        address: SourceAddress,
        clock: Clock,
        *,
        once: bool = False,
        rollover: str | None = None,
        max_handles: int = _MAX_HANDLES,
    ) -> None:
        self._clock = clock
        self._once = once
        self._finder = FileFinder(address.path)
        self._handles = OpenHandles(max_handles)
        self._pairs = RolloverPairs(rollover)
        self._files = FollowedFiles()
        self._fed: dict[TailedFile, None] = {}
        #: What was read of every file in this and earlier runs, followed or not.
        self._known: dict[str, Proof] = {}
        #: Made when it is needed, after each listing.
        self._by_path: dict[str, TailedFile] = {}
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
        marks = intake.checkpoints()
        self._pairs.resume(marks)
        marks = [mark for mark in marks if not is_pair(mark)]
        self._known = {mark.file_id: Proof.of_checkpoint(mark) for mark in marks}
        self._search = FileSearch(self._finder, self._files, self._known, marks)

    def _follow(self) -> None:
        while not self._clock.is_stopping:
            is_more = self.poll()
            if is_more:
                continue
            if self._once and not self._must_list and not self._pairs.is_waiting:
                self._finish()
                return
            self._clock.wait(POLL_SECS)

    def poll(self) -> bool:
        """Look once and read what is new; return whether there may be more at once."""
        now = self._clock.monotonic()
        if self._must_list or self._finder.is_changed(now):
            self._list(now)
        is_more = self._poll_pairs(now)
        for file in self._files.due(now):
            if self._clock.is_stopping:
                return False
            if self._must_list:
                break  # names have changed: earlier generations come first
            if self._files.is_followed(file):
                is_more |= self._look(file, now)
        self._commit()
        return is_more

    # --- which files ---------------------------------------------------------------------------

    def _list(self, now: float) -> None:
        try:
            found = self._finder.find(now)
        except OSError as exc:
            self._must_list = False
            self._tell(LinkState.DOWN, f"{self._finder.folder}: {exc.strerror}")
            return
        self._must_list = False
        is_nothing = not found and not self._files.by_id and not self._pairs
        if self._once and is_nothing:
            raise SourceError(f"No file matches '{self._finder.pattern}'.")
        found = self._without_pairs(found)
        ids = {file.file_id for file in found}
        for file in self._search.lost(ids, now):
            if self._handles.kept(file) is None:
                self._end(file)
        for each in found:
            self._search.take_up(each, now)
        self._by_path = {}
        self._tell_found(found)

    def _without_pairs(self, found: list[Found]) -> list[Found]:
        """Hand files that roll over to their pair and return the others."""
        paths = {file.path for file in found}
        if not self._finder.is_glob:
            paths.add(self._finder.pattern)
        is_glob = self._finder.is_glob
        taken = self._pairs.find(paths, is_glob=is_glob, read_of=self._hand_over)
        ids = {file.file_id for file in found if file.path in taken}
        self._search.forget(ids)
        return [file for file in found if file.path not in taken]

    def _hand_over(self, path: str) -> Proof:
        """Follow a file no more by itself and return what was read of it."""
        found = self._finder.look(path)
        if found is None:
            return NOTHING_READ
        file = self._files.by_id.get(found.file_id)
        if file is not None:
            self._end(file)
        return self._known.get(found.file_id, NOTHING_READ)

    def _poll_pairs(self, now: float) -> bool:
        if not self._pairs:
            return False
        pushed, trouble = self._pairs.poll(self._intake, now, is_last=self._once)
        self._uncommitted_bytes += pushed
        state = LinkState.DOWN if trouble else LinkState.UP
        self._tell(state, trouble or str(self._pairs))
        return pushed > 0

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
        if not handle.closed:
            self._handles.keep(file, handle)
        if file.is_rotated and now - file.changed_at_secs > ROTATED_SECS:
            self._end(file)
        return is_more

    def _open(self, file: TailedFile, now: float) -> BinaryIO | None:
        """Open a file; None if it cannot be, or if its name belongs to another one by now."""
        if self._unreadable.get(file.path, now) > now:
            return None
        try:
            handle = open_shared(file.path)
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
            return
        if file.path not in self._unreadable:
            logger.warning("%s cannot be read: %s", file.path, exc.strerror)
        self._unreadable[file.path] = now + _UNREADABLE_SECS
        self._tell(LinkState.DOWN, f"{file.path}: {exc.strerror}")

    def _read(self, file: TailedFile, handle: BinaryIO, now: float) -> bool:
        status = os.fstat(handle.fileno())
        if (status.st_size, status.st_mtime_ns) == file.seen or self._is_copy(file, handle, now):
            return False
        if status.st_size < file.position_bytes or not file.proof.fits(handle):
            self._handles.drop(file)
            handle.close()
            self._begin_anew(file, now)
            return True
        pushed = file.push(self._intake, handle, _COMMIT_BYTES)
        is_more = pushed >= _COMMIT_BYTES
        file.seen = (-1, -1) if is_more else (status.st_size, status.st_mtime_ns)
        if pushed:
            self._pushed(file, handle, pushed, now)
        elif file.changed_at_secs == file.found_at_secs:
            self._files.cool(file)
        return is_more

    def _pushed(self, file: TailedFile, handle: BinaryIO, count: int, now: float) -> None:
        self._remember(file, handle)
        file.changed_at_secs = now
        self._files.warm(file)
        self._fed.pop(file, None)
        self._fed[file] = None
        self._uncommitted_bytes += count
        self._end_quiet_feeds()
        if self._uncommitted_bytes >= _COMMIT_BYTES:
            self._commit()

    def _remember(self, file: TailedFile, handle: BinaryIO) -> None:
        file.remember(self._intake, handle)
        self._known[file.file_id] = file.proof
        self._uncommitted_bytes += 1

    def _is_copy(self, file: TailedFile, handle: BinaryIO, now: float) -> bool:
        """Return whether a file that nothing was read of is to be left alone, as a copy."""
        if file.is_own or file.position_bytes or file.is_copy_for_good:
            return file.is_copy_for_good
        if not self._by_path:
            self._by_path = {other.path: other for other in self._files.by_id.values()}
        original = original_name_of(file.path, self._by_path.get)
        # With "once" nobody empties the original while we wait.
        at = float("inf") if self._once else now
        if original is not None and is_copy(file, handle, original, at):
            if original.proof.offset_bytes >= PROOF_BYTES and original.proof.fits(handle):
                self._leave_copy(file, handle, original)
            return True
        file.is_own = True
        return False

    def _leave_copy(self, file: TailedFile, handle: BinaryIO, original: TailedFile) -> None:
        """Leave a file alone for good: the checkpoint says that all of it was read."""
        logger.warning("%s is a copy of %s and is not read", file.path, original.path)
        file.is_copy_for_good = True
        file.position_bytes = os.fstat(handle.fileno()).st_size
        file.remember(self._intake, handle, is_complete=True)
        self._uncommitted_bytes += 1

    def _begin_anew(self, file: TailedFile, now: float) -> None:
        """A file was emptied or written anew: go on in its copy, if there is one, and in it."""
        logger.info("%s was emptied or written anew; it is read from its beginning", file.path)
        fresh = TailedFile(file.file_id, file.path, file.name)
        fresh.found_at_secs = fresh.changed_at_secs = now
        fresh.is_rotated, fresh.is_own = file.is_rotated, True
        copy = copied(self._finder, file, self._known)
        if copy is None:
            self._end_feed(file)
            self._files.drop(file)
        else:
            self._go_on_in_copy(file, *copy, now)
            while self._look(file, now) and not self._clock.is_stopping:
                pass
        self._files.add(fresh)
        self._must_list = True

    def _go_on_in_copy(self, file: TailedFile, copy: Found, handle: BinaryIO, now: float) -> None:
        """What was read of the emptied file is the beginning of its copy: it is that file now."""
        unread = self._files.by_id.get(copy.file_id)
        if unread is not None:
            self._end_feed(unread)
            self._handles.drop(unread)
            self._files.drop(unread)
        self._files.rename(file, copy.file_id)
        file.path = copy.path
        self._remember(file, handle)
        self._handles.keep(file, handle)
        self._search.follow_rotated(file, now)
        self._search.find_missed(file.name, now)

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
        self._files.drop(file)

    def _end_feed(self, file: TailedFile) -> None:
        if file.end_feed(self._intake):
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
        for file in list(self._files.by_id.values()):
            self._end(file)
        self._pairs.finish()
        self._intake.commit()
        self._tell(LinkState.ENDED, self._finder.pattern)
        if self._unreadable:
            names = ", ".join(self._unreadable)
            raise SourceError(f"Could not be read: {names}. All else was read to its end.")

    def _commit(self) -> None:
        if self._uncommitted_bytes:
            self._intake.commit()
            self._uncommitted_bytes = 0

    # --- telling -------------------------------------------------------------------------------

    def _tell_found(self, found: list[Found]) -> None:
        if self._pairs:
            return
        if not found:
            self._tell(LinkState.DOWN, f"no file matches {self._finder.pattern}")
        elif not self._unreadable:
            self._tell(LinkState.UP, f"{len(found)} files" if len(found) > 1 else found[0].path)

    def _tell(self, state: LinkState, detail: str) -> None:
        if self._link_told != (state, detail):
            self._link_told = (state, detail)
            self._intake.link(state, detail)
