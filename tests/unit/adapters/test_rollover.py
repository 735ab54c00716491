from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cmtel.adapters.sources.rollover import (
    Block,
    BlockHash,
    find_blocks,
    lines_of,
    overlap_start,
    whole_lines_bytes,
)


def _block(data: bytes) -> Block:
    block = BlockHash()
    block.add(data)
    return block.block


def test_lines_end_at_any_line_end_and_blank_ones_do_not_count() -> None:
    assert [line.text for line in lines_of(b"1\r\n\r\n2\n3\r4")] == [b"1", b"2", b"3", b"4"]


@given(st.binary(max_size=30).map(lambda data: data.replace(b"0", b"\r").replace(b"1", b"\n")))
def test_whole_lines_never_part_a_carriage_return_from_its_line_feed(data: bytes) -> None:
    end = whole_lines_bytes(data)

    assert end == 0 or data[end - 1 : end] in (b"\r", b"\n")
    assert not (data[:end].endswith(b"\r") and data[end:].startswith(b"\n"))
    assert b"\n" not in data[end:]


def test_a_block_is_found_whatever_its_line_ends() -> None:
    lines = list(lines_of(b"0\n1\n2\n3\n"))

    assert find_blocks(lines, [_block(b"1\r\n2\r\n")]) == ([(1, 3)], [])


def test_blocks_are_looked_for_one_behind_the_other() -> None:
    lines = list(lines_of(b"1\n1\n2\n"))
    one, two, three = _block(b"1\n"), _block(b"2\n"), _block(b"3\n")

    assert find_blocks(lines, [one, three, one, two]) == ([(0, 1), (1, 2), (2, 3)], [three])


def test_a_block_of_which_the_end_is_not_there_yet_is_missing() -> None:
    assert find_blocks(list(lines_of(b"1\n2\n")), [_block(b"1\n2\n3\n")])[0] == []


def test_the_overlap_is_an_end_that_is_the_beginning_of_the_day() -> None:
    appended, day = list(lines_of(b"0\n1\n2\n")), list(lines_of(b"1\r\n2\r\n3\r\n"))

    assert overlap_start(appended, day) == 1
    assert overlap_start(appended, list(lines_of(b"1\n3\n"))) == 3
    assert overlap_start(appended, []) == 3
