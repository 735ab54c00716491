"""Records of nec-sl and vodavi that span lines, from a live source."""

from __future__ import annotations

from datetime import timedelta

from cmtel.domain.calls import CallRecord, Rejected
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions, Decoder
from tests.format_samples import RECEIVED

SECOND = timedelta(seconds=1)
PIN = b"PIN   10:52 12/09 001  00:00:20 2017       2145550102           Miller\r\n"


def decoder_of(name: str) -> Decoder:
    return registry.get(name).make_decoder(DecodeOptions())


def test_a_call_waits_two_seconds_for_the_callers_name() -> None:
    decoder = decoder_of("nec-sl")

    assert decoder.decode([PIN], 7, RECEIVED).outcomes == []
    assert decoder.oldest_open == 7
    assert decoder.deadline_utc == RECEIVED + 2 * SECOND
    assert decoder.expire(8, RECEIVED + SECOND).outcomes == []
    given_up = decoder.expire(9, RECEIVED + 2 * SECOND)
    assert [outcome.name for outcome in given_up.outcomes if isinstance(outcome, CallRecord)] == [
        "Miller"
    ]
    assert (given_up.at, given_up.covers, given_up.raws) == ([9], [1], [PIN])
    assert not decoder.oldest_open


def test_the_line_that_ends_a_record_completes_it() -> None:
    decoder = decoder_of("nec-sl")

    decoded = decoder.decode([PIN, b"NEXT  Smith\r\n", PIN], 1, RECEIVED)

    assert (decoded.at, decoded.covers) == ([3], [2])
    assert decoder.oldest_open == 3


def test_a_name_without_end_is_no_part_of_the_call() -> None:
    decoder = decoder_of("nec-sl")
    long = b"NEXT  " + b"x" * 40_000 + b"\r\n"

    decoded = decoder.decode([PIN, long, long, b"\r\n"], 1, RECEIVED)

    assert decoded.outcomes[0] == Rejected("orphan", long.decode())
    assert decoded.covers == [1, 2, 1]


def test_the_first_of_three_lines_is_given_up_after_two_seconds() -> None:
    decoder = decoder_of("vodavi")
    lines = [b"116 08 00:02 14:13 05/11/90\r\n", b"O5550123\r\n"]

    assert decoder.decode(lines, 1, RECEIVED).outcomes == []
    assert decoder.oldest_open == 1
    given_up = decoder.expire(3, RECEIVED + 2 * SECOND)
    assert [outcome[0] for outcome in given_up.outcomes] == ["truncated", "unparsed"]
    assert given_up.raws == lines
