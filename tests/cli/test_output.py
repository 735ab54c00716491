"""What reaches the terminal, and how."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.cli.output import (
    SafeFormatter,
    emit_json,
    emit_pairs,
    emit_table,
    emit_text,
    flush_output,
    safe,
    settings,
    tell,
)

Captured = pytest.CaptureFixture[str]


@given(st.text())
def test_safe_text_is_printable_and_one_line(text: str) -> None:
    assert safe(text).isprintable()


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "Zs"])))
def test_safe_leaves_printable_text_alone(text: str) -> None:
    if text.isprintable():
        assert safe(text) == text


def test_json_is_one_line_unescaped_with_iso_moments(capsys: Captured) -> None:
    moment = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
    emit_json(
        {
            "at": moment,
            "day": date(2026, 3, 1),
            "charge": Decimal("1.20"),
            "path": PurePosixPath("/x"),
            "name": "José",
        }
    )
    out = capsys.readouterr().out

    assert out.count("\n") == 1
    assert "José" in out
    assert json.loads(out) == {
        "at": "2026-03-01T12:00:00+00:00",
        "day": "2026-03-01",
        "charge": "1.20",
        "path": "/x",
        "name": "José",
    }


def test_a_piped_table_has_a_line_a_row_however_long(capsys: Captured) -> None:
    emit_table(["number", "name"], [["1", "x" * 500], ["2", None]])
    lines = capsys.readouterr().out.splitlines()

    assert [line for line in lines if "x" * 500 in line]
    assert len(lines) == 6


def test_cells_are_data(capsys: Captured) -> None:
    emit_table(["a"], [["[red]x[/red]\x1b[31m"]])

    assert r"[red]x[/red]\x1b[31m" in capsys.readouterr().out


def test_pairs_are_aligned_and_unknown_is_a_dash(capsys: Captured) -> None:
    emit_pairs({"a": None, "long": "x\x07", "zero": 0})

    assert capsys.readouterr().out == "a     -\nlong  x\\x07\nzero  0\n"


def test_text_and_flush_write_to_stdout(capsys: Captured) -> None:
    emit_text("x")
    flush_output()

    assert capsys.readouterr() == ("x\n", "")


@pytest.mark.parametrize(("is_quiet", "told"), [(False, "done\\r\n"), (True, "")])
def test_what_is_told_goes_to_stderr_unless_quiet(
    is_quiet: bool, told: str, capsys: Captured
) -> None:
    settings.is_quiet = is_quiet
    try:
        tell("done\r")
    finally:
        settings.is_quiet = False

    assert capsys.readouterr() == ("", told)


def test_a_log_line_shows_control_characters() -> None:
    record = logging.LogRecord("x", logging.INFO, "x", 1, "line %s", ("\x1b[2J\n",), None)

    assert SafeFormatter().format(record).endswith(r"INFO    line \x1b[2J\n")
