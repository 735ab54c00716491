"""The lines of a sample and its encoding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats.proposal.sample_lines import guess_encoding, read_lines

TEXT = "Jürgen Groß; São João; Façade; Åse\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "cp850"])
def test_an_encoding_is_known_by_its_letters(encoding: str) -> None:
    assert guess_encoding(TEXT.encode(encoding)) == encoding


def test_a_euro_sign_or_curly_quotes_are_of_windows() -> None:
    assert guess_encoding("Größe „5 €“".encode("cp1252")) == "cp1252"


def test_a_character_that_is_cut_off_does_not_count() -> None:
    assert guess_encoding("São".encode()[:2]) == "utf-8"


def test_any_line_end_and_no_control_characters() -> None:
    found = read_lines(b"\xef\xbb\xbfa\x0c1\r\n\r\nb\tc\rd\n", is_cut=False)

    assert found.lines == ["a1", "b\tc", "d"]


def test_a_line_that_may_be_a_part_is_left_out() -> None:
    assert read_lines(b"whole\r\npar", is_cut=True).lines == ["whole"]
    assert read_lines(b"whole\r\npar", is_cut=False).lines == ["whole", "par"]


@given(st.binary(max_size=300))
def test_any_bytes_are_some_text(sample: bytes) -> None:
    read_lines(sample, is_cut=True)
