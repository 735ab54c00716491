"""Strict CSV: what is not exactly CSV is refused."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.errors import LineRejected
from cmtel.formats.strict_csv import QuoteOpen, StrictCsv

fields_of = StrictCsv().split


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("a,b,", ["a", "b", ""]),
        ('"a,b",c', ["a,b", "c"]),
        ('"a ""b""",""', ['a "b"', ""]),
        ('  "a", b \t', ["a", " b"]),
        ('""', [""]),
        ('""""', ['"']),
    ],
)
def test_fields_are_unquoted(line: str, fields: list[str]) -> None:
    assert fields_of(line) == fields


@pytest.mark.parametrize("line", ['a"b,c', '"a"b,c', '"a" ,c', 'a,"b"c', '""a', 'a""'])
def test_a_quote_where_none_may_be_is_refused(line: str) -> None:
    with pytest.raises(LineRejected) as caught:
        fields_of(line)

    assert not isinstance(caught.value, QuoteOpen)


@pytest.mark.parametrize("line", ['"', '"a', 'a,"b', '"a""', '"a","b, c', '"a ""b"" '])
def test_a_quote_that_does_not_close_is_told(line: str) -> None:
    with pytest.raises(QuoteOpen):
        fields_of(line)


def test_a_tab_that_is_the_delimiter_is_no_blank_at_the_end() -> None:
    assert StrictCsv("\t").split(" a\tb\t") == ["a", "b", ""]


def test_without_quote_character_quotes_are_plain() -> None:
    assert StrictCsv(";", None).split('"a;b"') == ['"a', 'b"']


@pytest.mark.parametrize("mark", ["'", "^", "\\", "|"])
def test_any_character_can_be_the_quote(mark: str) -> None:
    assert StrictCsv(".", mark).split(f"{mark}a.b{mark}.c") == ["a.b", "c"]


plain = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8)


@given(st.lists(plain | st.text("\",' x", max_size=8), min_size=1), st.booleans())
def test_what_a_csv_writer_writes_comes_back(fields: list[str], is_all_quoted: bool) -> None:
    out = io.StringIO()
    row = ["x", *fields, "x"]
    if is_all_quoted:
        csv.writer(out, lineterminator="", quoting=csv.QUOTE_ALL).writerow(row)
    else:
        csv.writer(out, lineterminator="").writerow(row)

    assert fields_of(out.getvalue()) == ["x", *fields, "x"]


@given(st.text('a", ', max_size=40))
def test_a_line_is_read_or_refused_in_no_other_way(line: str) -> None:
    try:
        fields = fields_of(line)
    except LineRejected:
        return
    assert (next(csv.reader([line.strip()], strict=True)) or [""]) == fields


@given(st.lists(st.text('a1 \t,"', max_size=12), min_size=1, max_size=6))
def test_many_lines_are_split_as_each_is_or_not_at_all(lines: list[str]) -> None:
    for csv_dialect in (StrictCsv(), StrictCsv("\t"), StrictCsv(",", None)):
        try:
            together = csv_dialect.split_alike(lines)
        except LineRejected:
            continue
        blank = [not line.strip(" \t") for line in lines]
        alone = [csv_dialect.split(line) for line in lines]
        assert [row for row, no in zip(together, blank, strict=True) if not no] == [
            row for row, no in zip(alone, blank, strict=True) if not no
        ]


def test_usual_lines_are_split_together() -> None:
    lines = ['"a ""b""","c,d"', "1,2 "]

    assert StrictCsv().split_alike(lines) == [['a "b"', "c,d"], ["1", "2"]]
