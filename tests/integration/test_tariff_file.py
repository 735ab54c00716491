"""Tables of tariffs: what spreadsheets write, and what is wrong with them by file and line."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cmtel.adapters.tariff_file import read_tariffs
from cmtel.errors import ConfigError
from tests.unit.config.settings_text import journal, read


def table(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "tariffs.csv"
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def problems(tmp_path: Path, content: str | bytes) -> list[str]:
    path = table(tmp_path, content)
    with pytest.raises(ConfigError) as caught:
        read_tariffs(path)
    said = caught.value.problems or (caught.value.message,)
    return [text.removeprefix(f"{path}:") for text in said]


@pytest.mark.parametrize(
    "content",
    [
        "prefix,perUnit,name\n+55,0.20,Brasil\n190,0,\n",
        "\ufeffname;perUnit;prefix\r\nBrasil;0,20;+55\r\n;0;190\r\n",
        "# carrier, 2026\n\nprefix\tperUnit\tunitSecs\n+55\t0,20\t60\n;;\n190\t0\t\n",
        'prefix,perUnit,name\n+55,0.20,"Brasil, fixo"\n190,0\n',
    ],
)
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: str) -> None:
    tariffs = read_tariffs(table(tmp_path, content))

    assert [(each.prefix, each.per_unit) for each in tariffs] == [
        ("+55", Decimal("0.20")),
        ("190", Decimal(0)),
    ]


def test_a_table_has_the_formula_of_its_settings(tmp_path: Path) -> None:
    header = "prefix,perUnit,multiplier,from,to,days\n"
    path = table(tmp_path, header + "+55,0.20,,,,\n+1,0.20,2,21:00,07:00,Mon-Fri\n")
    tariffs = read(journal(f'<Tariffs currency="BRL" multiplier="1.5" file="{path}"/>'))

    settings = tariffs.journal.tariffs
    assert settings is not None
    usual, own = [settings.rule(each) for each in read_tariffs(path)]
    assert (usual.multiplier, own.multiplier) == (Decimal("1.5"), Decimal(2))
    assert usual.hours is None
    assert own.hours is not None
    assert own.hours.days == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", ["1: there is no tariff; write one a line below the names of the columns"]),
        ("prefix,perUnit\n", ["1: there is no tariff; write one a line below"]),
        ("prefix\n+1\n", ["1: the column perUnit is missing; add it to this line"]),
        ("prefix,perUnits\n+1,2\n", ["1: 'perUnits' is no column of tariffs; did you mean"]),
        ("prefix,perUnit,prefix\n+1,2,+1\n", ["1: the column prefix stands 2 times"]),
        (
            "prefix,perUnit\n+1,x\n+2,0.1\n+x,0.1\n",
            ["2: perUnit must be a number such as 0.12", "4: prefix must be + and digits"],
        ),
        ("prefix,perUnit\n+1,\n", ["2: perUnit is missing"]),
        ("prefix,perUnit\n5.5E+11,1\n", ["2: prefix must be + and digits, or digits (got"]),
        ("prefix,perUnit\n+1,0,20\n", ["2: has 3 cells for 2 columns; quote a cell that"]),
        ("prefix,perUnit\n+1,2\n\n+1,3\n", ["4: has the prefix and the hours of line 2"]),
        ("prefix,perUnit,from\n+1,2,20:00\n", ["2: to is needed"]),
        ("prefix,perUnit,name\n+1,2,São\n".encode("latin-1"), ["2: is not UTF-8."]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_line(
    tmp_path: Path, content: str | bytes, expected: list[str]
) -> None:
    found = problems(tmp_path, content)

    assert len(found) == len(expected), found
    assert all(text in said for said, text in zip(found, expected, strict=True)), found


def test_a_prefix_that_became_a_number_has_its_cure(tmp_path: Path) -> None:
    assert "format the column as text" in problems(tmp_path, "prefix,perUnit\n5.5E+11,1\n")[0]


def test_of_many_problems_some_are_told(tmp_path: Path) -> None:
    found = problems(tmp_path, "prefix,perUnit\n" + "+1,x\n" * 100)

    assert len(found) == 21
    assert found[-1].endswith("and 80 more")


def test_a_table_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.csv cannot be read"):
        read_tariffs(tmp_path / "nowhere.csv")


def test_a_line_beyond_measure_is_only_wrong(tmp_path: Path) -> None:
    assert problems(tmp_path, "prefix,perUnit\n+1," + "9" * 200_000 + "\n")[0].startswith("2: ")


@given(st.text('prefixUnt,;\t\n\r"#+0123456789.', max_size=60), st.binary(max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_stands_in_a_file_is_tariffs_or_problems(
    tmp_path: Path, text: str, more: bytes
) -> None:
    path = table(tmp_path, b"prefix;perUnit;name\n" + text.encode() + more)
    with suppress(ConfigError):
        assert all(each.per_unit >= 0 for each in read_tariffs(path))
