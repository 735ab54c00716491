"""Days by name."""

from __future__ import annotations

import pytest

from cmtel.domain.silence.weekdays import parse_weekdays


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Mon-Fri", {0, 1, 2, 3, 4}),
        ("Sun-Thu", {6, 0, 1, 2, 3}),
        ("mon,WED, saturday", {0, 2, 5}),
        ("Fri-Mon,Wed", {4, 5, 6, 0, 2}),
        ("Tue", {1}),
        ("Tue-Tue", {1}),
    ],
)
def test_days_are_read(text: str, days: set[int]) -> None:
    assert parse_weekdays(text) == days


@pytest.mark.parametrize("text", ["", "Mon-", "Mo", "Mon-Fry", "1-5"])
def test_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no day of the week"):
        parse_weekdays(text)
