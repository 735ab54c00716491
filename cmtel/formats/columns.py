"""Fixed positions of a line to texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import itemgetter

#: Cuts a line into its columns, blanks at their ends dropped; beyond the line they are empty.
CutColumns = Callable[[str], Iterator[str]]


def columns(*places: tuple[int, int]) -> CutColumns:
    """Return what cuts a line; a place is first and last position, from 1; two or more places.

    It runs a few million times an hour: all slices are made by one call.
    """
    cut = itemgetter(*(slice(first - 1, last) for first, last in places))
    return lambda text: map(str.strip, cut(text))
