"""The frames of mitel-5000: bytes that come as they like, and inputs that have no frames."""

from __future__ import annotations

from cmtel.domain.calls import CallRecord
from cmtel.formats.seam import MAX_RECORD_BYTES, DecodeOptions
from cmtel.formats.switches.mitel_5000 import FORMAT, LengthFramer
from tests.format_samples import RECEIVED, decode_records

LINE = f"{'LOC 101   94001 0699':45}09:16 00:01:00 $00.00\r\n".encode()
FRAME = len(LINE).to_bytes(4, "little") + LINE


def test_a_frame_may_come_byte_by_byte() -> None:
    framer = LengthFramer()
    records = [record for byte in FRAME * 2 for record in framer.feed(bytes([byte]))]

    assert records == [FRAME, FRAME]
    assert (framer.pending_bytes, framer.finish()) == (0, [])


def test_what_is_shorter_than_a_length_is_lines() -> None:
    framer = LengthFramer()

    assert framer.feed(b"\r\n\n") == []
    assert framer.pending_bytes == 3
    assert framer.finish() == [b"\r\n", b"\n"]


def test_plain_lines_are_cut_as_lines_also_after_a_pause() -> None:
    framer = LengthFramer()

    assert framer.feed(b"LOC 1\r") == []
    assert framer.idle() == [b"LOC 1\r"]
    assert framer.feed(LINE) == [LINE]


def test_after_a_bad_length_memory_stays_flat() -> None:
    framer = LengthFramer()
    framer.feed(FRAME)
    for _ in range(200):
        assert framer.feed(b"\xff" * 1000) == []

    assert framer.pending_bytes == 200_000
    (rest,) = framer.finish()
    assert len(rest) == MAX_RECORD_BYTES + 1
    decoding = decode_records(FORMAT, DecodeOptions(), [FRAME, rest])
    assert decoding.outcomes[1][0] == "oversize"


def test_a_new_decoder_knows_frames_from_the_record_that_is_read_again() -> None:
    broken = b"\xff\xff\xff\xff" + LINE
    before = FORMAT.make_decoder(DecodeOptions())
    before.decode([FRAME], 1, RECEIVED)
    again = FORMAT.make_decoder(DecodeOptions())
    again.decode([FRAME], 1, RECEIVED)

    assert again.memory_records > 0
    assert again.decode([broken], 2, RECEIVED) == before.decode([broken], 2, RECEIVED)


def test_the_lengths_are_no_part_of_the_text_but_of_the_raw() -> None:
    (call,) = decode_records(FORMAT, DecodeOptions(), [FRAME]).outcomes

    assert isinstance(call, CallRecord)
    assert call.remote_number == "0699"
    assert call.raw == FRAME.decode()
