"""Lines end at CR LF, LF or a lone CR; no byte is lost, and nothing unbounded is held."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats.framers import LineFramer
from cmtel.formats.seam import MAX_RECORD_BYTES

pieces = st.lists(st.binary(max_size=6) | st.sampled_from([b"\r", b"\n", b"\r\n", b"a"]))


def feed_all(framer: LineFramer, blocks: list[bytes]) -> list[bytes]:
    return [record for block in blocks for record in framer.feed(block)]


def test_all_three_line_ends_in_any_mixture() -> None:
    framer = LineFramer()

    assert framer.feed(b"a\r\nb\nc\rd\n\r\ne") == [b"a\r\n", b"b\n", b"c\r", b"d\n", b"\r\n"]
    assert framer.finish() == [b"e"]


def test_a_cr_at_the_end_waits_for_the_next_byte() -> None:
    framer = LineFramer()

    assert framer.feed(b"a\r") == []
    assert framer.feed(b"\nb\r") == [b"a\r\n"]
    assert framer.feed(b"c") == [b"b\r"]


def test_a_cr_that_waits_is_released_when_nothing_comes() -> None:
    framer = LineFramer()
    framer.feed(b"a\r")

    assert framer.idle() == [b"a\r"]
    assert framer.pending_bytes == 0


def test_an_unfinished_line_is_not_released_when_nothing_comes() -> None:
    framer = LineFramer()
    framer.feed(b"a")

    assert framer.idle() == []
    assert framer.pending_bytes == 1


@given(pieces)
def test_no_byte_is_lost_however_the_input_is_cut(blocks: list[bytes]) -> None:
    framer = LineFramer()
    records = feed_all(framer, blocks)

    assert framer.pending_bytes == len(b"".join(blocks)) - len(b"".join(records))
    assert records + framer.finish() == b"".join(blocks).splitlines(keepends=True)


@pytest.mark.parametrize("block_bytes", [1000, 70_000, 1_000_000])
def test_of_an_oversize_line_one_byte_too_many_and_the_line_end_are_kept(block_bytes: int) -> None:
    framer = LineFramer()
    data = b"x" * 300_000 + b"\r\nnext\n"
    blocks = [data[i : i + block_bytes] for i in range(0, len(data), block_bytes)]

    assert feed_all(framer, blocks) == [b"x" * (MAX_RECORD_BYTES + 1) + b"\r\n", b"next\n"]
    assert framer.pending_bytes == 0


def test_dropped_bytes_of_an_oversize_line_are_pending_until_it_ends() -> None:
    framer = LineFramer()

    assert feed_all(framer, [b"x" * 100_000] * 3) == []
    assert framer.pending_bytes == 300_000
    assert framer.finish() == [b"x" * (MAX_RECORD_BYTES + 1)]
    assert framer.pending_bytes == 0


def test_a_line_of_just_the_greatest_length_is_whole() -> None:
    line = b"x" * MAX_RECORD_BYTES + b"\r\n"

    assert LineFramer().feed(line) == [line]
