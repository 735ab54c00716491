"""Records that get their price after they appear, by an UPDATE: each counts once, when it has it.

An UPDATE moves no key, so nothing but a look at the record itself shows it. The keys of records
without a price are kept in the cursor and looked up again, one seek each, within these limits:

* at most 200 are kept, the oldest and the newest 100: if pricing stands still for longer, it
  is noticed when it goes on, whether it begins with the oldest call or the newest;
* one that 50 later calls have overtaken is given up: it is free, or nobody will ever price it.

A call that was given up and is priced later is not counted; other calls show that pricing works.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cmtel.services.notifier.feeds.cursor import Unpriced
from cmtel.services.notifier.feeds.rows import Row

MOST_OLD = MOST_NEW = 100
GIVEN_UP_AFTER = 50


class Priced(NamedTuple):
    """The records that count now, and those that still wait."""

    rows: list[Row]
    waiting: tuple[Unpriced, ...]


def await_prices(
    waiting: Sequence[Unpriced], looked_up: Sequence[Row], arrived: Sequence[Row]
) -> Priced:
    """Return which records have got their price.

    Args:
        waiting: Those without one so far, oldest first.
        looked_up: What is in the table under their keys now; one that is gone is forgotten.
        arrived: New records, in order.
    """
    found = {row.mark: row for row in looked_up}
    still = [(found[w.mark], w.overtaken) for w in waiting if w.mark in found]
    entries = [*still, *((row, 0) for row in arrived)]
    left: list[Unpriced] = []
    priced: list[Row] = []
    for row, overtaken in reversed(entries):
        if row.is_priced:
            priced.append(row)
        elif overtaken + len(priced) < GIVEN_UP_AFTER:
            left.append(Unpriced(row.key, row.mark, overtaken + len(priced)))
    return Priced(priced[::-1], _bounded(left[::-1]))


def _bounded(left: list[Unpriced]) -> tuple[Unpriced, ...]:
    if len(left) <= MOST_OLD + MOST_NEW:
        return tuple(left)
    return (*left[:MOST_OLD], *left[-MOST_NEW:])
