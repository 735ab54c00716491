"""Durations as texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.config.durations import format_duration, parse_duration


@given(st.integers(min_value=0, max_value=999_999_999))
def test_a_written_duration_reads_as_itself(secs: int) -> None:
    assert parse_duration(format_duration(secs)) == secs


@pytest.mark.parametrize(
    ("text", "secs"), [("90s", 90), ("5m", 300), ("2h", 7200), ("7d", 604_800), ("0s", 0)]
)
def test_a_duration_is_a_number_and_a_unit(text: str, secs: int) -> None:
    assert parse_duration(text) == secs


@pytest.mark.parametrize(
    "text", ["", "5", "m", "5 m", "-5m", "5M", "1.5h", "1h30m", "٣m", "5m ", "9999999999s"]
)
def test_anything_else_is_none(text: str) -> None:
    assert parse_duration(text) is None


@given(st.text(max_size=12))
def test_no_text_makes_it_raise(text: str) -> None:
    secs = parse_duration(text)

    assert secs is None or secs >= 0


@pytest.mark.parametrize(
    ("secs", "text"), [(86_400, "24h"), (604_800, "7d"), (3600, "1h"), (61, "61s"), (2, "2s")]
)
def test_a_duration_is_written_as_people_say_it(secs: int, text: str) -> None:
    assert format_duration(secs) == text
