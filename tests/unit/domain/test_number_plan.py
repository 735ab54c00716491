"""Splitting and extensions, without any country's plan."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.number_plan import DialPlan, NumberReading, read_extensions
from cmtel.errors import UsageError

PREFIXES = st.lists(st.text("01x", min_size=1, max_size=5), max_size=3)


@given(
    st.text("01239*#+", max_size=12),
    st.none() | st.text("019", min_size=1, max_size=2),
    PREFIXES,
    st.sets(st.integers(1, 5)),
)
def test_splitting_loses_no_digit(
    sent: str, outside: str | None, prefixes: list[str], lengths: set[int]
) -> None:
    plan = DialPlan(None, outside, tuple(prefixes), extension_digits=frozenset(lengths))
    parts = NumberReading(plan).dialled(sent)

    assert (parts.outside_line or "") + (parts.lcr or "") + (parts.number or "") == sent
    assert parts.outside_line in {None, outside}
    assert parts.number or not sent
    assert parts.e164 is None


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        ("00101230123", ("0", "01012", "30123")),
        ("0010012345", ("0", "010012", "345")),
        ("05", ("0", None, "5")),
        ("0", (None, None, "0")),
        ("123", (None, None, "123")),
        ("5123", (None, None, "5123")),
        ("0123", ("0", None, "123")),
        ("99", (None, None, "99")),
    ],
)
def test_what_is_split_off(sent: str, parts: tuple[str | None, ...]) -> None:
    plan = DialPlan(
        outside_line="0",
        lcr_prefixes=("010xx", "0100xx"),
        extensions=read_extensions("100-899, 5xxx"),
        extension_digits=frozenset({2, 4}),
    )

    assert NumberReading(plan).dialled(sent)[:3] == parts


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("100-899", "100 899 450", "99 900 0100 1000 4x1"),
        ("5xxx", "5000 5999", "500 50000 4000"),
        ("21,0xx", "21 000 099", "22 21000 0999"),
        ("100-199,300-399", "150 350", "250"),
    ],
)
def test_extensions_are_ranges_and_patterns(text: str, inside: str, outside: str) -> None:
    plan = DialPlan(extensions=read_extensions(text))

    assert all(plan.is_extension(number) for number in inside.split())
    assert not any(plan.is_extension(number) for number in outside.split())


@pytest.mark.parametrize("text", ["", "a", "9-1", "10-9", "899-100", "001-099", "1-2-3", "1,,2"])
def test_extensions_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_extensions(text)


def test_no_number_has_no_parts() -> None:
    reading = NumberReading(DialPlan(outside_line="0"))

    assert reading.dialled(None) == reading.received(None) == (None, None, None, None)
