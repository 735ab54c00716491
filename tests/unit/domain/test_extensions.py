"""Whose extension it was when."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.extensions import (
    Extension,
    ExtensionDirectory,
    first_day,
    last_day,
    make_extension,
)

START = datetime(2026, 1, 1)  # noqa: DTZ001  # a list's moments are local


def stay(room: str, begin: str | None, end: str | None, number: str = "201") -> Extension:
    return make_extension([number, room, None, None, None, begin, end])


def at(hours: int) -> str:
    return (START + timedelta(hours=hours)).isoformat()


def test_the_last_day_counts_as_a_whole() -> None:
    directory = ExtensionDirectory([stay("A", "2026-01-01", "2026-01-31")])

    found = [
        directory.as_of("201", moment)
        for moment in (
            "2025-12-31T23:59:59",
            "2026-01-01T00:00:00+01:00",
            "2026-01-31T23:59:59Z",
            "2026-02-01T00:00:00",
        )
    ]

    assert [entry and entry.room for entry in found] == [None, "A", "A", None]


def test_a_last_moment_does_not_hold_any_more() -> None:
    directory = ExtensionDirectory(
        [stay("A", "2026-01-01 14:00", "2026-01-03 11:00"), stay("B", "2026-01-03 11:00", None)]
    )

    found = [directory.as_of("201", f"2026-01-03T{time}") for time in ("10:59:59", "11:00:00")]

    assert [entry and entry.room for entry in found] == ["A", "B"]
    assert directory.overlaps() == []


def test_of_two_that_hold_the_later_one_counts_and_both_are_reported() -> None:
    old, new = stay("A", None, "2026-06-30"), stay("B", "2026-06-30", None)
    directory = ExtensionDirectory([new, old])

    found = directory.as_of("201", "2026-06-30T12:00:00")

    assert found == new
    assert [tuple(pair) for pair in directory.overlaps()] == [(old, new)]


def test_without_a_moment_only_what_holds_always_is_no_guess() -> None:
    directory = ExtensionDirectory([stay("A", "2026-01-01", None), stay("B", None, None, "202")])

    assert directory.as_of("201", None) is None
    assert directory.as_of("202", None) == stay("B", None, None, "202")


def test_unused_are_those_that_hold_and_were_not_seen() -> None:
    now, used = stay("A", None, None), stay("C", None, None, "203")
    gone = stay("B", None, "2025-12-31", "202")
    directory = ExtensionDirectory([now, gone, used])

    assert directory.unused(["203"], "2026-01-01T00:00:00") == [now]
    assert directory.knows("202")
    assert not directory.knows("204")


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ([None, "A", None, None, None, None, None], "has no extension"),
        (["201", "A", None, None, None, "soon", None], "'soon'"),
        (["201", "A", None, None, "king", None, None], "the class 'king'"),
        (["201", "A", None, None, None, "2026-02-01", "2026-01-01"], "before it begins"),
    ],
)
def test_a_row_that_cannot_be_says_why(cells: list[str | None], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        make_extension(cells)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("31.12.2026", "2027-01-01T00:00:00"),
        ("2026-12-31", "2027-01-01T00:00:00"),
        ("2026-12-31 12:00", "2026-12-31T12:00:00"),
        ("9999-12-31", None),
        ("9999-12-31T00:00:00", None),
    ],
)
def test_ends_are_read_as_they_are_written(written: str, expected: str | None) -> None:
    assert stay("A", None, written).valid_to == expected


def test_classes_may_be_german_or_portuguese() -> None:
    words = ["Gast", "HÓSPEDE", "Verwaltung", "casa"]
    found = [make_extension(["1", "A", None, None, word, None, None]).kind for word in words]

    assert found == ["guest", "guest", "admin", "house"]


def test_days_are_shown_as_they_are_written() -> None:
    entry = stay("A", "2026-01-01", "2026-01-31")

    assert first_day(entry.valid_from or "") == "2026-01-01"
    assert last_day(entry.valid_to or "") == "2026-01-31"
    assert first_day("2026-01-01T14:00:00") == "2026-01-01 14:00"
    assert last_day("2026-01-01T14:00:00") == "2026-01-01 14:00"


Hours = st.integers(min_value=0, max_value=200)
Spans = st.lists(st.tuples(Hours, st.integers(min_value=1, max_value=50)), max_size=8)


@given(Spans, Hours)
def test_an_entry_is_found_when_one_holds_and_only_then(
    spans: list[tuple[int, int]], hour: int
) -> None:
    entries = [
        Extension("201", str(index), valid_from=at(begin), valid_to=at(begin + length))
        for index, (begin, length) in enumerate(spans)
    ]
    holding = [
        entry
        for entry, (begin, length) in zip(entries, spans, strict=True)
        if begin <= hour < begin + length
    ]

    found = ExtensionDirectory(entries).as_of("201", at(hour))

    assert (found is None) == (not holding)
    assert found is None or found.valid_from == max(e.valid_from or "" for e in holding)


@given(Spans)
def test_overlaps_are_those_of_the_definition(spans: list[tuple[int, int]]) -> None:
    entries = [
        Extension("201", str(index), valid_from=at(begin), valid_to=at(begin + length))
        for index, (begin, length) in enumerate(spans)
    ]
    expected = {
        frozenset((entries[a], entries[b]))
        for a, (begin_a, length_a) in enumerate(spans)
        for b, (begin_b, length_b) in enumerate(spans)
        if a < b and begin_a < begin_b + length_b and begin_b < begin_a + length_a
    }

    found = {frozenset(pair) for pair in ExtensionDirectory(entries).overlaps()}

    assert found == expected


@given(Hours, st.none() | st.integers(min_value=1, max_value=50))
def test_an_entry_survives_being_kept_as_text(begin: int, length: int | None) -> None:
    end = None if length is None else at(begin + length)
    entry = Extension("201", "A", "D", "C", "guest", at(begin), end)

    assert make_extension(tuple(entry)) == entry
