"""Which times belong to a history."""

from __future__ import annotations

from cmtel.services.stray_times import without_strays

DAY = 86_400.0
NOW = 20_000 * DAY


def test_times_decades_away_do_not_count() -> None:
    history = [NOW + day * DAY for day in range(100)]

    assert without_strays([NOW * 13, 0.0, *history, DAY, -NOW]) == (history, 4)


def test_a_history_with_a_long_silence_is_whole() -> None:
    history = [NOW, NOW + DAY, NOW + 360 * DAY]

    assert without_strays(reversed(history)) == (history, 0)


def test_nothing_is_nothing() -> None:
    assert without_strays([]) == ([], 0)
    assert without_strays([NOW]) == ([NOW], 0)
