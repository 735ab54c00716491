"""Arrivals from text."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.errors import SourceError
from cmtel.services.arrival_lines import parse_arrivals

VIENNA = ZoneInfo("Europe/Vienna")


def local(stamps: list[float]) -> list[str]:
    return [datetime.fromtimestamp(s, VIENNA).isoformat() for s in stamps]


def test_stamps_without_offset_are_local_and_others_are_what_they_say() -> None:
    lines = [
        "2026-07-01T10:00:00\n",
        "\n",
        "  2026-07-01 10:00:00+00:00 \n",
        "2026-01-01T10:00:00Z",
    ]

    assert local(parse_arrivals(lines, VIENNA, "x")) == [
        "2026-07-01T10:00:00+02:00",
        "2026-07-01T12:00:00+02:00",
        "2026-01-01T11:00:00+01:00",
    ]


def test_a_repeated_hour_is_told_apart_by_order() -> None:
    lines = [
        "2026-10-25T02:10:00",
        "2026-10-25T02:50:00",
        "2026-10-25T02:20:00",
        "2026-10-25T03:00",
    ]

    assert [text[-6:] for text in local(parse_arrivals(lines, VIENNA, "x"))] == [
        "+02:00",
        "+02:00",
        "+01:00",
        "+01:00",
    ]


def test_the_second_pass_goes_on_to_its_end() -> None:
    lines = ["2026-10-25T02:50:00", "2026-10-25T02:20:00", "2026-10-25T02:55:00"]
    stamps = parse_arrivals(lines, VIENNA, "x")

    assert stamps == sorted(stamps)
    assert stamps[2] - stamps[1] == 35 * 60


def test_a_stamp_that_was_skipped_is_read_all_the_same() -> None:
    lines = ["2026-03-29T03:40:00", "2026-03-29T02:30:00"]

    assert local(parse_arrivals(lines, VIENNA, "x"))[1] == "2026-03-29T03:30:00+02:00"


@pytest.mark.parametrize("bad", ["yesterday", "2026-02-30T10:00:00", "\x1b[31m", "10:00"])
def test_a_bad_line_is_named_by_its_number(bad: str) -> None:
    with pytest.raises(SourceError, match=r"Line 3 of calls\.txt is no time stamp"):
        parse_arrivals(["2026-01-01T10:00:00", "", bad], VIENNA, "calls.txt")


@given(st.lists(st.integers(1_760_000_000, 1_795_000_000), max_size=50).map(sorted))
def test_sorted_local_stamps_come_back_as_they_were(instants: list[int]) -> None:
    """A clock set back hides only what the order of the lines cannot tell."""
    lines = [datetime.fromtimestamp(i, VIENNA).replace(tzinfo=None).isoformat() for i in instants]
    stamps = parse_arrivals(lines, VIENNA, "x")

    assert stamps == sorted(stamps)
    for instant, stamp in zip(instants, stamps, strict=True):
        assert instant - stamp in (0, 3600)
