"""Every sample of every format gives the outcomes that lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.formats import registry
from tests.format_samples import Sample, as_document, decode_records, frame, samples_under

REPOSITORY = Path(__file__).parents[2]
SAMPLES = [
    *samples_under(REPOSITORY / "tests" / "data"),
    # More of them, where they lie beside the repository.
    *samples_under(REPOSITORY.parent / "shared" / "samples"),
]
every_sample = pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda sample: f"{sample.format_name}/{sample.path.stem}"
)


def test_every_format_has_a_sample() -> None:
    assert {sample.format_name for sample in SAMPLES} == set(registry.names())


@every_sample
def test_a_sample_gives_the_expected_outcomes(sample: Sample) -> None:
    form = registry.get(sample.format_name)

    decoding = decode_records(form, sample.options, frame(form, sample.data))

    assert [as_document(outcome) for outcome in decoding.outcomes] == sample.expected


@every_sample
def test_every_byte_of_a_sample_is_in_exactly_one_outcome(sample: Sample) -> None:
    form = registry.get(sample.format_name)
    records = frame(form, sample.data)

    decoding = decode_records(form, sample.options, records)

    assert b"".join(records) == sample.data
    if decoding.at == sorted(decoding.at) and not _interleaves(sample):
        assert b"".join(decoding.raws) == sample.data
    # Records that are no lines come in their order: then the bytes themselves are compared.
    if b"".join(decoding.raws) != sample.data:
        assert sorted(_lines(decoding.raws)) == sorted(_lines([sample.data]))
    assert sum(decoding.covers) == len(records)


@every_sample
def test_a_sample_gives_the_same_one_record_at_a_time(sample: Sample) -> None:
    form = registry.get(sample.format_name)
    records = frame(form, sample.data, cuts=range(len(sample.data)))

    one_by_one = decode_records(form, sample.options, records, cuts=range(len(records)))

    assert one_by_one == decode_records(form, sample.options, frame(form, sample.data))


def _interleaves(sample: Sample) -> bool:
    """Records of several open calls come mixed; bytes are then in the order of the calls."""
    return not registry.get(sample.format_name).make_decoder(sample.options).joins_lines


def _lines(raws: list[bytes]) -> list[bytes]:
    return [line for raw in raws for line in raw.splitlines(keepends=True)]
