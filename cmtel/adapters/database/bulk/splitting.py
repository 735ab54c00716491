"""Around the rows that the database refuses, without giving up speed for the others.

A refused chunk is tried again in parts. Where the database says which row it stumbled over, the
rows before it go in as one chunk and the row alone; where it does not, the chunk is quartered.
Chunks grow again while nothing is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cmtel.services.ports import RejectedRow, Row


class Refusal(NamedTuple):
    """A chunk was refused and nothing of it is stored.

    ``position``: the row in the chunk that the database named; a hint, which is tried out.
    """

    detail: str
    position: int | None = None


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
    start, size, suspect = 0, largest, -1
    while start < len(rows):
        end = min(start + size, len(rows))
        if start <= suspect < end:
            end = suspect if start < suspect else start + 1
        refusal = attempt(rows[start:end])
        if refusal is None:
            size = min(max(size, 2 * (end - start)), largest)
            start = end
        elif end - start == 1:
            rejected.append(RejectedRow(start, refusal.detail))
            start = end
        else:
            suspect = -1 if refusal.position is None else start + refusal.position
            size = max(1, (end - start) // 4, 2 * (refusal.position or 0))
    return rejected
