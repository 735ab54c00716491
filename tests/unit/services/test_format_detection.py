"""Which format a sample is of."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cmtel.formats import registry
from cmtel.services.format_detection import detect
from tests.samples import DATA

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def fixtures() -> list[Path]:
    """Our own samples that are read without options, of formats that need none."""
    return [
        path
        for name in registry.names()
        if not any(option.required for option in registry.get(name).options)
        for path in sorted((DATA / name).glob("*"))
        if not path.name.endswith((".expected.jsonl", ".options.json"))
        and not (path.parent / f"{path.stem}.options.json").exists()
        and '"kind": "call"' in (path.parent / f"{path.stem}.expected.jsonl").read_text("utf-8")
    ]


def names_for(sample: bytes) -> list[str]:
    return [f.format_name for f in detect(map(registry.get, registry.names()), sample, NOW)]


@pytest.mark.parametrize("path", fixtures(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_sample_of_a_format_is_taken_for_it(path: Path) -> None:
    assert path.parent.name in names_for(path.read_bytes())


def test_prose_fits_nothing() -> None:
    assert names_for(b"Dear all,\nthe calls are not here.\n") == []


def test_nothing_fits_nothing() -> None:
    assert names_for(b"") == []


def test_the_better_share_comes_first() -> None:
    lines = registry.get("fritzbox").example.encode() + b"\r\n"

    (first, *_) = detect(map(registry.get, registry.names()), lines + b"noise\r\n", NOW)

    assert first.format_name == "fritzbox"
    assert 0 < first.share < 1
