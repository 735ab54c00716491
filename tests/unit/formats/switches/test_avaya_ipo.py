"""IP Office SMDR: parties by devices, segments, the record time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.domain.calls import CallRecord, Rejected
from tests.format_samples import decode_text

FIELDS = (
    "2024/05/01 08:00:00,00:01:00,5,0301234567,I,300,300,,0,1000001,0,E201,Ann,T9001,L 1,3,2,0,n/a,"
    ",,,,,,,,,,"
)


def a_line(changes: dict[int, str], more: str = "") -> str:
    fields = FIELDS.split(",")
    for number, value in changes.items():
        fields[number - 1] = value
    return ",".join(fields) + more + "\r\n"


def decoded(changes: dict[int, str], more: str = "", timezone: str | None = None) -> CallRecord:
    (call,) = decode_text("avaya-ipo", a_line(changes, more), timezone=timezone)
    assert isinstance(call, CallRecord)
    return call


def test_the_first_extension_answered_and_the_called_number_forwarded() -> None:
    call = decoded({12: "V9501", 14: "E207"})

    assert (call.local_number, call.forwarded_via, call.line) == ("207", "300", None)


def test_without_extension_the_called_number_is_the_own_one() -> None:
    call = decoded({12: "V9501"})

    assert (call.local_number, call.forwarded_via, call.line) == ("300", None, "T9001")


def test_nothing_was_forwarded_where_the_called_extension_answered() -> None:
    assert decoded({6: "201"}).forwarded_via is None


def test_hold_and_park_time_belong_to_the_call() -> None:
    assert decoded({}).ended_at == "2024-05-01T08:01:10"


@pytest.mark.parametrize("time", ["2024/05/01 08:01:44", "2024/05/01 08:01:44,,"])
def test_the_record_time_is_the_end(time: str) -> None:
    assert decoded({}, f",,,,,{time}").ended_at == "2024-05-01T08:01:44"


@pytest.mark.parametrize("text", ["soon", "2024/13/01 00:00:00", "2024/05/01"])
def test_other_text_in_field_35_is_no_end(text: str) -> None:
    assert decoded({}, f",,,,,{text}").ended_at == "2024-05-01T08:01:10"

    _, later = decode_text("avaya-ipo", a_line({}) + a_line({}, f",,,,,{text}"))
    assert later.ended_at is None


values = st.sampled_from(
    ["", "0", "1", "I", "O", "201", "E207", "T9002", "V9501", "E", " 7", "a b", "1.50", "EUR", "?",
     "2024/05/01 08:00:09", "2024/13/01 00:00:00", "00:61:00", "100:00:00"]
)  # fmt: skip


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_the_quick_way_reads_what_the_general_way_reads(data: st.DataObject) -> None:
    fields = FIELDS.split(",") + [""] * data.draw(st.sampled_from([-1, 0, 0, 3, 4, 5, 5, 7]))
    for index in data.draw(st.lists(st.integers(0, len(fields) - 1), max_size=4)):
        fields[index] = data.draw(values)

    (quick,) = decode_text("avaya-ipo", ",".join(fields) + "\n")
    (general,) = decode_text("avaya-ipo", ",".join(f'"{field}"' for field in fields) + "\n")

    assert quick[:-1] == general[:-1] or " " in (fields[0][:1], fields[-1][:1])


def test_the_end_of_later_segments_is_unknown_unless_sent() -> None:
    first, second, third = decode_text(
        "avaya-ipo", a_line({11: "1"}) + a_line({11: "1"}) + a_line({}, ",,,,,2024/05/01 08:09:00")
    )

    assert [call.leg for call in (first, second, third)] == [1, 2, 3]
    assert [call.ended_at for call in (first, second, third)] == [
        "2024-05-01T08:01:10", None, "2024-05-01T08:09:00",
    ]  # fmt: skip


def test_times_have_the_offset_of_the_zone() -> None:
    call = decoded({1: "2024/03/31 01:59:50", 2: "00:00:20"}, timezone="Europe/Berlin")

    assert call.started_at == "2024-03-31T01:59:50+01:00"
    assert call.ended_at == "2024-03-31T03:00:20+02:00"


@pytest.mark.parametrize(
    "changes",
    [
        {1: "2024/13/01 08:00:00"},
        {1: "2024-05-01 08:00:00"},
        {1: ""},
        {2: "1:00"},
        {2: "00:60:00"},
        {3: ""},
        {3: "x"},
        {5: "X"},
        {5: ""},
        {9: "2"},
        {10: ""},
        {10: "c1"},
        {11: "yes"},
        {1: "9999/12/31 23:59:59", 2: "99:00:00"},
    ],
)
def test_a_needed_field_that_is_not_as_described_rejects_the_record(
    changes: dict[int, str],
) -> None:
    line = a_line(changes)

    assert decode_text("avaya-ipo", line) == [Rejected("unparsed", line)]


def test_a_charge_that_is_none_rejects_nothing() -> None:
    call = decoded({21: "n/a", 22: "EUR"})

    assert (call.charge, call.charge_cents, call.currency) == (None, None, "EUR")


def test_a_quoted_name_may_hold_commas_and_line_ends() -> None:
    internal = {4: "201", 5: "O", 6: "202", 9: "1", 14: "E202", 15: '"Miller,\r\nBob"'}

    assert decoded(internal).name == "Miller, Bob"


def test_fewer_than_thirty_fields_are_rejected() -> None:
    line = FIELDS.rpartition(",")[0] + "\n"

    assert decode_text("avaya-ipo", line) == [Rejected("unparsed", line)]
