"""Numbers and names as sent, without what is none."""

from __future__ import annotations

import pytest

from cmtel.formats.numbers import caller_number, number, party_name, sip_user


def test_only_blanks_are_removed_from_a_number() -> None:
    assert number(" 030 12?X.\t*#") == "03012?X.*#"
    assert number("  ") is None


@pytest.mark.parametrize("text", ["", " ", "Anonymous", "UNKNOWN", "private", "withheld "])
def test_a_withheld_caller_is_unknown(text: str) -> None:
    assert caller_number(text) is None


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("sip:201@pbx;user=phone", "201"),
        ("<sips:+4930@x>", "+4930"),
        ("tel:+4930;ext=1", "+4930"),
        ('"Ann" <sip:201@x>', "201"),
        ("201", "201"),
        ("SIP:ann@x", "ann"),
    ],
)
def test_of_a_sip_address_the_user_is_the_number(text: str, user: str) -> None:
    assert sip_user(text) == user


@pytest.mark.parametrize("text", ["", "201", "+49 30", "Unknown", "0301"])
def test_what_is_no_name_is_unknown(text: str) -> None:
    assert party_name(text, "0301") is None


def test_a_name_is_as_sent() -> None:
    assert party_name(" Müller 2 ", "0301") == "Müller 2"
    assert party_name("ann", "ann") is None
