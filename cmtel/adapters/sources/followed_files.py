"""The books of a file tail: which files it follows, and which of them it looks at next."""

from __future__ import annotations

from collections.abc import Iterator

from cmtel.adapters.sources.tailed_file import TailedFile

#: A file that changed in this time is looked at in every round ...
_HOT_SECS = 60.0
#: ... each of the others in one of so many rounds (2 s at four rounds a second).
_COLD_ROUNDS = 8


class FollowedFiles:
    """Files by id. A file is hot (it changed lately), rotated (it lost its name), or neither."""

    def __init__(self) -> None:
        self.by_id: dict[str, TailedFile] = {}
        #: In the order in which they lost their names.
        self.rotated: dict[TailedFile, None] = {}
        self._hot: dict[TailedFile, None] = {}
        self._turn: Iterator[TailedFile] = iter(())

    def add(self, file: TailedFile) -> None:
        """Follow a file; it is looked at in the next round."""
        self.by_id[file.file_id] = file
        self.warm(file)

    def warm(self, file: TailedFile) -> None:
        """Look at a file in every round for a while."""
        (self.rotated if file.is_rotated else self._hot)[file] = None

    def cool(self, file: TailedFile) -> None:
        """Look at a file now and then."""
        self._hot.pop(file, None)

    def mark_rotated(self, file: TailedFile, *, is_rotated: bool) -> None:
        """Say whether a file has lost its name."""
        file.is_rotated = is_rotated
        self.rotated.pop(file, None)
        self._hot.pop(file, None)
        self.warm(file)

    def rename(self, file: TailedFile, file_id: str) -> None:
        """Follow a file under another id."""
        self.by_id.pop(file.file_id, None)
        file.file_id = file_id
        self.by_id[file_id] = file

    def drop(self, file: TailedFile) -> None:
        """Follow a file no more."""
        if self.by_id.get(file.file_id) is file:
            del self.by_id[file.file_id]
        self._hot.pop(file, None)
        self.rotated.pop(file, None)

    def due(self, now_secs: float) -> list[TailedFile]:
        """Return the files to look at in this round: rotated, hot, and some of the others."""
        for file in [f for f in self._hot if now_secs - f.changed_at_secs > _HOT_SECS]:
            self.cool(file)
        due = [*self.rotated, *self._hot]
        for _ in range(-(-len(self.by_id) // _COLD_ROUNDS)):
            cold = next(self._turn, None)
            if cold is None:
                self._turn = iter(list(self.by_id.values()))
                break
            if cold not in self._hot and not cold.is_rotated and self.is_followed(cold):
                due.append(cold)
        return due

    def is_followed(self, file: TailedFile) -> bool:
        """Return whether a file is still in the books."""
        return self.by_id.get(file.file_id) is file
