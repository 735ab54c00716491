"""Which format a sample is of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cmtel.formats import registry
from cmtel.services.format_detection import detect
from tests.samples import DATA

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def formats_that_need_nothing() -> list[str]:
    return [n for n in registry.names() if not any(o.required for o in registry.get(n).options)]


def names_for(sample: bytes) -> list[str]:
    return [f.format_name for f in detect(map(registry.get, registry.names()), sample, NOW)]


@pytest.mark.parametrize("name", formats_that_need_nothing())
def test_the_example_of_a_format_is_taken_for_it(name: str) -> None:
    example = registry.get(name).example.encode()

    assert name in names_for(example + b"\r\n")


def test_prose_fits_nothing() -> None:
    assert names_for(b"Dear all,\nthe calls are not here.\n") == []


def test_nothing_fits_nothing() -> None:
    assert names_for(b"") == []


def test_the_better_share_comes_first() -> None:
    lines = registry.get("fritzbox").example.encode() + b"\r\n"

    (first, *_) = detect(map(registry.get, registry.names()), lines + b"noise\r\n", NOW)

    assert first.format_name == "fritzbox"
    assert 0 < first.share < 1


def test_a_file_of_the_fixtures_is_taken_for_its_folder() -> None:
    path: Path = next((DATA / "avaya-ipo").glob("*.log"))

    assert names_for(path.read_bytes())[0] == "avaya-ipo"
