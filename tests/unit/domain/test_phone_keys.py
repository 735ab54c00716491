"""What numbers are compared by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.phone_keys import book_keys, digits_key, split_numbers, switchboard_keys


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("+49 30 1234-5", "+493012345"),
        ("0049 (30) 1234 5", "+493012345"),
        ("+49 (0)30 12345", "+493012345"),
        ("+49(0)30/12345", "+493012345"),
        ("tel:+49-30-12345", "+493012345"),
        ("030 / 12345", "03012345"),
        ("00", "00"),
        ("0012", "0012"),
        ("*21#", "*21#"),
        ("Anna@Example.org ", "anna@example.org"),
        ("sip:Anna@example.org", "anna@example.org"),
        ("", None),
        (" - ", None),
        ("+", None),
    ],
)
def test_the_key_by_digits(written: str, key: str | None) -> None:
    assert digits_key(written) == key


@given(st.text(alphabet="0123456789", min_size=7, max_size=15), st.data())
def test_what_people_write_between_digits_does_not_matter(digits: str, data: st.DataObject) -> None:
    fillers = st.sampled_from(["", " ", "-", "/", ".", "  "])
    written = "".join(digit + data.draw(fillers) for digit in digits)

    assert digits_key(f"+{written}") == f"+{digits}"


@given(st.text())
def test_any_text_has_a_key_of_its_own_kind_or_none(text: str) -> None:
    key = digits_key(text)

    assert key is None or digits_key(key) is not None


def test_a_cell_may_have_several_numbers() -> None:
    assert split_numbers("030/123; +49 171 5,0401 | \n 7") == [
        "030/123",
        "+49 171 5",
        "0401",
        "7",
    ]


def test_a_uri_is_one_number_without_its_parameters() -> None:
    assert split_numbers("tel:+49-40-1;ext=2") == ["+49-40-1"]


def test_a_number_in_full_is_found_by_that_alone() -> None:
    assert book_keys("030 1234567", lambda _: "+49301234567") == ["+49301234567"]


def test_the_plan_is_not_asked_for_what_is_in_full_but_for_a_trunk_zero_left_in() -> None:
    assert book_keys("+49 171 12345", lambda _: "+1") == ["+4917112345"]
    assert book_keys("+49 0171 12345", lambda _: "+4917112345") == ["+4917112345"]


def test_a_short_number_may_be_one_of_the_town_or_of_the_switch() -> None:
    assert book_keys("200", lambda _: "+4930200") == ["+4930200", "200"]


@pytest.mark.parametrize("canonical", [None, lambda _: None])
def test_without_a_plan_the_digits_count(canonical: object) -> None:
    assert book_keys("030 12345", canonical) == ["03012345"]  # type: ignore[arg-type]  # both are what the parameter may be
    assert book_keys("-", canonical) == []  # type: ignore[arg-type]  # both are what the parameter may be


def test_the_longest_beginning_comes_first() -> None:
    assert list(switchboard_keys("+4930123456")) == [
        "+493012345", "+4930123450",
        "+49301234", "+493012340",
        "+4930123", "+49301230",
        "+493012", "+4930120",
    ]  # fmt: skip


@given(st.from_regex(r"\+?[0-9]{1,20}", fullmatch=True))
def test_a_switchboard_is_never_the_number_itself_nor_as_short_as_an_area(key: str) -> None:
    for candidate in switchboard_keys(key):
        assert candidate != key
        assert len(candidate) >= 7
        assert key.startswith((candidate, candidate[:-1]))
