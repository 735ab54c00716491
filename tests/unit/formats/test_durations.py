"""Lengths of time as switches write them."""

from __future__ import annotations

import pytest

from cmtel.errors import LineRejected
from cmtel.formats.durations import any_duration_ms, clock_secs, whole


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.0", " 1", "\u0661", "12345678901", "9" * 5000])
def test_only_some_digits_are_a_whole_number(text: str) -> None:
    with pytest.raises(LineRejected):
        whole(text)


def test_leading_zeros_are_no_matter() -> None:
    assert whole("007") == 7


def test_hours_may_exceed_23() -> None:
    assert clock_secs("100:00:01") == 360_001


@pytest.mark.parametrize("text", ["00:61:00", "00:00:60", "00:00", "1:2:3.5", "", "::"])
def test_an_impossible_clock_is_rejected(text: str) -> None:
    with pytest.raises(LineRejected):
        clock_secs(text)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("90", "s", 90_000), ("1.5", "min", 90_000), ("1,9999", "s", 1_999), ("250", "ms", 250),
        ("1:30", "s", 90_000), ("1:00:05", "min", 3_605_000), ("1h2m3s", "s", 3_723_000),
        ("2m", "s", 120_000), ("45s", "min", 45_000), ("0:07.5", "s", 7_500),
        ("01:02'03\"", "s", 3_723_000), ("2'05", "min", 125_000), ("000105", "hms", 65_000),
        ("1000000", "hms", 360_000_000), ("5", "hms", 5_000), ("1:05", "hms", 65_000),
    ],
)  # fmt: skip
def test_durations_of_named_fields(text: str, unit: str, expected: int) -> None:
    assert any_duration_ms(text, unit) == expected


@pytest.mark.parametrize("text", ["", " ", "x", "1:60", "-5", "1h2", "h", "1:2:3:4", "1e3"])
def test_what_is_no_duration_is_rejected(text: str) -> None:
    with pytest.raises(LineRejected):
        any_duration_ms(text, "s")


@pytest.mark.parametrize("text", ["006100", "000060", "12345678901", "1.5.", "x"])
def test_digits_that_are_no_hours_minutes_and_seconds_are_rejected(text: str) -> None:
    with pytest.raises(LineRejected):
        any_duration_ms(text, "hms")
