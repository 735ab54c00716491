"""Which time counts."""

from __future__ import annotations

from datetime import date, datetime
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.silence.calendar import Calendar, OpenWindow, Piece

VIENNA = ZoneInfo("Europe/Vienna")
NIGHT = OpenWindow(frozenset({4}), 22 * 60, 6 * 60)


def secs(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=VIENNA).timestamp()


def pieces(calendar: Calendar, start: str, end: str) -> list[Piece]:
    return list(takewhile(lambda p: p.start_secs < secs(end), calendar.pieces(secs(start))))


@pytest.mark.parametrize(
    ("day", "quarters"), [("2026-03-29", 92), ("2026-10-25", 100), ("2028-02-29", 96)]
)
def test_a_day_has_its_quarter_hours(day: str, quarters: int) -> None:
    end = date.fromisoformat(day).toordinal() + 1
    told = pieces(Calendar(VIENNA), f"{day} 00:00", f"{date.fromordinal(end)} 00:00")

    assert len(told) == quarters


def test_the_repeated_hour_has_the_same_quarter_hours_twice() -> None:
    told = [p.quarter for p in pieces(Calendar(VIENNA), "2026-10-25 02:00", "2026-10-25 03:00")]

    assert told == [6 * 96 + q for q in (8, 9, 10, 11)] * 2


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    calendar = Calendar(VIENNA, windows=(NIGHT,))
    told = {
        text: calendar.is_open_at(secs(text))
        for text in ("2026-03-06 21:59", "2026-03-06 22:00", "2026-03-07 05:59", "2026-03-07 06:00")
    }

    assert list(told.values()) == [False, True, True, False]


def test_windows_need_not_lie_on_quarter_hours() -> None:
    calendar = Calendar(VIENNA, windows=(OpenWindow(frozenset(range(7)), 425, 1142),))
    counted = [p for p in pieces(calendar, "2026-03-04 00:00", "2026-03-05 00:00") if p.is_counted]

    assert counted[0].start_secs == secs("2026-03-04 07:05")
    assert counted[-1].end_secs == secs("2026-03-04 19:02")


def test_a_holiday_closes_a_window() -> None:
    calendar = Calendar(VIENNA, frozenset({date(2026, 3, 6)}), (NIGHT,))

    assert not calendar.is_open_at(secs("2026-03-06 23:00"))
    assert calendar.is_open_at(secs("2026-03-07 01:00"))


@given(
    st.integers(1_700_000_000, 1_900_000_000),
    st.lists(
        st.builds(
            OpenWindow, st.just(frozenset(range(7))), st.integers(0, 1439), st.integers(1, 1440)
        ),
        max_size=3,
    ).map(tuple),
    st.lists(st.integers(0, 80_000), min_size=2, max_size=2).map(sorted),
)
def test_pieces_follow_each_other_without_gap_and_are_of_one_kind(
    start: int, windows: tuple[OpenWindow, ...], sleep: list[int]
) -> None:
    asleep = ((start + float(sleep[0]), start + float(sleep[1])),)
    calendar = Calendar(VIENNA, windows=windows, suspended=asleep)
    told = list(takewhile(lambda p: p.start_secs < start + 86_400, calendar.pieces(start)))

    assert told[0].start_secs == start
    assert all(one.end_secs == other.start_secs for one, other in pairwise(told))
    for piece in told:
        assert 0 < piece.end_secs - piece.start_secs <= 900
        for at in (piece.start_secs, piece.end_secs - 0.5):
            local = datetime.fromtimestamp(at, VIENNA)
            minute = local.hour * 60 + local.minute
            in_window = not windows or any(w.contains(local.weekday(), minute) for w in windows)
            is_asleep = asleep[0][0] <= piece.start_secs < asleep[0][1]
            assert piece.is_open == in_window
            assert piece.is_counted == (in_window and not is_asleep)
