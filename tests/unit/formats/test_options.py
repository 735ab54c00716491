"""Options are checked: names, values, zone and hint."""

from __future__ import annotations

from datetime import date

import pytest

from cmtel.errors import UsageError
from cmtel.formats import registry
from cmtel.formats.options import count, decode_options, flag, word_map


def test_words_become_decode_options() -> None:
    options = decode_options(["a=b=c", "d="], "Europe/Berlin", "2024-02-29")

    assert options.values == {"a": "b=c", "d": ""}
    assert str(options.timezone) == "Europe/Berlin"
    assert options.year_hint == date(2024, 2, 29)


def test_nothing_given_is_nothing_known() -> None:
    options = decode_options([])

    assert (options.timezone, options.year_hint, dict(options.values)) == (None, None, {})


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Europe", "a\0b", "x" * 300])
def test_an_unknown_zone_is_wrong_usage(zone: str) -> None:
    with pytest.raises(UsageError):
        decode_options([], zone)


@pytest.mark.parametrize("hint", ["2024-2-3", "20240203", "2023-02-29", "today", ""])
def test_a_hint_that_is_no_date_is_wrong_usage(hint: str) -> None:
    with pytest.raises(UsageError):
        decode_options([], None, hint)


@pytest.mark.parametrize("pair", ["a", "=b", ""])
def test_an_option_without_name_or_value_is_wrong_usage(pair: str) -> None:
    with pytest.raises(UsageError):
        decode_options([pair])


@pytest.mark.parametrize("name", registry.names())
def test_every_format_refuses_an_unknown_option(name: str) -> None:
    form = registry.get(name)
    needed = {option.name: "datetime" for option in form.options if option.required}
    options = decode_options([*(f"{k}={v}" for k, v in needed.items()), "no-such=1"])

    with pytest.raises(UsageError, match="no-such"):
        form.make_decoder(options)


@pytest.mark.parametrize("name", registry.names())
def test_every_format_has_the_option_encoding(name: str) -> None:
    assert "encoding" in [option.name for option in registry.get(name).options]


def test_values_are_checked() -> None:
    assert flag({"x": "true"}, "x")
    assert not flag({}, "x")
    with pytest.raises(UsageError):
        flag({"x": "yes"}, "x")
    with pytest.raises(UsageError):
        count({"x": "-1"}, "x")
    assert word_map({"x": "I=in,a=b=out"}, "x", ["in", "out"]) == {"I": "in", "a=b": "out"}
    with pytest.raises(UsageError):
        word_map({"x": "I"}, "x", ["in", "out"])
