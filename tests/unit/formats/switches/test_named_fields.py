"""delimited and fixed: fields that the user names."""

from __future__ import annotations

import pytest

from cmtel.domain.calls import CallRecord, Rejected
from cmtel.errors import UsageError
from cmtel.formats import registry
from cmtel.formats.options import decode_options
from tests.format_samples import RECEIVED, decode_text


def decoded(fields: str, line: str, *pairs: str, timezone: str | None = None) -> CallRecord:
    (call,) = decode_text("delimited", line + "\n", f"fields={fields}", *pairs, timezone=timezone)
    assert isinstance(call, CallRecord), call
    return call


def is_rejected(fields: str, line: str, *pairs: str) -> bool:
    outcomes = decode_text("delimited", line + "\n", f"fields={fields}", *pairs)
    return outcomes == [Rejected("unparsed", line + "\n")]


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        ["fields="],
        ["fields=when"],
        ["fields=datetime,datetime"],
        ["fields=caller,called"],
        ["fields=datetime,date"],
        ["fields=end-datetime,end-time"],
        ["fields=datetime", "delimiter=ab"],
        ["fields=datetime", "delimiter="],
        ["fields=datetime", 'delimiter="'],
        ["fields=datetime", "quote=''"],
        ["fields=datetime", "header=-1"],
        ["fields=datetime", "header=x"],
        ["fields=datetime", "comment="],
        ["fields=datetime", "skip=("],
        ["fields=datetime", "skip="],
        ["fields=datetime", "date-format=%Q"],
        ["fields=datetime", "date-format="],
        ["fields=datetime", "date-format=%Y|"],
        ["fields=datetime", "day-first=yes"],
        ["fields=datetime", "time-is=middle"],
        ["fields=datetime", "duration-unit=h"],
        ["fields=datetime", "direction=up"],
        ["fields=datetime", "direction-map=I=up"],
        ["fields=datetime", "state-map=A"],
        ["fields=datetime", "internal=["],
    ],
)
def test_bad_options_are_wrong_usage(pairs: list[str]) -> None:
    with pytest.raises(UsageError):
        registry.get("delimited").make_decoder(decode_options(pairs))


@pytest.mark.parametrize(
    "fields", ["datetime", "datetime:0:5", "datetime:1:0", "when:1:5", "datetime:1"]
)
def test_bad_positions_are_wrong_usage(fields: str) -> None:
    with pytest.raises(UsageError):
        registry.get("fixed").make_decoder(decode_options([f"fields={fields}"]))


@pytest.mark.parametrize(
    ("text", "started_at"),
    [
        ("2024-05-31 08:09:10", "2024-05-31T08:09:10"),
        ("2024-05-31T08:09:10", "2024-05-31T08:09:10"),
        ("2024/05/31 08:09:10", "2024-05-31T08:09:10"),
        ("31.05.2024 08:09:10", "2024-05-31T08:09:10"),
        ("31.05.24 08:09:10", "2024-05-31T08:09:10"),
        ("20240531080910", "2024-05-31T08:09:10"),
        ("2024-05-31 08:09", "2024-05-31T08:09:00"),
        ("31.05.69 08:09", "2069-05-31T08:09:00"),
        ("31.05.70 08:09", "1970-05-31T08:09:00"),
        ("05/06/2024 08:09:10", "2024-05-06T08:09:10"),
        ("05/06/2024 08:09", "2024-05-06T08:09:00"),
    ],
)
def test_the_usual_layouts_of_times(text: str, started_at: str) -> None:
    assert decoded("datetime", text).started_at == started_at


def test_day_first_turns_the_last_layouts() -> None:
    assert (
        decoded("datetime", "05/06/2024 08:09", "day-first=true").started_at
        == "2024-06-05T08:09:00"
    )


@pytest.mark.parametrize("text", ["2024-02-30 08:00:00", "31/05/2024 08:00", "08:00", "x", ""])
def test_a_bad_or_missing_time_rejects_the_record(text: str) -> None:
    assert is_rejected("datetime,connected", f"{text},5")


@pytest.mark.parametrize(
    ("pattern", "text", "timezone", "started_at"),
    [
        ("epoch", "1700000000.9", None, "2023-11-14T22:13:20+00:00"),
        ("epoch", "1700000000", "Europe/Berlin", "2023-11-14T23:13:20+01:00"),
        ("%d.%m.%Y %H:%M %z", "01.05.2024 08:00 +0530", None, "2024-05-01T08:00:00+05:30"),
        ("%d.%m.%Y %H:%M %z", "01.05.2024 08:00 +0530", "UTC", "2024-05-01T02:30:00+00:00"),
        ("%H:%M|%d.%m.%Y %H:%M:%S.%f", "01.05.2024 08:00:09.999", None, "2024-05-01T08:00:09"),
        ("%d.%m.%Y %I:%M %p", "01.05.2024 12:05 AM", None, "2024-05-01T00:05:00"),
    ],
)  # fmt: skip
def test_patterns_of_the_user(
    pattern: str, text: str, timezone: str | None, started_at: str
) -> None:
    call = decoded("datetime", text, f"date-format={pattern}", timezone=timezone)

    assert call.started_at == started_at


def test_lengths_follow_from_the_times() -> None:
    call = decoded("datetime,answer-time,end-time", "2024-05-01 23:59:50,00:00:05,00:01:05")

    assert (call.ring_ms, call.connected_secs, call.state) == (15_000, 60, "CONN")
    assert call.ended_at == "2024-05-02T00:01:05"


def test_the_start_follows_from_the_end() -> None:
    call = decoded("end-datetime,ring,connected", "2024-05-01 08:01:05,5.7,60")

    assert (call.started_at, call.ring_ms, call.connected_secs) == ("2024-05-01T07:59:59", 5700, 60)


def test_nothing_is_guessed() -> None:
    call = decoded("datetime,answer-datetime,leg,direction", "2024-05-01 08:01:05,,,")

    assert call[:11] == (None, "RING", "2024-05-01T08:01:05", *[None] * 8)
    assert call[11:-1] == (None,) * 6


def test_an_offset_and_a_time_without_give_no_difference() -> None:
    call = decoded(
        "datetime,answer-datetime", "2024-05-01 08:00:00,1700000000",
        "date-format=%Y-%m-%d %H:%M:%S|epoch",
    )  # fmt: skip

    assert (call.ring_ms, call.state) == (None, "CONN")


@pytest.mark.parametrize(
    ("fields", "line", "pairs", "expected"),
    [
        ("caller,called", "0301234567,201", [], ("in", "0301234567", "201")),
        ("caller,called", "201,0301234567", [], ("out", "0301234567", "201")),
        ("caller,called", "anonymous,201", [], ("in", None, "201")),
        ("caller,called", "201,202", ["internal=20[1]"], ("out", "202", "201")),
        ("caller,called,direction", "201,202,I", ["direction-map=I=in"], ("in", "201", "202")),
        ("caller,called", "201,202", ["direction=in"], ("in", "201", "202")),
        ("remote_number,local_number", "0 301,201", [], (None, "0301", "201")),
        ("called,remote_number,direction", "1,2,out", [], ("out", "2", None)),
    ],
)  # fmt: skip
def test_parties(
    fields: str, line: str, pairs: list[str], expected: tuple[str | None, ...]
) -> None:
    call = decoded(f"datetime,{fields}", f"2024-05-01 08:00:00,{line}", *pairs)

    assert (call.direction, call.remote_number, call.local_number) == expected


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("direction", "up"),
        ("state", "GONE"),
        ("charge", "much"),
        ("leg", "x"),
        ("connected", "-5"),
        ("ring", "1:99"),
        ("end-datetime", "soon"),
        ("answer-datetime", "soon"),
    ],
)
def test_a_bad_value_rejects_the_record(field: str, value: str) -> None:
    assert is_rejected(f"datetime,{field}", f"2024-05-01 08:00:00,{value}")


def test_the_currency_option_is_for_records_with_a_charge() -> None:
    fields, time = "datetime,charge,currency", "2024-05-01 08:00:00"

    assert decoded(fields, f"{time},,", "currency=EUR").currency is None
    assert decoded(fields, f"{time},5,", "currency=JPY").charge_cents == 5
    assert decoded(fields, f"{time},5,USD", "currency=JPY").currency == "USD"


def test_heading_lines_that_hold_a_quote_are_not_joined() -> None:
    outcomes = decode_text(
        "delimited", '"open\n\n# "open\nEND "\n2024-05-01 08:00:00,x\n',
        "fields=datetime,line", "header=1", "comment=#", "skip=^END",
    )  # fmt: skip

    assert [outcome.reason for outcome in outcomes[:-1]] == ["header", "blank", "comment", "header"]
    assert outcomes[-1].line == "x"


def test_a_comment_inside_of_a_quoted_field_belongs_to_it() -> None:
    (call,) = decode_text(
        "delimited", '2024-05-01 08:00:00,"a\n# b"\n', "fields=datetime,line", "comment=#"
    )

    assert call.line == "a # b"


def test_a_line_may_have_more_fields_but_not_fewer() -> None:
    assert decoded("datetime,line", "2024-05-01 08:00:00,x,y").line == "x"
    assert is_rejected("datetime,line,name", "2024-05-01 08:00:00,x")


def test_fixed_columns_count_characters_and_may_be_missing() -> None:
    first, second = decode_text(
        "fixed", "Müller  2024-05-01 08:00:00 x\n        2024-05-01 08:00:00\n",
        "fields=name:1:7,datetime:9:19,line:29:5",
    )  # fmt: skip

    assert (first.name, first.line) == ("Müller", "x")
    assert (second.name, second.line) == (None, None)


def test_the_encoding_can_be_fixed() -> None:
    form = registry.get("fixed")
    options = decode_options(["fields=name:1:7,datetime:9:19", "encoding=cp850"])
    record = b"M\x81ller  2024-05-01 08:00:00\n"

    (call,) = form.make_decoder(options).decode([record], 1, RECEIVED).outcomes

    assert isinstance(call, CallRecord)
    assert (call.name, call.raw) == ("Müller", record.decode("latin-1"))


def test_fields_parted_by_blanks() -> None:
    call = decoded(
        "datetime,connected", "  0102240815 \t 62   x", "delimiter=blanks",
        "date-format=%d%m%y%H%M",
    )  # fmt: skip

    assert (call.started_at, call.connected_secs) == ("2024-02-01T08:15:00", 62)


def test_the_ring_time_may_have_a_unit_of_its_own() -> None:
    line = "2024-02-01 08:15:00,2500,000102"

    call = decoded("datetime,ring,connected", line, "ring-unit=ms", "duration-unit=hms")

    assert (call.ring_ms, call.connected_secs) == (2500, 62)


def test_quotes_and_blanks_as_delimiter_exclude_each_other() -> None:
    with pytest.raises(UsageError):
        decoded("datetime", "", "delimiter=blanks", 'quote="')
