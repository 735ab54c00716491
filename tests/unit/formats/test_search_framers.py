"""Records that are more than a line: blocks, objects, elements, however their bytes come."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats.block_framer import BlockFramer
from cmtel.formats.json_framer import JsonArrayFramer, LinesOrJsonFramer
from cmtel.formats.seam import MAX_RECORD_BYTES, Framer
from cmtel.formats.xml_elements import ElementFramer


def elements() -> Framer:
    return ElementFramer("call")


FRAMERS: list[Callable[[], Framer]] = [BlockFramer, JsonArrayFramer, LinesOrJsonFramer, elements]
PARTS = [
    *(b"\r\n", b"\n", b"\r", b"A: b\r\n", b"Asterisk Call Manager/1\r\n", b'{"a":[', b'{"a":"b"}'),
    *(
        b",",
        b'"',
        b"{",
        b"}",
        b"]}",
        b"\\",
        b"<call>",
        b"</call>",
        b"<call",
        b"<b>x</b>",
        b"\xef\xbb",
    ),
]


def whole(framer: Framer, data: bytes) -> list[bytes]:
    return framer.feed(data) + framer.finish()


@pytest.mark.parametrize("make", FRAMERS)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=30), cuts=st.lists(st.integers(0, 200)))
def test_pieces_do_not_matter_and_no_byte_is_lost(
    make: Callable[[], Framer], parts: list[bytes], cuts: list[int]
) -> None:
    data = b"".join(parts)
    framer = make()
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    records = []
    for begin, end in pairwise(edges):
        records += framer.feed(data[begin:end])
        assert len(b"".join(records)) + framer.pending_bytes == end

    assert records + framer.finish() == whole(make(), data)
    assert b"".join(whole(make(), data)) == data
    assert framer.pending_bytes == 0


@pytest.mark.parametrize(
    ("make", "begin", "end", "after"),
    [
        (BlockFramer, b"A: ", b"\r\n\r\n", b"B: c\r\n\r\n"),
        (JsonArrayFramer, b'[{"a":"', b'"}', b',{"b":"c"}'),
        (elements, b"<call>", b"</call>", b"<call>b</call>"),
    ],
)
def test_an_oversize_record_keeps_memory_flat_and_costs_no_neighbour(
    make: Callable[[], Framer], begin: bytes, end: bytes, after: bytes
) -> None:
    framer = make()
    framer.feed(begin)
    for _ in range(40):
        assert framer.feed(b"x" * 5_000) == []
    assert framer.pending_bytes == len(begin) + 200_000

    records = framer.feed(end + after) + framer.finish()

    assert [len(record) for record in records] == [MAX_RECORD_BYTES + 1, len(after)]
    assert records[1] == after


def test_a_block_ends_at_an_empty_line_and_a_greeting_at_its_own() -> None:
    data = b"Asterisk Call Manager/1\r\nA: b\r\nC: \n\nd\r\n\r\n\r\nE: f\r\n"

    assert whole(BlockFramer(), data) == [
        b"Asterisk Call Manager/1\r\n", b"A: b\r\nC: \n\nd\r\n\r\n", b"\r\n", b"E: f\r\n",
    ]  # fmt: skip


def test_where_the_first_line_ends_with_lf_any_line_end_ends_a_line() -> None:
    assert whole(BlockFramer(), b"A: b\n\nC: d\r\n\rE: f\r\r") == [
        b"A: b\n\n", b"C: d\r\n\r", b"E: f\r\r",
    ]  # fmt: skip


def test_a_cr_at_the_end_waits_for_its_lf_but_not_for_ever() -> None:
    framer = BlockFramer()

    assert framer.feed(b"A: b\n\r") == []
    assert framer.idle() == [b"A: b\n\r"]


def test_bytes_around_objects_belong_to_the_next_one_and_the_last_ones_to_the_last() -> None:
    data = b' {"n":1,"cdr":[\n{"a":"}"},\n {"b":{"c":"\\""}} ]}\n'

    assert whole(JsonArrayFramer(), data) == [
        b' {"n":1,"cdr":[\n{"a":"}"}', b',\n {"b":{"c":"\\""}} ]}\n',
    ]  # fmt: skip


@pytest.mark.parametrize(
    "broken", [b'{"a":"x},', b'{"a":"x}\n,', b'{"a":"x"\n,', b'{"a":{"b":"x"},']
)
def test_a_broken_object_costs_one_record(broken: bytes) -> None:
    records = whole(JsonArrayFramer(), b"[" + broken + b'{"b":"1"},{"c":"2"}]')

    assert records[-1] == b',{"c":"2"}]'
    assert records[-2].endswith(b'{"b":"1"}')
    assert len(records) == 3


def test_the_last_object_comes_when_nothing_follows() -> None:
    framer = JsonArrayFramer()

    assert framer.feed(b'[{"a":"1"}') == []
    assert framer.idle() == [b'[{"a":"1"}']
    assert framer.feed(b"]") == []
    assert framer.finish() == [b"]"]


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\r\n "])
def test_the_first_character_tells_lines_from_json(mark: bytes) -> None:
    assert whole(LinesOrJsonFramer(), mark + b'{"a":[{\n"b":1}]}') == [mark + b'{"a":[{\n"b":1}]}']
    assert whole(LinesOrJsonFramer(), mark + b"1,2\n3\n")[-2:] == [
        (mark if mark[:1] == b"\xef" else b" " if mark else b"") + b"1,2\n", b"3\n",
    ]  # fmt: skip


def test_an_element_that_does_not_end_stops_where_the_next_one_starts() -> None:
    data = b"<x><call>1</call>\n<call>2\n<b:call a='3'></b:call ><called/></x>"

    assert whole(elements(), data) == [
        b"<x><call>1</call>", b"\n<call>2\n", b"<b:call a='3'></b:call ><called/></x>",
    ]  # fmt: skip
