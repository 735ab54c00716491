"""Rows joined to calls: nothing depends on batches, and reading again can begin where it says."""

from __future__ import annotations

from datetime import timedelta

from cmtel.domain.calls import CallRecord, Rejected, Skipped
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.switches import asterisk_cel, kamailio_acc, opensips_acc
from tests.format_samples import RECEIVED

INVITE = b"INVITE|f|t|%b|200|OK|1714636800|1001|||||\n"
BYE = b"BYE|f|t|%b|200|OK|1714636860|||||\n"
LATER = RECEIVED + timedelta(hours=24)


def test_an_open_call_is_needed_until_it_is_closed() -> None:
    decoder = kamailio_acc.make_decoder(DecodeOptions())
    decoder.decode([INVITE % b"a", INVITE % b"b"], 7, RECEIVED)
    assert (decoder.oldest_open, decoder.deadline_utc) == (7, LATER)

    decoder.decode([BYE % b"a"], 9, RECEIVED)
    assert decoder.oldest_open == 8


def test_a_call_and_a_row_that_wait_for_a_day_are_given_up() -> None:
    decoder = kamailio_acc.make_decoder(DecodeOptions())
    decoder.decode([INVITE % b"a", BYE % b"b"], 1, RECEIVED)
    assert decoder.expire(3, LATER - timedelta(seconds=1)).outcomes == []

    given_up = decoder.expire(3, LATER)

    assert [type(outcome) for outcome in given_up.outcomes] == [CallRecord, Rejected]
    assert list(given_up.at) == [3, 3]
    assert decoder.oldest_open is None


def test_lines_that_wait_for_a_quote_to_close_are_given_up_after_two_seconds() -> None:
    decoder = opensips_acc.make_decoder(DecodeOptions())
    decoder.decode([b'1,"INVITE\n', b"2,BYE,f,t,c,200,OK,\n"], 1, RECEIVED)
    assert (decoder.oldest_open, decoder.deadline_utc) == (1, RECEIVED + timedelta(seconds=2))

    given_up = decoder.expire(3, RECEIVED + timedelta(seconds=2))

    assert given_up.outcomes == [Rejected("unparsed", '1,"INVITE\n')]
    assert decoder.oldest_open == 2  # the BYE waits for an INVITE


def test_a_heading_is_needed_by_all_lines_after_it() -> None:
    decoder = opensips_acc.make_decoder(DecodeOptions())
    decoder.decode(
        [b"\n", b"callid,method,sip_code,a,b,c,d\n", b"c,REGISTER,200,,,,\n"], 4, RECEIVED
    )
    assert decoder.heading == (5, b"callid,method,sip_code,a,b,c,d\n")
    assert decoder.oldest_open is None

    decoder.finish(7)
    assert decoder.heading is None


def test_a_call_of_rows_of_several_lines_covers_each_of_them() -> None:
    row = [
        b'"CHAN_START","1.5","A\n',
        b'B","201","","","","202","c","ch","","","3","","9.1","9.1"\n',
    ]
    end = b'"LINKEDID_END","3","","","","","","","","","","","","","","9.1"\n'
    decoder = asterisk_cel.make_decoder(DecodeOptions())

    decoded = decoder.decode([*row, end, end], 1, RECEIVED)

    assert (list(decoded.covers), list(decoded.at)) == ([3, 1], [3, 4])
    assert decoded.raws[0] == b"".join(row) + end
    assert decoded.outcomes[1] == Skipped("other-event", end.decode())
