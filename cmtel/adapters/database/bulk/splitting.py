"""Around the rows that the database refuses, without giving up speed for the others.

A refused chunk is tried again, depending on what the database says of the culprit:

* Which row it is, beyond doubt: the rows near it are tried again without it, until they are in.
* Which row it may be: the rows before it go in as one chunk, and it is tried alone.
* Nothing: the chunk is quartered until the row is alone.

Chunks grow again while nothing is refused. The order of the rows is kept.
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
        taken, bad = _around_culprit(chunk, refusal, attempt)
        rejected += [RejectedRow(start + row.position, row.detail) for row in bad]
        start += taken
        size = min(2 * taken or max(1, len(chunk) // 4), largest)
    return rejected


#: How many rows and which refused ones of a chunk are done with.
_Progress = tuple[int, list[RejectedRow]]

#: Rows that are tried again together, after a culprit among them is known. More of them make each
#: try longer, fewer make more tries: measured with one bad row in ten.
_NEAR_ROWS = 50


def _around_culprit(chunk: Sequence[Row], refusal: Refusal, attempt: Attempt) -> _Progress:
    if len(chunk) == 1:
        return 1, [RejectedRow(0, refusal.detail)]
    bad = _position(refusal, len(chunk))
    if bad is None:
        return 0, []
    if refusal.is_certain:
        return _leave_out(chunk[: max(bad + 1, _NEAR_ROWS)], refusal, attempt)
    if bad > 0 and attempt(chunk[:bad]) is not None:
        return 0, []
    alone = attempt(chunk[bad : bad + 1])
    return bad + 1, [] if alone is None else [RejectedRow(bad, alone.detail)]


def _leave_out(near: Sequence[Row], refusal: Refusal | None, attempt: Attempt) -> _Progress:
    """Store these rows without the ones that the database names, one after the other."""
    todo = list(range(len(near)))
    rejected: list[RejectedRow] = []
    while refusal is not None and todo:
        bad = 0 if len(todo) == 1 else _position(refusal, len(todo))
        if bad is None or not refusal.is_certain:
            rest = write_around([near[n] for n in todo], attempt, max(1, len(todo) // 4))
            rejected += [RejectedRow(todo[row.position], row.detail) for row in rest]
            break
        rejected.append(RejectedRow(todo.pop(bad), refusal.detail))
        refusal = attempt([near[n] for n in todo]) if todo else None
    return len(near), sorted(rejected)


def _position(refusal: Refusal, count: int) -> int | None:
    position = refusal.position
    return position if position is not None and 0 <= position < count else None
