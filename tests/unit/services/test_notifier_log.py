"""Lines of CmTelNotifier.log."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.domain.incidents.actions import Level, Log
from cmtel.services.notifier_log import LogFilter, level_named, line_of, parsed

AT = datetime(2026, 11, 22, 13, 37, 12, tzinfo=UTC)
VIENNA = ZoneInfo("Europe/Vienna")


def test_a_line_reads_as_specified() -> None:
    entry = Log(Level.WARNING, "STALL", (("feed", "Main"), ("expected", 12.4), ("limit", None)))

    assert line_of(AT, entry, VIENNA) == (
        "2026-11-22T14:37:12+01:00 WARN  STALL  feed=Main expected=12.4 limit=-"
    )


def test_what_is_in_a_value_cannot_forge_a_line() -> None:
    text = "550 no\r\n2026-11-22T14:37:12+01:00 INFO  MAIL   to=x \x1b[2J\u2028\x00"
    line = line_of(AT, Log(Level.ERROR, "MAIL", (("text", text),)), UTC)

    assert line.isprintable()
    assert len(line.splitlines()) == 1
    assert dict(parsed(line).fields)["text"] == text


@given(st.lists(st.tuples(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text())))
def test_any_value_is_one_line_and_is_read_back(fields: list[tuple[str, str]]) -> None:
    line = line_of(AT, Log(Level.INFO, "MAIL", tuple(fields)), UTC)
    again = parsed(line)

    assert len((line + "x").splitlines()) == 1
    assert (again.at, again.level, again.topic) == (AT, Level.INFO, "MAIL")
    assert again.fields == tuple(fields)


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    assert parsed(text).text == text
    json.loads(parsed(text).as_json())


def test_filters_by_level_and_time() -> None:
    line = parsed(line_of(AT, Log(Level.WARNING, "STALL", ()), UTC))

    assert LogFilter(Level.WARNING, AT).wants(line)
    assert not LogFilter(Level.ERROR).wants(line)
    assert not LogFilter(since=AT.replace(hour=14)).wants(line)
    assert LogFilter().wants(parsed("what is this"))
    assert not LogFilter(Level.INFO).wants(parsed("what is this"))


@given(st.sampled_from(Level), st.sampled_from(Level), st.text(max_size=20))
def test_what_has_none_of_the_marks_is_not_wanted(least: Level, level: Level, value: str) -> None:
    wanted = LogFilter(least)
    for text in (line_of(AT, Log(level, "MAIL", (("text", value),)), UTC), value):
        if wanted.marks and not any(mark in text for mark in wanted.marks):
            assert not wanted.wants(parsed(text))


def test_as_json_it_is_one_object() -> None:
    line = parsed(line_of(AT, Log(Level.ERROR, "BLIND", (("reason", "is locked"),)), UTC))

    assert json.loads(line.as_json()) == {
        "time": "2026-11-22T13:37:12+00:00",
        "level": "ERROR",
        "topic": "BLIND",
        "fields": {"reason": "is locked"},
    }


def test_levels_have_the_names_of_the_settings_and_of_the_file() -> None:
    assert level_named("warning") is level_named("WARN") is Level.WARNING
    with pytest.raises(ValueError, match="loud"):
        level_named("loud")
