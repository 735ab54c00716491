"""Which parts of a feed are watched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cmtel.services.notifier.parts import MOST_PARTS, WATCHED, choose_parts

NOW = datetime(2026, 6, 15, tzinfo=UTC)


def calls(count: int, first: timedelta, last: timedelta = timedelta(0)) -> list[float]:
    """Return so many epoch seconds, evenly from ``first`` ago to ``last`` ago."""
    begin, end = (NOW - first).timestamp(), (NOW - last).timestamp()
    return [begin + (end - begin) * n / (count - 1) for n in range(count)]


def test_parts_without_enough_to_judge_by_are_named_with_the_reason() -> None:
    weeks = timedelta(weeks=10)
    found = choose_parts(
        {
            "busy": calls(500, weeks),
            "rare": calls(29, weeks),
            "new": calls(100, timedelta(days=20)),
            "gone": calls(100, weeks, timedelta(days=15)),
            "": calls(500, weeks),
        },
        13,
        NOW,
    )

    assert found == {
        "busy": WATCHED,
        "rare": "too little traffic: 29 calls in 13 weeks",
        "new": "new: less than three weeks of history",
        "gone": "given up: no call for two weeks",
    }


def test_of_very_many_the_busiest_are_watched() -> None:
    found = choose_parts(
        {f"{n:03}": calls(30 + n, timedelta(weeks=10)) for n in range(300)}, 13, NOW
    )

    watched = [value for value, reason in found.items() if reason == WATCHED]
    assert watched == [f"{n:03}" for n in range(299, 299 - MOST_PARTS, -1)]
    assert len(found) == 200
