from __future__ import annotations

from cmtel.formats.recent_keys import RecentKeys


def test_at_least_the_last_keys_are_remembered_and_the_old_ones_forgotten() -> None:
    keys = RecentKeys(remembered=3)
    for number in range(10):
        keys.add(str(number))

    assert [number for number in range(10) if str(number) in keys] == [6, 7, 8, 9]
