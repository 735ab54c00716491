"""Noise is dropped, text is UTF-8 with single bytes of latin-1, raw is all bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.errors import UsageError
from cmtel.formats.seam import MAX_RECORD_BYTES
from cmtel.formats.text import RecordTexts, is_oversize, raw_text


def text_of(record: bytes, **values: str) -> str | None:
    return RecordTexts(values).read([record])[0][0]


def test_control_bytes_are_dropped_but_not_the_tab() -> None:
    assert text_of(b"\x00\x0ca\x10\tb\x7f\x11\r\n") == "a\tb"


def test_one_record_can_hold_both_utf_8_and_latin_1() -> None:
    assert text_of("größe ".encode() + b"gr\xf6\xdfe\n") == "größe größe"


def test_a_broken_sequence_is_read_byte_by_byte() -> None:
    assert text_of(b"\xe2\x82x\n") == "\u00e2\u0082x"


@pytest.mark.parametrize(
    ("encoding", "text"), [("cp850", "Ä"), ("latin-1", "\x8e"), ("cp1252", "Ž")]
)
def test_the_encoding_can_be_fixed(encoding: str, text: str) -> None:
    assert text_of(b"\x8e\n", encoding=encoding) == text


def test_an_undefined_byte_of_a_fixed_encoding_is_read_as_latin_1() -> None:
    assert text_of(b"a\x81\n", encoding="cp1252") == "a\x81"


def test_another_encoding_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="utf-16"):
        RecordTexts({"encoding": "utf-16"})


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_byte_order_mark_is_dropped_at_the_start_only(encoding: str) -> None:
    texts = RecordTexts({"encoding": encoding})
    mark = b"\xef\xbb\xbf"

    first, _ = texts.read([mark + b"a\n", mark + b"b\n"])
    later, _ = texts.read([mark + b"c\n"])

    assert first == ["a", mark.decode(encoding) + "b"]
    assert later == [mark.decode(encoding) + "c"]


def test_raw_has_the_byte_order_mark_and_the_line_end() -> None:
    assert RecordTexts({}).read([b"\xef\xbb\xbfa\r\n"])[1] == ["\ufeffa\r\n"]


def test_raw_is_latin_1_as_a_whole_if_one_byte_is_not_utf_8() -> None:
    assert raw_text("ö".encode() + b"\xf6\n") == "\u00c3\u00b6\u00f6\n"


@pytest.mark.parametrize("line_end", [b"", b"\n", b"\r\n"])
def test_oversize_is_more_than_the_greatest_length_before_the_line_end(line_end: bytes) -> None:
    assert not is_oversize(b"x" * MAX_RECORD_BYTES + line_end)
    assert is_oversize(b"x" * (MAX_RECORD_BYTES + 1) + line_end)


def test_raw_of_an_oversize_record_is_cut() -> None:
    record = b"x" * (MAX_RECORD_BYTES + 1) + b"\n"

    assert RecordTexts({}).read([record]) == ([None], ["x" * MAX_RECORD_BYTES])


def test_a_character_that_the_framer_cut_does_not_make_raw_latin_1() -> None:
    record = b"x" * (MAX_RECORD_BYTES - 1) + "€".encode()[:2] + b"\n"

    assert raw_text(record) == "x" * (MAX_RECORD_BYTES - 1)


@given(st.lists(st.binary(max_size=8).map(lambda body: body.translate(None, b"\r\n") + b"\n")))
def test_texts_do_not_depend_on_the_neighbours(records: list[bytes]) -> None:
    alone = RecordTexts({})
    texts = [alone.read([record]) for record in records]

    assert RecordTexts({}).read(records) == ([t[0] for t, _ in texts], [r[0] for _, r in texts])
