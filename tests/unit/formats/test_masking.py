"""The framer that masks: what it holds back, what it lets through, and what it does in doubt."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.masking import MaskRule
from cmtel.domain.number_plan import read_extensions
from cmtel.formats import registry
from cmtel.formats.masking import Masking
from cmtel.formats.options import decode_options
from cmtel.formats.seam import Framer
from tests.format_samples import RECEIVED, frame

NUMBER = "03023125010"
#: One that only calls of 200-299 are masked in, by the last 3 digits.
SOME = MaskRule(3, read_extensions("200-299"))
COLUMNS = b"cdrRecordType,finalCalledPartyNumber,callingPartyNumber,dateTimeOrigination\n"


def masking(name: str, rule: MaskRule = SOME, earlier: Iterable[bytes] = (), *opts: str) -> Framer:
    options = decode_options(opts, "Europe/Berlin", None)
    return Masking(rule, registry.get(name), options, lambda: RECEIVED).framer(earlier)


def masked(name: str, data: bytes, rule: MaskRule = SOME) -> bytes:
    framer = masking(name, rule)
    return b"".join([*framer.feed(data), *framer.finish()])


def asterisk(extension: str, number: str, last: str = "") -> bytes:
    return (
        f'"","{extension}","{number}","from-internal","""Eva"" <{extension}>",'
        f'"PJSIP/{extension}-1","PJSIP/{number}-2","Dial","PJSIP/+49{number[1:]}@t,{last}",'
        '"2026-03-02 08:00:00","2026-03-02 08:00:02","2026-03-02 08:00:09",9,7,"ANSWERED",'
        '"DOCUMENTATION","1772434800.7",""\r\n'
    ).encode()


def test_every_spelling_of_the_number_is_masked_and_nothing_else() -> None:
    expected = asterisk("201", "03023125xxx")

    assert masked("asterisk-csv", asterisk("201", NUMBER)) == expected


def test_calls_of_others_are_left_as_they_are() -> None:
    assert masked("asterisk-csv", asterisk("301", NUMBER)) == asterisk("301", NUMBER)


@pytest.mark.parametrize("number", ["112", "0190", "202"])
def test_short_numbers_stay(number: str) -> None:
    assert masked("asterisk-csv", asterisk("201", number)) == asterisk("201", number)


def test_what_cannot_be_read_loses_all_that_may_be_a_number() -> None:
    broken = b'"","301","03023125010","never whole",12345,1234\r\n'

    assert masked("asterisk-csv", broken) == b'"","301","xxxxxxxxxxx","never whole",xxxxx,1234\r\n'


def test_a_number_in_a_fixed_column_may_touch_the_one_before() -> None:
    line = b"04.03.2409:15:02  4   20100:0500:00:400302312500                        12 277"
    line += b" " * 27 + b"\r\n"

    out = masked("hipath", line)
    assert out[:40] == line[:40]
    assert b"0302312xxx" in out


def test_lines_of_one_field_are_held_back_until_the_record_is_whole() -> None:
    first, second = asterisk("201", NUMBER, "a\nb").split(b"\n", 1)
    framer = masking("asterisk-csv")

    assert framer.feed(first + b"\n") == []
    assert framer.pending_bytes == len(first) + 1
    records = framer.feed(second)
    assert b"".join(records) == asterisk("201", "03023125xxx", "a\nb")
    assert list(map(len, records)) == [len(first) + 1, len(second)]
    assert framer.pending_bytes == 0


def test_what_is_held_at_the_end_comes_masked() -> None:
    framer = masking("asterisk-csv")
    framer.feed(b'"","201","03023125010","open\n')

    assert framer.finish() == [b'"","201","xxxxxxxxxxx","open\n']
    assert framer.feed(asterisk("201", NUMBER)) == [asterisk("201", "03023125xxx")]


def test_a_record_that_waits_for_a_next_line_comes_when_it_is_quiet() -> None:
    form = registry.get("nec-sl")
    framer = masking("nec-sl", MaskRule(None))
    data = form.example.encode().rstrip() + b"\r\n"
    records = framer.feed(data)

    assert b"".join([*records, *framer.idle()]) != b""
    assert framer.pending_bytes == 0


def test_an_open_quote_waits_no_longer_than_for_a_pause() -> None:
    framer = masking("asterisk-csv")
    framer.feed(b'"","201","03023125010","open\n')

    assert framer.idle() == [b'"","201","xxxxxxxxxxx","open\n']
    assert framer.idle() == []


def test_a_heading_of_earlier_is_known_after_a_restart() -> None:
    record = b"1,+493023125010,201,1729990790\n"

    assert masking("cisco-cucm", SOME, [COLUMNS]).feed(record) == [
        b"1,+493023125xxx,201,1729990790\n"
    ]
    assert masking("cisco-cucm").feed(record) != [b"1,+493023125xxx,201,1729990790\n"]


def test_the_heading_itself_goes_through() -> None:
    framer = masking("cisco-cucm")

    assert framer.feed(COLUMNS) == [COLUMNS]


@given(st.lists(st.sampled_from([asterisk("201", NUMBER), b'"', b"\n", b"\r\n", b"03023125010,"])))
@settings(max_examples=60, deadline=None)
def test_whatever_comes_is_as_long_and_without_the_number(parts: list[bytes]) -> None:
    data = b"".join(parts)
    framer = masking("asterisk-csv", MaskRule(3))
    records = [*framer.feed(data), *framer.finish()]

    assert list(map(len, records)) == list(map(len, frame(registry.get("asterisk-csv"), data)))
    assert b"23125010" not in b"".join(records)
