"""The call monitor: calls are joined, interleave, and are given up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cmtel.domain.calls import CallRecord, Rejected
from cmtel.formats import registry
from cmtel.formats.options import decode_options
from cmtel.formats.seam import Decoder
from tests.format_samples import decode_text

RECEIVED = datetime(2026, 7, 1, 12, tzinfo=UTC)
RING = "01.07.26 12:00:00;RING;0;0301;4930999;SIP0;\r\n"
CONNECT = "01.07.26 12:00:05;CONNECT;0;1;0301;\r\n"
DISCONNECT = "01.07.26 12:01:05;DISCONNECT;0;60;\r\n"


def a_decoder() -> Decoder:
    return registry.get("fritzbox").make_decoder(decode_options([]))


def test_a_call_is_made_when_its_last_record_comes() -> None:
    decoder = a_decoder()
    other = RING.replace(";0;", ";1;")

    begun = decoder.decode([RING.encode(), other.encode(), CONNECT.encode()], 1, RECEIVED)
    ended = decoder.decode([DISCONNECT.encode()], 4, RECEIVED)

    assert begun.outcomes == []
    assert (list(ended.at), list(ended.covers)) == ([4], [3])
    assert ended.outcomes[0].raw == RING + CONNECT + DISCONNECT
    assert decoder.oldest_open == 2


def test_an_open_call_is_given_up_after_24_hours() -> None:
    decoder = a_decoder()
    decoder.decode([RING.encode(), CONNECT.encode()], 1, RECEIVED)

    assert decoder.deadline_utc == RECEIVED + timedelta(hours=24)
    assert decoder.expire(3, RECEIVED + timedelta(hours=23)).outcomes == []
    (call,) = decoder.expire(4, RECEIVED + timedelta(hours=24)).outcomes
    assert isinstance(call, CallRecord)
    assert (call.state, call.ring_ms, call.connected_secs, call.ended_at) == (
        "CONN", 5000, None, None,
    )  # fmt: skip
    assert decoder.deadline_utc is None


def test_a_call_with_the_id_of_an_open_one_closes_that_as_unknown() -> None:
    first, second = decode_text("fritzbox", RING + RING.replace("12:00:00", "12:00:09"))

    assert (first.state, first.ring_ms, first.connected_secs) == ("RING", None, None)
    assert (first.call_id, second.call_id) == ("20260701120000-0", "20260701120009-0")


def test_ring_time_of_an_unanswered_call_lasts_to_its_end() -> None:
    (call,) = decode_text("fritzbox", RING + "01.07.26 12:00:09;DISCONNECT;0;0;\n")

    assert (call.state, call.ring_ms, call.connected_secs) == ("RING", 9000, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (CONNECT, "orphan"),
        (DISCONNECT, "orphan"),
        ("01.07.26 12:00:00;RING;0;0301\n", "unparsed"),
        ("01.07.26 12:00:00;CALL;0;1;0301\n", "unparsed"),
        (DISCONNECT.replace("60", "x"), "unparsed"),
        (RING.replace("RING", "ring"), "unparsed"),
        (RING.replace("01.07", "31.06"), "unparsed"),
        (RING.replace(";0;", ";;"), "unparsed"),
        ("GET / HTTP/1.1\r\n", "unparsed"),
        (RING[:20], "truncated"),
    ],
)
def test_what_is_no_event_of_an_open_call_is_rejected(line: str, reason: str) -> None:
    assert decode_text("fritzbox", line) == [Rejected(reason, line)]


def test_a_bad_record_leaves_the_open_call_as_it_was() -> None:
    bad = DISCONNECT.replace("60", "x")

    rejected, call = decode_text("fritzbox", RING + bad + CONNECT + DISCONNECT)

    assert rejected == Rejected("unparsed", bad)
    assert call.connected_secs == 60


def test_memory_stays_flat_if_calls_never_end() -> None:
    decoder = a_decoder()
    lines = [RING.replace(";0;", f";{n};").encode() for n in range(20_005)]

    assert len(decoder.decode(lines, 1, RECEIVED).outcomes) == 5


def test_memory_stays_flat_if_a_call_never_stops_connecting() -> None:
    outcomes = decode_text("fritzbox", RING + CONNECT * 3000)

    assert len(outcomes[-1].raw) <= 65_536
    assert {outcome.reason for outcome in outcomes[:-1]} == {"other-event"}
