"""A layout for texts that no format fits: made ones, and samples like those of real switches."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from cmtel.domain.calls import CallRecord
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions
from cmtel.services.decode_stream import decode_stream
from cmtel.services.layout_proposal import TriedProposal, propose_layout
from tests.samples import DATA
from tests.unit.formats.proposal.made_layouts import Layout, Truth, layouts, made

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
SAMPLES = sorted(path for path in (DATA / "layouts").iterdir() if path.suffix == ".txt")


def proposed(sample: bytes) -> TriedProposal | None:
    return propose_layout(registry.get, sample, NOW, is_cut=False)


def calls_of(name: str, options: Mapping[str, str], sample: bytes) -> list[CallRecord]:
    decode = DecodeOptions(year_hint=NOW.date(), values=options)
    batches = decode_stream(registry.get(name), decode, [sample], NOW)
    return [each for batch in batches for each in batch if isinstance(each, CallRecord)]


def check(layout: Layout) -> None:
    sample, truths = made(layout)

    tried = proposed(sample)

    assert tried is not None
    assert tried.fit.share >= 0.99
    calls = calls_of(tried.proposal.format_name, tried.proposal.options, sample)
    assert [truth_of(call) for call in calls] == truths, tried.proposal
    assert _plain(layout.names) == _plain(field.name for field in tried.proposal.fields)


def _plain(names: Iterable[str]) -> set[str]:
    """The names, a datetime being a date and a time: it depends on the blank between them."""
    return {part for name in names for part in name.replace("datetime", "date time").split()}


def truth_of(call: CallRecord) -> Truth:
    return Truth(
        call.started_at or "", call.direction or "", call.remote_number or "",
        call.local_number or "", -1 if call.connected_secs is None else call.connected_secs,
    )  # fmt: skip


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(layouts(is_fixed=False))
def test_a_delimited_layout_is_found(layout: Layout) -> None:
    check(layout)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(layouts(is_fixed=True))
def test_a_fixed_layout_is_found(layout: Layout) -> None:
    check(layout)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_like_those_of_a_switch_is_understood(path: Path) -> None:
    expected: dict[str, Any] = json.loads(path.with_suffix(".json").read_text("utf-8"))
    sample = path.read_bytes()

    tried = proposed(sample)

    assert tried is not None
    assert tried.fit.share >= 0.99
    assert tried.proposal.format_name == expected["format"]
    assert {f.place: f.name for f in tried.proposal.fields} == {
        int(place): name for place, name in expected["fields"].items()
    }
    assert expected["options"].items() <= tried.proposal.options.items()
    first = tried.examples[0]._asdict()
    assert expected["first"] == {name: first[name] for name in expected["first"]}
    for text in expected["notes"]:
        assert any(text in note for note in tried.proposal.notes), tried.proposal.notes


def test_there_are_samples() -> None:
    assert len(SAMPLES) >= 6


def test_prose_has_no_layout() -> None:
    text = "Dear all,\nthe calls of 2026 are not here, nor those of May.\nYours, 4711\n"

    assert proposed(text.encode() * 10) is None


def test_nothing_has_no_layout() -> None:
    assert proposed(b"") is None
    assert proposed(b"\xff\x00\r\n" * 50) is None
