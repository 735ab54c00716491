"""Addresses on the wire: whatever is written in the settings, it stays an address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.adapters.smtp.addresses import wire_address, xtext
from cmtel.adapters.smtp.dialogue import challenge_text, masked


@given(st.text())
def test_an_address_never_ends_its_line_or_its_brackets(text: str) -> None:
    wire = wire_address(text)

    assert wire is None or not set(wire) & set("\r\n\0 <>\t\x85\u2028")


@given(st.text())
def test_an_envelope_id_comes_back_from_xtext(text: str) -> None:
    encoded = xtext(text)
    parts = encoded.split("+")
    decoded = parts[0].encode() + b"".join(
        bytes.fromhex(part[:2]) + part[2:].encode() for part in parts[1:]
    )

    assert encoded.isascii()
    assert not set(encoded) & set(" =\r\n")
    assert decoded.decode("utf-8") == text


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("anna@x.test", "anna@x.test"),
        ("anna@müller.test", "anna@xn--mller-kva.test"),
        ("jörg@x.test", "jörg@x.test"),
        ("jörg@müller.test", "jörg@müller.test"),
        ('"a@b"@x.test', '"a@b"@x.test'),
        (f"a@{'ü' * 70}.test", None),
        ("a@x.test\r\nDATA", None),
        ("", None),
    ],
)
def test_domains_are_written_in_ascii_where_that_is_enough(address: str, wire: str | None) -> None:
    assert wire_address(address) == wire


def test_commands_are_masked_and_challenges_shown() -> None:
    assert (masked("AUTH PLAIN"), masked("")) == ("AUTH PLAIN ***", "***")
    assert challenge_text(b"eyJzdGF0dXMiOiI0MDEifQ==") == '{"status":"401"}'
    assert challenge_text(b"no base64!") == "no base64!"
