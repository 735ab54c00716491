"""Going after the files of a tail: those that match now, and those that have gone elsewhere."""

from __future__ import annotations

import logging
import os
from collections.abc import Container, Iterable, Mapping, Sequence

from cmtel.adapters.sources.file_finder import FileFinder, Found
from cmtel.adapters.sources.file_identity import Proof
from cmtel.adapters.sources.followed_files import FollowedFiles
from cmtel.adapters.sources.generations import is_generation, missed, open_same
from cmtel.adapters.sources.tailed_file import NOTHING_READ, TailedFile, input_id_of
from cmtel.services.spool_ports import FileCheckpoint

logger = logging.getLogger(__name__)


class FileSearch:
    """Puts into the books of FollowedFiles what has to be followed, where it is now.

    Args:
        known: What was read of every file, by id; the owner keeps it up to date.
        marks: The checkpoints of earlier runs.
    """

    def __init__(
        self,
        finder: FileFinder,
        files: FollowedFiles,
        known: Mapping[str, Proof],
        marks: Sequence[FileCheckpoint],
    ) -> None:
        self._finder = finder
        self._files = files
        self._known = known
        #: Not yet gone after.
        self._marks = marks
        #: Inputs that earlier runs left open, by the id of their file.
        self._inputs = {mark.file_id: input_id_of(mark) for mark in marks}

    def forget(self, ids: Container[str]) -> None:
        """Do not go after these files of earlier runs."""
        self._marks = [mark for mark in self._marks if mark.file_id not in ids]

    def take_up(self, found: Found, now_secs: float) -> TailedFile:
        """Follow a file where it was found, from where reading stands in it."""
        file = self._files.by_id.get(found.file_id)
        if file is None:
            proof = self._known.get(found.file_id, NOTHING_READ)
            file = TailedFile(found.file_id, found.path, found.path, proof, proof.offset_bytes)
            file.input_id = self._inputs.pop(found.file_id, "")
            file.found_at_secs = file.changed_at_secs = now_secs
            self._files.add(file)
        if file.path != found.path:  # renamed: its last lines come before those of newer files
            file.path, file.changed_at_secs = found.path, now_secs
            self._files.warm(file)
        if file.is_rotated:
            file.name = found.path
            self._files.mark_rotated(file, is_rotated=False)
        return file

    def follow_rotated(self, file: TailedFile, now_secs: float) -> None:
        """Follow a file that has lost its name until it is quiet."""
        file.changed_at_secs = now_secs
        file.seen = (-1, -1)
        self._files.mark_rotated(file, is_rotated=True)

    def lost(self, ids: set[str], now_secs: float) -> list[TailedFile]:
        """Go after files that are not among ``ids``, of this run and of earlier ones.

        Those that were renamed are followed under their new names. Returned are those that no
        name leads to, though an open handle may: those of this run are followed as rotated,
        those of earlier runs have an input that nobody has ended.
        """
        gone = [file for file in self._files.by_id.values() if file.file_id not in ids]
        lost = [file for file in gone if not file.is_rotated or not self._is_in_place(file)]
        marks, self._marks = self._marks, []
        if not lost and not marks:
            self._look_for_missed(ids, now_secs)
            return []
        names = {file.name for file in lost} | {mark.path for mark in marks}
        if not self._finder.is_glob:
            names.add(self._finder.pattern)
        neighbours = self._neighbours(names)
        for file in lost:
            self._lose_name(file, neighbours.get(file.file_id), now_secs)
        renamed = [mark for mark in marks if mark.file_id in neighbours.keys() - ids]
        for mark in sorted(renamed, key=lambda mark: neighbours[mark.file_id].mtime_ns):
            self._resume_renamed(mark.path, neighbours[mark.file_id], now_secs)
        self._take_up_missed(names, ids, list(neighbours.values()), now_secs)
        gone_before = [self._of_mark(m) for m in marks if m.file_id not in ids | neighbours.keys()]
        return [
            *[file for file in lost if file.file_id not in neighbours],
            *[file for file in gone_before if file.input_id],
        ]

    def _of_mark(self, mark: FileCheckpoint) -> TailedFile:
        proof = self._known[mark.file_id]
        file = TailedFile(mark.file_id, mark.path, mark.path, proof, proof.offset_bytes)
        file.input_id = self._inputs.pop(mark.file_id, "")
        return file

    def find_missed(self, name: str, now_secs: float) -> None:
        """Follow generations of ``name`` that came and went while nobody looked."""
        self._take_up_missed([name], set(), list(self._finder.neighbours(name)), now_secs)

    def _look_for_missed(self, ids: set[str], now_secs: float) -> None:
        """A lone file may have come and gone; for a glob that would cost a stat of every file."""
        if not self._finder.is_glob:
            path = self._finder.pattern
            stem = os.path.splitext(os.path.split(path)[1])[0]  # noqa: PTH122  # text is enough
            self._take_up_missed([path], ids, list(self._finder.neighbours(path, stem)), now_secs)

    def _is_in_place(self, file: TailedFile) -> bool:
        found = self._finder.look(file.path)
        return found is not None and found.file_id == file.file_id

    def _neighbours(self, paths: Iterable[str]) -> dict[str, Found]:
        """Return all files of the folders of ``paths`` by id."""
        one_each = {os.path.split(path)[0]: path for path in paths}
        return {
            found.file_id: found
            for path in one_each.values()
            for found in self._finder.neighbours(path)
        }

    def _lose_name(self, file: TailedFile, neighbour: Found | None, now_secs: float) -> None:
        if neighbour is not None:
            logger.info("%s is now %s and is read to its end", file.path, neighbour.path)
            file.path = neighbour.path
        if not file.is_rotated:
            self.follow_rotated(file, now_secs)

    def _resume_renamed(self, name: str, found: Found, now_secs: float) -> None:
        """Read on in a file that was renamed while nobody looked, if it has something unread."""
        handle = open_same(found)
        if handle is None:
            return
        proof = self._known[found.file_id]
        with handle:
            is_same = proof.fits(handle)
        is_over = found.size_bytes == proof.offset_bytes and not self._inputs.get(found.file_id)
        if (is_same and is_over) or not (is_same or is_generation(found.path, name)):
            return  # read to its end, or an inode that serves another file now
        file = self.take_up(found, now_secs)
        file.name = name
        self.follow_rotated(file, now_secs)

    def _take_up_missed(
        self, names: Iterable[str], matched: set[str], neighbours: list[Found], now_secs: float
    ) -> None:
        """Follow generations of ``names`` that the pattern does not match and nobody has seen."""
        followed = matched | self._files.by_id.keys()
        strangers = [near for near in neighbours if near.file_id not in followed]
        if all(near.file_id in self._known for near in strangers):
            return
        for name in names:
            for found in missed(name, neighbours, self._known, followed):
                logger.info("%s came and went while nobody looked and is read now", found.path)
                file = self.take_up(found, now_secs)
                file.is_own, file.name = True, name
                self.follow_rotated(file, now_secs)
