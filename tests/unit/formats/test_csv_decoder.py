"""A lost quote costs one line; a quoted line end costs nothing (formats.md 1.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cmtel.domain.calls import CallRecord, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.csv_decoder import CsvDecoder
from cmtel.formats.strict_csv import StrictCsv
from cmtel.formats.text import RecordTexts

RECEIVED = datetime(2026, 7, 1, 12, tzinfo=UTC)
CSV = StrictCsv()


def read(text: str, raw: str) -> Outcome:
    """Two fields are a call with the first as its number."""
    fields = CSV.split(text)
    if len(fields) != 2:
        raise LineRejected
    return CallRecord._make([None, "RING", None, None, fields[0], *[None] * 12, raw])


def a_decoder() -> CsvDecoder:
    return CsvDecoder(RecordTexts({}), read)


def decode(*lines: str) -> list[tuple[str | None, int, int]]:
    """Return what became of the lines, with the sequence of completion and how many are in it."""
    decoder = a_decoder()
    first = decoder.decode([line.encode() for line in lines], 1, RECEIVED)
    last = decoder.finish(len(lines) + 1)
    assert b"".join([*first.raws, *last.raws]) == "".join(lines).encode()
    return [
        (label(outcome), at, covers)
        for decoded in (first, last)
        for outcome, at, covers in zip(decoded.outcomes, decoded.at, decoded.covers, strict=True)
    ]


def label(outcome: Outcome) -> str | None:
    return outcome.remote_number if isinstance(outcome, CallRecord) else outcome.reason


def test_a_quoted_line_end_is_read_as_one_blank() -> None:
    assert decode('"a\r\n', "\n", 'b",1\n') == [("a  b", 3, 3)]


def test_a_lost_quote_costs_one_line() -> None:
    assert decode('"lost,1\n', '"b",2\n', "c,3\n") == [
        ("unparsed", 2, 1), ("b", 2, 1), ("c", 3, 1),
    ]  # fmt: skip


def test_a_joined_record_that_does_not_parse_costs_one_line() -> None:
    assert decode('"a\n', 'b",1,2\n', "c,3\n") == [
        ("unparsed", 2, 1), ("unparsed", 2, 1), ("c", 3, 1),
    ]  # fmt: skip


def test_seven_more_lines_are_waited_for() -> None:
    assert decode('"a\n', *["x\n"] * 6, 'b",1\n') == [("a x x x x x x b", 8, 8)]


def test_an_eighth_is_not() -> None:
    outcomes = decode('"a\n', *["x,1\n"] * 7, 'b",1\n')

    assert outcomes[:3] == [("unparsed", 8, 1), ("x", 8, 1), ("x", 8, 1)]
    assert outcomes[-1] == ("unparsed", 9, 1)


def test_more_than_65536_bytes_are_not_joined() -> None:
    long = "x" * 40_000

    assert decode(f'"{long}\n', f"{long}\n", 'b",1\n') == [
        ("unparsed", 2, 1), ("unparsed", 2, 1), ("unparsed", 3, 1),
    ]  # fmt: skip


def test_an_oversize_line_is_not_joined() -> None:
    assert decode('"a\n', "x" * 65_537 + "\n", "b,1\n") == [
        ("unparsed", 2, 1), ("oversize", 2, 1), ("b", 3, 1),
    ]  # fmt: skip


def test_a_quote_open_at_the_end_is_truncated_and_the_rest_read_afresh() -> None:
    assert decode('"a\n', "b,1\n", "\n", "bad\n") == [
        ("truncated", 5, 1), ("b", 5, 1), ("blank", 5, 1), ("unparsed", 5, 1),
    ]  # fmt: skip


def test_the_last_line_counts_without_a_line_end() -> None:
    assert decode('"a\n', 'b",1') == [("a b", 2, 2)]
    assert decode("a,1\n", "b") == [("a", 1, 1), ("truncated", 2, 1)]
    assert decode('"a') == [("truncated", 2, 1)]


def test_the_lines_after_a_lost_quote_may_be_joined_themselves() -> None:
    assert decode('"lost\n', '"b\n', 'c",1\n') == [("unparsed", 2, 1), ("b c", 3, 2)]


def test_what_waits_is_open_and_has_a_deadline() -> None:
    decoder = a_decoder()
    decoder.decode([b"x,1\n", b'"a\n', b"b\n"], 7, RECEIVED)

    assert decoder.oldest_open == 8
    assert decoder.deadline_utc == RECEIVED + timedelta(seconds=2)


def test_what_has_waited_two_seconds_is_given_up() -> None:
    decoder = a_decoder()
    decoder.decode([b'"a\n', b"b,1\n"], 1, RECEIVED)

    too_early = decoder.expire(3, RECEIVED + timedelta(seconds=1))
    decoded = decoder.expire(4, RECEIVED + timedelta(seconds=2))

    assert too_early.outcomes == []
    assert decoded.outcomes[0] == Rejected("unparsed", '"a\n')
    assert [label(outcome) for outcome in decoded.outcomes] == ["unparsed", "b"]
    assert (decoded.at, decoded.covers) == ([4, 4], [1, 1])
    assert (decoder.oldest_open, decoder.deadline_utc) == (None, None)


def test_a_later_line_that_waits_has_its_own_two_seconds() -> None:
    decoder = a_decoder()
    later = RECEIVED + timedelta(seconds=1.5)
    decoder.decode([b'"a\n'], 1, RECEIVED)
    decoder.decode([b'"b\n'], 2, later)

    assert decoder.oldest_open == 2  # the first was no longer possible
    assert decoder.expire(3, RECEIVED + timedelta(seconds=2)).outcomes == []
    assert decoder.deadline_utc == later + timedelta(seconds=2)


def test_blank_lines_are_skipped() -> None:
    assert a_decoder().decode([b" \t\n"], 1, RECEIVED).outcomes == [Skipped("blank", " \t\n")]
