"""Around the rows that the database refuses, without giving up speed for the others.

A refused chunk is tried again in parts. Where the database says which row it stumbled over, the
rows before it go in as one chunk, it is given up, and the work goes on behind it; where it does
not, the chunk is quartered until the row is alone. Chunks grow again while nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cmtel.services.ports import RejectedRow, Row


class Refusal(NamedTuple):
    """A chunk was refused and nothing of it is stored.

    Attributes:
        detail: What the database said.
        position: The row of the chunk that it named; None if it named none.
        is_certain: That row is the culprit beyond doubt; otherwise it is tried alone.
    """

    detail: str
    position: int | None = None
    is_certain: bool = False


#: Stores all rows of a chunk, or none and says why. The transaction stays usable.
Attempt = Callable[[Sequence[Row]], Refusal | None]


def write_around(
    rows: Sequence[Row], attempt: Attempt, max_rows: int | None = None
) -> list[RejectedRow]:
    """Store what can be stored and return the refused rows, in order.

    Args:
        rows: What to store, in order; the order is kept.
        attempt: How to store a chunk.
        max_rows: The largest chunk; None: as large as the batch.
    """
    largest = max_rows or max(len(rows), 1)
    rejected: list[RejectedRow] = []
    start, size = 0, largest
    while start < len(rows):
        chunk = rows[start : start + size]
        refusal = attempt(chunk)
        if refusal is None:
            start += len(chunk)
            size = min(size * 2, largest)
            continue
        bad = _culprit(refusal, chunk)
        if bad is None or (bad > 0 and attempt(chunk[:bad]) is not None):
            size = max(1, len(chunk) // 4)
            continue
        if not refusal.is_certain and len(chunk) > 1:
            refusal = attempt(chunk[bad : bad + 1])
        if refusal is not None:
            rejected.append(RejectedRow(start + bad, refusal.detail))
        start += bad + 1
        size = min(2 * (bad + 1), largest)
    return rejected


def _culprit(refusal: Refusal, chunk: Sequence[Row]) -> int | None:
    """Return the row of the chunk that was refused, if that is known."""
    if len(chunk) == 1:
        return 0
    position = refusal.position
    return position if position is not None and 0 <= position < len(chunk) else None
