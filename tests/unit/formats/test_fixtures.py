"""Every sample of every format gives the outcomes that lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.formats import registry
from tests.unit.formats.samples import Sample, as_document, decode_bytes, samples_under

REPOSITORY = Path(__file__).parents[3]
SAMPLES = [
    *samples_under(REPOSITORY / "tests" / "data"),
    *samples_under(REPOSITORY.parent / "shared" / "samples"),
]


def _label(sample: Sample) -> str:
    return f"{sample.format_name}/{sample.path.stem}"


@pytest.mark.parametrize("sample", SAMPLES, ids=_label)
def test_sample_gives_the_expected_outcomes(sample: Sample) -> None:
    outcomes = decode_bytes(registry.get(sample.format_name), sample.options, sample.data)

    assert [as_document(outcome) for outcome in outcomes] == sample.expected


@pytest.mark.parametrize("sample", SAMPLES, ids=_label)
def test_every_byte_of_a_sample_is_in_exactly_one_raw(sample: Sample) -> None:
    outcomes = decode_bytes(registry.get(sample.format_name), sample.options, sample.data)

    lines = sorted(_lines("".join(outcome.raw for outcome in outcomes)))
    assert lines == sorted(_lines("".join(outcome.raw for outcome in outcomes)))
