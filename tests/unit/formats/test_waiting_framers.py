"""Framers that wait: for half a line end, for a decision, for the rest of a message."""

from __future__ import annotations

from cmtel.formats.framers import LfCrFramer
from cmtel.formats.officeserv_framer import OfficeServFramer
from cmtel.formats.oxe_messages import OxeFramer


def test_lf_cr_is_one_line_end_beside_the_usual_ones() -> None:
    framer = LfCrFramer()

    assert framer.feed(b"a\n\rb\r\nc\nd\re\n\r") == [b"a\n\r", b"b\r\n", b"c\n", b"d\r", b"e\n\r"]
    assert framer.pending_bytes == 0


def test_a_lone_lf_waits_for_its_cr_or_for_silence() -> None:
    framer = LfCrFramer()

    assert framer.feed(b"a\n") == []
    assert framer.feed(b"\rb\n") == [b"a\n\r"]
    assert framer.idle() == [b"b\n"]
    assert framer.feed(b"c") == []
    assert framer.idle() == []
    assert framer.finish() == [b"c"]


def test_a_switch_that_prints_lines_is_heard_before_it_has_said_much() -> None:
    framer = OfficeServFramer()

    assert framer.feed(b"first\r\nsec") == []
    assert framer.idle() == []
    assert framer.feed(b"ond\r\n") == []
    assert framer.pending_bytes == 15
    assert framer.idle() == [b"first\r\n", b"second\r\n"]
    assert framer.feed(b"x" * 4096 + b"\n\0y\n") == [b"x" * 4096 + b"\n", b"\0y\n"]


def test_a_nul_after_released_lines_still_decides() -> None:
    framer = OfficeServFramer()
    framer.feed(b"\fhead\n====\n")

    assert framer.idle() == [b"\fhead\n", b"====\n"]
    assert framer.feed(b"\r\n1\0\r\n2") == [b"\r\n1\0"]
    assert framer.idle() == []
    assert framer.pending_bytes == 3
    assert framer.finish() == [b"\r\n2"]


def test_a_heading_in_front_of_a_record_is_a_record() -> None:
    framer = OfficeServFramer()

    assert framer.feed(b"\fa\n====\nb\n=====\n\r\n1\0\fc====2\0") == [
        *(b"\fa\n====\nb\n=====\n", b"\r\n1\0", b"\fc====", b"2\0")
    ]


def test_an_endless_record_of_the_nul_form_is_not_kept() -> None:
    framer = OfficeServFramer()
    framer.feed(b"1\0")
    for _ in range(20):
        assert framer.feed(b"x" * 10_000) == []

    assert framer.pending_bytes == 200_000
    (record,) = framer.feed(b"y\0")
    assert len(record) == 65_538
    assert framer.pending_bytes == 0


def test_messages_are_cut_by_their_length() -> None:
    framer = OxeFramer()

    assert framer.feed(b"\x00\x01P\x00\x02\x00\x00\x00") == [b"\x00\x01P", b"\x00\x02\x00\x00"]
    assert (framer.pending_bytes, framer.idle()) == (1, [])
    assert framer.feed(b"\x08TEST") == []
    assert framer.feed(b"_REQ") == [b"\x00\x08TEST_REQ"]
    assert framer.finish() == []


def test_input_that_is_no_message_is_lines() -> None:
    framer = OxeFramer()

    assert framer.feed(b"\x03") == []
    assert framer.feed(b"ED5.2\r") == []
    assert framer.idle() == [b"\x03ED5.2\r"]
    assert framer.feed(b"ED5.2\nED") == [b"ED5.2\n"]
    assert framer.finish() == [b"ED"]
