"""file with ``then``: a folder of files of one call (or a few) each, taken whole, exactly once.

A file is taken when it has not changed for a while; its records and the fact that it was taken are
accepted in one transaction; only then it is deleted or moved, if that is wanted. A crash in
between is met at the next start: what was taken and is still there is deleted or moved, not read.

What was taken is remembered in pages, one checkpoint each, with a line for each file: its id,
size, time of change, name, and a hash of its content. With ``keep`` a page is written until it is
full; with ``delete`` and ``move`` there is one page, of the last batch and of what would not go.

The same file is known again by its id, size and time (renamed), or by its path and content (copied
over itself); three files with the same content are three files.

A round lists the folder once and opens only what it does not know. With 100,000 files that stay, a
listing takes a while; then the rests between listings are longer, too.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from cmtel.adapters.sources.file_finder import FileFinder, Found
from cmtel.adapters.sources.file_identity import Proof, file_id_of
from cmtel.adapters.sources.generations import open_same
from cmtel.domain.source_address import SourceAddress
from cmtel.errors import SourceError
from cmtel.services.ports import Clock, Feed, Intake
from cmtel.services.spool_ports import FileCheckpoint, LinkState

logger = logging.getLogger(__name__)

DEFAULT_SETTLE_SECS = 2.0
_POLL_SECS = 0.5
#: A listing is followed by a rest so many times as long.
_REST = 4
#: The clocks of a file server and of this machine may differ by so much.
_CLOCK_SECS = 60.0
#: How the checkpoints of pages are called.
_PAGE = "page "
#: Files taken with one sync, and how many bytes of them.
_BATCH_FILES = 1_000
_BATCH_BYTES = 8 << 20
#: A page of ``keep`` is written again until it has so many files.
_PAGE_FILES = 200
#: Larger ones are no files of a call each.
_MAX_FILE_BYTES = 64 << 20


class Taken(NamedTuple):
    """A file whose records are accepted."""

    file_id: str
    size_bytes: int
    mtime_ns: int
    path: str
    digest: str

    def is_still(self, found: Found) -> bool:
        """Return whether a file that was found is this one, under whatever name."""
        return (self.file_id, self.size_bytes, self.mtime_ns) == (
            found.file_id, found.size_bytes, found.mtime_ns,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What becomes of a file that was taken: it is kept, deleted, or moved into a folder."""

    is_kept: bool = True
    folder: str | None = None


class FileFolder:
    """Source: the files that match a path or glob, each taken whole.

    Args:
        settle_secs: How long a file must not have changed.
        once: End when all files that are there are taken; none is waited for.
    """

    def __init__(
        self, address: SourceAddress, clock: Clock, afterwards: Afterwards, *,
        settle_secs: float = DEFAULT_SETTLE_SECS, once: bool = False,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._afterwards = afterwards
        self._settle_secs = settle_secs
        self._once = once
        self._finder = FileFinder(address.path)
        self._by_path: dict[str, Taken] = {}
        self._by_id: dict[str, Taken] = {}
        self._page: list[Taken] = []
        self._page_number = 0
        #: Files that are not quiet yet: how they looked, and since when (monotonic).
        self._restless: dict[str, tuple[Found, float]] = {}
        self._rests_until = 0.0
        #: What was read of files while this source followed them line by line.
        self._tailed: dict[str, Proof] = {}
        self._told: set[str] = set()

    def run(self, intake: Intake) -> None:
        """Take files until the clock is stopping or, with ``once``, until all are taken.

        Raises:
            SourceError: There is no such folder, or none to move files into.
        """
        self._finder.check()
        self._check_target()
        self._intake = intake
        self._feed = intake.open_feed(input_id="files")
        self._recall(intake.checkpoints())
        while not self._clock.is_stopping:
            self._round()
            if self._once:
                break
            self._clock.wait(_POLL_SECS)
        self._intake.link(LinkState.ENDED, self._finder.pattern)

    def _round(self) -> None:
        """Take what is ready."""
        began = self._clock.monotonic()
        if began < self._rests_until or not (self._restless or self._finder.is_changed(began)):
            return
        try:
            found = self._finder.find(began)
        except OSError as exc:
            self._intake.link(LinkState.DOWN, f"{self._finder.folder}: {exc.strerror}")
            return
        self._rests_until = began + _REST * (self._clock.monotonic() - began)
        self._intake.link(LinkState.UP, self._finder.pattern)
        ready = (file for file in found if not self._is_known(file) and self._is_ready(file, began))
        while (batch := list(islice(ready, _BATCH_FILES))) and not self._clock.is_stopping:
            self._take(batch)
        self._restless = {f.path: self._restless[f.path] for f in found if f.path in self._restless}

    # --- what was taken ------------------------------------------------------------------------

    def _recall(self, marks: Sequence[FileCheckpoint]) -> None:
        pages = {int(m.file_id[len(_PAGE) :]): m for m in marks if m.file_id.startswith(_PAGE)}
        for number in sorted(pages):
            self._page_number = number
            self._page = [Taken(*line) for line in json.loads(pages[number].note)["files"]]
            for taken in self._page:
                self._know(taken)
        tailed = [mark for mark in marks if mark not in pages.values()]
        self._tailed = {mark.file_id: Proof.of_checkpoint(mark) for mark in tailed}
        if not self._afterwards.is_kept:
            self._put_away(self._page)

    def _know(self, taken: Taken) -> None:
        self._by_path[taken.path] = self._by_id[taken.file_id] = taken

    def _is_known(self, found: Found) -> bool:
        by_id = self._by_id.get(found.file_id)
        if by_id is not None and by_id.is_still(found):
            return True
        if found.file_id in self._tailed:
            return self._was_tailed(found)
        by_path = self._by_path.get(found.path)
        return by_path is not None and self._is_same(by_path, found)

    def _is_same(self, taken: Taken, found: Found) -> bool:
        """Whether a file under a known name begins with what was taken: it is no new one."""
        data = self._read(found)
        if data is None or _digest(data[: taken.size_bytes]) != taken.digest:
            return False
        if len(data) > taken.size_bytes:
            self._tell_once(found.path, "has grown after it was taken; the rest is not read")
        self._know(_taken(found, taken.digest))
        return True

    def _was_tailed(self, found: Found) -> bool:
        handle = open_same(found)
        if handle is None:
            return True
        with handle:
            return self._tailed[found.file_id].fits(handle)

    # --- taking --------------------------------------------------------------------------------

    def _is_ready(self, found: Found, now: float) -> bool:
        if not found.size_bytes:
            return False
        if found.size_bytes > _MAX_FILE_BYTES:
            self._tell_once(found.path, f"has more than {_MAX_FILE_BYTES >> 20} MB; it is left")
            return False
        age_secs = self._clock.now().timestamp() - found.mtime_ns / 1e9
        if self._once or age_secs >= self._settle_secs + _CLOCK_SECS:
            return True
        before, since = self._restless.get(found.path, (None, now))
        if before != found:
            since = now
        self._restless[found.path] = found, since
        return now - since >= self._settle_secs

    def _take(self, batch: Sequence[Found]) -> None:
        """Accept a batch of files, in one transaction or a few, and put them away."""
        taken: list[Taken] = []
        held_bytes = 0
        for found in batch:
            data = self._read(found)
            self._restless.pop(found.path, None)
            if data is None:
                continue
            self._feed.push(data)
            self._feed.end()
            taken.append(_taken(found, _digest(data)))
            held_bytes += len(data)
            if held_bytes >= _BATCH_BYTES:
                self._accept(taken)
                taken, held_bytes = [], 0
        if taken:
            self._accept(taken)

    def _accept(self, taken: list[Taken]) -> None:
        if self._afterwards.is_kept and len(self._page) >= _PAGE_FILES:
            self._page, self._page_number = [], self._page_number + 1
        self._page = [*self._page, *taken]
        _remember(self._feed, self._page_number, self._page)
        self._intake.commit()
        for file in taken:
            self._know(file)
        if not self._afterwards.is_kept:
            self._put_away(self._page)

    def _read(self, found: Found) -> bytes | None:
        """Return the content of a file; None if it cannot be read, or has become another one."""
        try:
            with open(found.path, "rb", buffering=0) as handle:  # noqa: PTH123  # raw, and fast
                data = handle.read()
                status = os.fstat(handle.fileno())
        except OSError as exc:
            if not isinstance(exc, FileNotFoundError):
                self._tell_once(found.path, f"cannot be read: {exc.strerror}")
            return None
        is_same = file_id_of(status) == found.file_id and len(data) == found.size_bytes
        return data if is_same and status.st_mtime_ns == found.mtime_ns else None

    # --- putting away --------------------------------------------------------------------------

    def _put_away(self, page: Sequence[Taken]) -> None:
        """Delete or move what was taken; what will not go is remembered, and not taken again."""
        self._page = []
        for taken in page:
            found = self._finder.look(taken.path)
            if found is not None and taken.is_still(found) and not self._has_gone(taken.path):
                self._page.append(taken)
            else:
                self._by_path.pop(taken.path, None)
                self._by_id.pop(taken.file_id, None)

    def _has_gone(self, path: str) -> bool:
        try:
            if self._afterwards.folder is None:
                Path(path).unlink()
            else:
                shutil.move(path, _free_name(self._target, Path(path).name))
        except OSError as exc:
            self._tell_once(path, f"was taken and cannot be put away: {exc.strerror}")
            return False
        return True

    def _check_target(self) -> None:
        folder = self._afterwards.folder
        if folder is None:
            return
        self._target = Path(self._finder.folder, folder)
        try:
            self._target.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise SourceError(
                f"The folder '{self._target}' for files that were taken cannot be made:"
                f" {exc.strerror}.",
                hint="Make it, or name another one (then=move:DIR).",
            ) from exc

    def _tell_once(self, path: str, what: str) -> None:
        if path not in self._told:
            self._told.add(path)
            logger.warning("%s %s", path, what)


def _remember(feed: Feed, number: int, page: Sequence[Taken]) -> None:
    feed.checkpoint(
        file_id=f"{_PAGE}{number}", path="", fingerprint="", fingerprint_bytes=0, offset_bytes=0,
        note=json.dumps({"files": page, "input": ""}),
    )  # fmt: skip


def _taken(found: Found, digest: str) -> Taken:
    return Taken(found.file_id, found.size_bytes, found.mtime_ns, found.path, digest)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _free_name(folder: Path, name: str) -> Path:
    """Return ``name`` in ``folder``, with a number if there is one of that name already."""
    return next(path for path in _names(folder, name) if not path.exists())


def _names(folder: Path, name: str) -> Iterator[Path]:
    yield folder / name
    number = 1
    while True:
        yield folder / f"{name}.{number}"
        number += 1
