"""Which calls are masked, and what of their numbers is left."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.calls import CallRecord
from cmtel.domain.masking import MaskRule
from cmtel.domain.number_plan import read_extensions


def a_call(**values: str | None) -> CallRecord:
    blank: dict[str, object] = dict.fromkeys(CallRecord._fields)
    usual = {"direction": "out", "state": "CONN", "local_number": "201", "raw": ""}
    return CallRecord(**{**blank, **usual, **values})  # type: ignore[arg-type]  # drawn by name


@pytest.mark.parametrize(
    ("last_digits", "text", "masked"),
    [
        (3, "03023125010", "03023125xxx"),
        (3, "+49 30/231-25 010", "+49 30/231-25 xxx"),
        (3, "12", "xx"),
        (None, "+49 30", "+xx xx"),
        (2, "anonymous", "anonymous"),
        (3, "", ""),
    ],
)
def test_the_last_digits_are_masked(last_digits: int | None, text: str, masked: str) -> None:
    assert MaskRule(last_digits).mask(text) == masked


@given(st.none() | st.integers(1, 20), st.text("0123456789+-/ *#", max_size=20))
def test_a_masked_number_is_as_long_and_hides_as_many_digits(last: int | None, text: str) -> None:
    masked = MaskRule(last).mask(text)
    digits = sum(char.isdigit() for char in text)

    assert len(masked) == len(text)
    assert masked.count("x") == (digits if last is None else min(digits, last))


@pytest.mark.parametrize(
    ("values", "is_concerned"),
    [
        ({}, True),
        ({"local_number": "450"}, True),
        ({"local_number": "300"}, False),
        ({"local_number": "anna"}, False),
        ({"local_number": None}, True),
        ({"direction": "in"}, False),
        ({"direction": "internal"}, False),
        ({"direction": None}, True),
    ],
)
def test_whose_calls_are_concerned(values: dict[str, str | None], is_concerned: bool) -> None:
    rule = MaskRule(3, read_extensions("200-299,4xx"), frozenset({"out"}))

    assert rule.concerns(a_call(**values)) is is_concerned
