"""No cell of an export is run as a formula; numbers stay numbers."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.csv_cells import csv_cell


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-cmd|x", "@SUM(1)", "\t=1", "\r=1", "\n=1", "\uff1d1", "+", "-1,5"]
)
def test_formulas_are_defused(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+49 30 123456", "-5", "0049", "a=b", "", "Müller", "*21", "'=1"])
def test_numbers_and_words_stay_as_they_are(text: str) -> None:
    assert csv_cell(text) == text


def test_values_that_are_no_text_are_written_as_they_are() -> None:
    moment = datetime(2026, 3, 1, 10, 11, 12)  # noqa: DTZ001  # the journal's times are local

    assert [csv_cell(value) for value in (None, -5, moment)] == ["", "-5", "2026-03-01 10:11:12"]


@given(st.text())
def test_no_cell_begins_like_a_formula(text: str) -> None:
    cell = csv_cell(text)

    assert cell[:1] not in "=@\t\r\n" or cell == ""
    assert cell.endswith(text)
