"""Which files of a file source are pairs that roll over, and looking at all of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable

from cmtel.adapters.sources.file_identity import Proof
from cmtel.adapters.sources.rollover_pair import ROLLOVER_ID, RolloverPair
from cmtel.services.ports import Intake
from cmtel.services.spool_ports import FileCheckpoint


class RolloverPairs:
    """The pairs of one source.

    Args:
        rollover: The name of the file that takes the lines, "none", or None: day.log has
            journal.log.
    """

    def __init__(self, rollover: str | None) -> None:
        self._rollover = rollover
        self._pairs: dict[str, RolloverPair] = {}

    def __bool__(self) -> bool:
        return bool(self._pairs)

    @property
    def is_waiting(self) -> bool:
        """Return whether a pair has seen something that it cannot judge yet."""
        return any(pair.is_waiting for pair in self._pairs.values())

    def resume(self, marks: Iterable[FileCheckpoint]) -> None:
        """Go on with the pairs of an earlier run."""
        for mark in marks:
            if is_pair(mark):
                self._pairs[mark.path] = RolloverPair.resumed(mark)

    def find(
        self, paths: Collection[str], *, is_glob: bool, read_of: Callable[[str], Proof]
    ) -> set[str]:
        """Find new pairs among ``paths`` and return all paths that belong to pairs.

        ``read_of`` is asked what was read of a journal that was followed by itself so far.
        """
        for day, journal in pairs_of(paths, self._rollover, is_glob=is_glob).items():
            if day not in self._pairs:
                read = read_of(journal) if journal in paths else None
                self._pairs[day] = RolloverPair(day, journal, read)
        return {path for pair in self._pairs.values() for path in (pair.day, pair.journal)}

    def poll(self, intake: Intake, now_secs: float, *, is_last: bool) -> tuple[int, str]:
        """Look at every pair; return how many bytes were read, and what is wrong, "" if nothing."""
        pushed, trouble = 0, ""
        for pair in self._pairs.values():
            try:
                pushed += pair.poll(intake, now_secs, is_last=is_last)
            except OSError as exc:
                trouble = f"{pair.day}: {exc.strerror}"
        return pushed, trouble

    def finish(self) -> None:
        """End the streams."""
        for pair in self._pairs.values():
            pair.finish()

    def __str__(self) -> str:
        return ", ".join(self._pairs)


def is_pair(mark: FileCheckpoint) -> bool:
    """Return whether a checkpoint is that of a pair."""
    return mark.file_id.startswith(ROLLOVER_ID)


def pairs_of(paths: Collection[str], rollover: str | None, *, is_glob: bool) -> dict[str, str]:
    """Return which of ``paths`` roll over into which file: day.log into journal.log, or as told.

    Of a glob both have to match; a lone path rolls over into the file beside it, there or not.
    """
    if rollover == "none":
        return {}
    pairs: dict[str, str] = {}
    for path in paths:
        folder, name = os.path.split(path)
        journal = os.path.join(folder, rollover or "journal.log")  # noqa: PTH118  # as given
        is_day = name.lower() == "day.log" or (rollover is not None and not is_glob)
        if is_day and journal != path and (not is_glob or journal in paths):
            pairs[path] = journal
    return pairs
