"""Legs are counted by call id; at least the last 10 000 ids are remembered."""

from __future__ import annotations

from cmtel.formats.legs import LegCounter


def test_legs_count_from_one_for_each_call_id() -> None:
    legs = LegCounter()

    assert [legs.next_leg(call_id) for call_id in ("a", "b", "a", None, "a")] == [1, 1, 2, None, 3]


def test_the_last_ids_are_remembered_and_very_old_ones_forgotten() -> None:
    legs = LegCounter(remembered_ids=10)
    legs.next_leg("old")
    for n in range(9):
        legs.next_leg(f"{n}")

    assert legs.next_leg("old") == 2
    for n in range(30):
        legs.next_leg(f"new {n}")
    assert legs.next_leg("old") == 1


def test_memory_is_bounded() -> None:
    legs = LegCounter(remembered_ids=10)
    for n in range(1000):
        legs.next_leg(f"{n}")

    assert [legs.next_leg(f"{n}") for n in range(999, 989, -1)] == [2] * 10
    assert legs.next_leg("900") == 1
