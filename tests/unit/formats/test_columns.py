"""Positions count from 1, first to last."""

from __future__ import annotations

from cmtel.formats.columns import columns


def test_columns_are_trimmed_and_empty_beyond_the_line() -> None:
    cut = columns((1, 3), (5, 8), (9, 12), (20, 30))

    assert list(cut("ab  c d e")) == ["ab", "c d", "e", ""]
