"""Times that cannot belong to a history: of a switch whose clock was lost, of a test record."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, pairwise

#: No history worth judging is silent for so long; a clock without battery begins decades ago.
STRAY_SECS = 366 * 86_400.0


def without_strays(stamps: Iterable[float]) -> tuple[list[float], int]:
    """Return the stamps in order without those a year and more away from most, and their number.

    A grid over all the time between one stamp of 1970 and those of today would take minutes and
    gigabytes, and teach that calls are rare.
    """
    ordered = sorted(stamps)
    piece, pieces = 0, [0] * len(ordered[:1])
    for before, after in pairwise(ordered):
        piece += after - before > STRAY_SECS
        pieces.append(piece)
    found = [
        [stamp for _, stamp in group]
        for _, group in groupby(zip(pieces, ordered, strict=True), key=lambda pair: pair[0])
    ]
    kept = max(found, key=len, default=[])
    return kept, len(ordered) - len(kept)
