"""Which records of a source are folded: from when on, and until when, ``--legs fold`` was chosen.

A row belongs to the record that completes it, whenever that is decoded. So what was accepted
while legs were kept must never be folded later, and the other way round: then calls would be
lost or come twice at the change. The spool remembers the sequences between which legs are
folded; what is open when they are to be kept again is ended by a record of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from cmtel.formats.leg_folding import Range
from cmtel.services.spool_ports import Entry, EntryKind, Spool, SpoolSource

#: The last sequence of a range that goes on.
_NO_END = 1 << 62
_FOLD, _KEEP = "fold", "keep"

#: In place of a connection: a control record for the source as a whole, not for one input of it.
#: Its TICK has, as time of reception, since when calls have waited that are to wait no longer.
SOURCE_ITSELF = 0


class RememberingSpool(Spool, Protocol):
    """A spool that keeps small facts beside its records."""

    def remember(self, name: str, value: str) -> None:
        """Keep a fact under a name, in place of what is there; durable on return."""

    def recall(self, name: str) -> str | None:
        """Return what was remembered under ``name``."""


def begin(spool: RememberingSpool, journal_id: str, now_utc: datetime, *, is_folding: bool) -> None:
    """Note what becomes of the records that the sources of a journal accept from now on.

    To be called before any is accepted; does nothing if it is as it was.

    Raises:
        SpoolError: The disk refused; call again before anything is accepted.
    """
    name = f"legs {journal_id}"
    was_folding = spool.recall(name) == _FOLD
    for source in spool.sources():
        if source.journal_id != journal_id:
            continue
        ranges = ranges_of(spool, source)
        if is_folding and not _is_open(ranges):
            # A source that is new in a run that folds may be killed before it is noted here.
            first = 1 if was_folding and not ranges else source.last_sequence + 1
            _remember(spool, source, [*ranges, (first, _NO_END)])
        elif not is_folding and _is_open(ranges):
            _end(spool, source, ranges, now_utc)
    spool.remember(name, _FOLD if is_folding else _KEEP)


def ranges_in_effect(
    spool: RememberingSpool, source: SpoolSource, *, is_folding: bool
) -> list[Range]:
    """Return the first and the last sequence of each range, ascending.

    After :meth:`begin`; a source that was made since then is folded from its first record on.
    """
    ranges = ranges_of(spool, source)
    if is_folding and not _is_open(ranges):
        ranges = [*ranges, (1, _NO_END)]
        _remember(spool, source, ranges)
    return ranges


def ranges_of(spool: RememberingSpool, source: SpoolSource) -> list[Range]:
    """Return the ranges that are remembered."""
    text = spool.recall(_name(source)) or ""
    pairs = [each.partition("-") for each in text.split(",") if each]
    return [(int(first), int(last) if last else _NO_END) for first, _, last in pairs]


def _end(
    spool: RememberingSpool, source: SpoolSource, ranges: Sequence[Range], now_utc: datetime
) -> None:
    """Complete what is open; a crash after the record leaves the range open, and ends it again."""
    spool.accept([Entry(source.source_id, SOURCE_ITSELF, EntryKind.END, (), now_utc)])
    (after,) = [each for each in spool.sources() if each.source_id == source.source_id]
    _remember(spool, source, [*ranges[:-1], (ranges[-1][0], after.last_sequence)])


def _remember(spool: RememberingSpool, source: SpoolSource, ranges: Sequence[Range]) -> None:
    """Ranges that no decoder needs any more are forgotten."""
    needed = [each for each in ranges if each[1] >= source.keep_from_sequence]
    text = ",".join(f"{first}-{'' if last == _NO_END else last}" for first, last in needed)
    spool.remember(_name(source), text)


def _is_open(ranges: Sequence[Range]) -> bool:
    return bool(ranges) and ranges[-1][1] == _NO_END


def _name(source: SpoolSource) -> str:
    return f"folded {source.source_id}"
