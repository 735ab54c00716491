"""Master.csv: the quick way and the general way agree; caller ids, hours that come twice."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.calls import CallRecord
from cmtel.formats.asterisk_cdr import displayed_name
from cmtel.formats.switches import asterisk_csv
from tests.format_samples import decode_text

COLUMNS = [
    "acct", "03012345678", "201", "from-trunk", '"Ann" <03012345678>', "PJSIP/t1-1", "PJSIP/201-2",
    "Dial", "x,y", "2024-05-01 08:00:00", "2024-05-01 08:00:05", "2024-05-01 08:00:25", "25", "20",
    "ANSWERED", "DOCUMENTATION", "1714543200.1", "", "", "1714543200.1", "7",
]  # fmt: skip
NAMES = [
    "account", "src", "dst", "context", "clid", "channel", "dstchannel", "app", "data", "start",
    "answer", "end", "duration", "billsec", "disposition", "ama", "uniqueid",
]  # fmt: skip
NUMBERS = (12, 13, 20)


def as_asterisk_writes(columns: list[str]) -> str:
    """Texts in quotes; numbers, and times that are not set, without."""
    return ",".join(
        value
        if (index in NUMBERS and not {*value} & {*'," '}) or (index in (10, 11) and not value)
        else '"' + value.replace('"', '""') + '"'
        for index, value in enumerate(columns)
    )


def as_others_write(columns: list[str]) -> str:
    """Quotes only where they are needed: the general way has to read it."""
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(columns)
    return out.getvalue()


def a_line(**changes: str) -> str:
    columns = list(COLUMNS)
    for name, value in changes.items():
        columns[NAMES.index(name)] = value
    return as_asterisk_writes(columns) + "\n"


def decoded(**changes: str) -> CallRecord:
    (call,) = decode_text("asterisk-csv", a_line(**changes), timezone="Europe/Berlin")
    assert isinstance(call, CallRecord)
    return call


@pytest.mark.parametrize("columns", [18, 21])
@pytest.mark.parametrize("changed", [(), (10,), (10, 11), (4,)])
def test_usual_lines_go_the_quick_way(columns: int, changed: tuple[int, ...]) -> None:
    line = as_asterisk_writes(
        ["" if index in changed else value for index, value in enumerate(COLUMNS[:columns])]
    )

    assert asterisk_csv.AS_WRITTEN.fullmatch(line)


values = st.sampled_from(
    ["", "a", '"', '""', '"Ann" <0301>', '","', ",", "201", "0301234567", "2024-05-01 08:00:05",
     "2024-05-01T08:00:05", "24-05-01", "7", "-7", "NO ANSWER", "x-1", "ö", "1.1", " "]
)  # fmt: skip


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_the_quick_way_reads_what_the_general_way_reads(data: st.DataObject) -> None:
    columns = list(COLUMNS[: data.draw(st.sampled_from([18, 21, 21, 16, 17, 20]))])
    for index in data.draw(st.lists(st.integers(0, len(columns) - 1), max_size=3)):
        columns[index] = data.draw(values)

    (quick,) = decode_text("asterisk-csv", as_asterisk_writes(columns) + "\n")
    (general,) = decode_text("asterisk-csv", as_others_write(columns) + "\n")

    assert quick[:-1] == general[:-1] or " " in (columns[0], columns[-1])


@pytest.mark.parametrize(
    ("caller_id", "name"),
    [
        ('"Ann" <0301>', "Ann"), ('"He said "hi"" <0301>', 'He said "hi"'), ("Ann <0301>", "Ann "),
        ("Ann", "Ann"), ('"A name that was cut', "A name that was cut"), ('"Ann"', "Ann"),
        ('"Ann" <03', "Ann"), ('"Ann"  ', "Ann"), ('"', ""), ("", ""), ('"" <0301>', ""),
        ('"a" b" <1>', 'a" b'), ("<0301>", ""),
    ],
)  # fmt: skip
def test_the_name_in_a_caller_id_that_may_be_cut_off(caller_id: str, name: str) -> None:
    assert displayed_name(caller_id) == name


@pytest.mark.parametrize(
    ("disposition", "billsec", "answer", "state"),
    [
        ("ANSWERED", "0", "", "CONN"), ("NO ANSWER", "3", "2024-05-01 08:00:05", "CONN"),
        ("NO ANSWER", "0", "2024-05-01 08:00:05", "RING"), ("BUSY", "0", "", "BUSY"),
        ("FAILED", "0", "", "RING"), ("SOMETHING", "0", "2024-05-01 08:00:05", "CONN"),
        ("SOMETHING", "0", "", "RING"),
    ],
)  # fmt: skip
def test_the_disposition_names_the_state(
    disposition: str, billsec: str, answer: str, state: str
) -> None:
    assert decoded(disposition=disposition, billsec=billsec, answer=answer).state == state


def test_ring_time_is_unknown_for_an_answered_call_without_answer_time() -> None:
    assert decoded(answer="").ring_ms is None


def test_a_negative_ring_time_is_unknown() -> None:
    assert decoded(answer="2024-05-01 07:59:59").ring_ms is None


@pytest.mark.parametrize(
    ("channel", "line"),
    [("PJSIP/a-b-1", "PJSIP/a-b"), ("console", "console"), ("", None), ("-1", None)],
)
def test_the_line_is_the_channel_up_to_its_last_dash(channel: str, line: str | None) -> None:
    assert decoded(channel=channel).line == line


def test_of_an_hour_that_comes_twice_the_uniqueid_knows_which() -> None:
    twice = {
        "start": "2024-10-27 02:30:00",
        "answer": "2024-10-27 02:30:05",
        "end": "2024-10-27 02:30:25",
    }

    first = decoded(**twice, uniqueid="pbx-1729989001.4")
    second = decoded(**twice, uniqueid="pbx-1729992602.5")

    assert first.started_at == "2024-10-27T02:30:00+02:00"
    assert second.started_at == "2024-10-27T02:30:00+01:00"
    assert second.ended_at == "2024-10-27T02:30:25+01:00"
    assert first.ring_ms == second.ring_ms == 5000


def test_a_long_call_ends_in_the_second_of_two_hours_if_its_duration_says_so() -> None:
    call = decoded(
        start="2024-10-27 01:50:00", answer="2024-10-27 01:50:05", end="2024-10-27 02:30:00",
        duration="6000", billsec="5995", uniqueid="1729986600.1",
    )  # fmt: skip

    assert call.ended_at == "2024-10-27T02:30:00+01:00"


def test_an_epoch_outside_the_calendar_is_no_hint() -> None:
    call = decoded(start="2024-10-27 02:30:00", end="", answer="", uniqueid="99999999999999.1")

    assert call.started_at == "2024-10-27T02:30:00+02:00"


def test_legs_share_the_linkedid() -> None:
    first, second = decode_text("asterisk-csv", a_line() + a_line())

    assert (first.call_id, first.leg, second.leg) == ("1714543200.1", 1, 2)


def test_a_rejected_record_does_not_count_as_leg() -> None:
    _, call = decode_text("asterisk-csv", a_line(start="2024-13-01 00:00:00") + a_line())

    assert call.leg == 1
