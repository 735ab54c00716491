"""Every sample of every format, masked: the same calls, and their numbers nowhere any more."""

from __future__ import annotations

import re

import pytest

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.domain.masking import MARKS, MaskRule
from cmtel.formats import registry
from cmtel.formats.masking import Masking
from cmtel.formats.seam import Format
from tests.format_samples import RECEIVED, Sample, decode_records, frame
from tests.integration.test_format_fixtures import SAMPLES

#: Documented in docs/privacy.md: a call is told in several records.
REFUSED = {"asterisk-cel", "fritzbox", "kamailio-acc", "opensips-acc"}
#: Shorter ones are extensions and services, and stay.
LEAST_DIGITS = 5
MAY_HAVE_IT = {"name", "forwarded_via", "line", "account_code", "call_id"}
LAST = pytest.mark.parametrize("last_digits", [3, None], ids=["last 3", "all"])
every_maskable_sample = pytest.mark.parametrize(
    "sample",
    [sample for sample in SAMPLES if sample.format_name not in REFUSED],
    ids=lambda sample: f"{sample.format_name}/{sample.path.stem}",
)


def test_formats_that_tell_a_call_in_several_records_are_refused() -> None:
    names = registry.names()

    assert {name for name in names if registry.get(name).spans_records} == REFUSED


@LAST
@every_maskable_sample
def test_a_masked_sample_gives_the_same_calls_without_their_numbers(
    sample: Sample, last_digits: int | None
) -> None:
    form, rule = registry.get(sample.format_name), MaskRule(last_digits)
    records = frame(form, sample.data)
    framer = Masking(rule, form, sample.options, lambda: RECEIVED).framer()
    masked = [*framer.feed(sample.data), *framer.finish()]

    before = decode_records(form, sample.options, records).outcomes
    after = decode_records(form, sample.options, masked).outcomes

    assert list(map(len, masked)) == list(map(len, records))
    assert [_kind(each) for each in after] == [_kind(each) for each in before]
    for old, new in zip(before, after, strict=True):
        if isinstance(old, CallRecord) and isinstance(new, CallRecord):
            _check_call(rule, old, new)
        elif not isinstance(old, CallRecord):
            _check_other(form, old, new)


def _kind(outcome: Outcome) -> tuple[type, str | None]:
    return type(outcome), None if isinstance(outcome, CallRecord) else outcome.reason


def _check_call(rule: MaskRule, old: CallRecord, new: CallRecord) -> None:
    digits = re.sub("[^0-9]", "", old.remote_number or "")
    if len(digits) < LEAST_DIGITS or not rule.concerns(old):
        assert new == old
        return
    assert new.remote_number in [rule.mask(old.remote_number or "", mark) for mark in MARKS]
    for name, was, now in zip(CallRecord._fields, old, new, strict=True):
        if was != now and name not in {"remote_number", "raw"}:
            assert name in MAY_HAVE_IT
            assert was is None or len(str(was)) == len(str(now))
    if len(set(digits)) > 1:  # of 99999999999 the masked number still has eight in a row
        assert not re.search(rf"{digits[-8:]}(?![0-9])", new.raw)


def _check_other(form: Format, old: Outcome, new: Outcome) -> None:
    """What is no call keeps no run of digits that may be a number; times and dates may stay."""
    if not isinstance(new, CallRecord) and new.reason == "unparsed":
        assert not re.search("[0-9]{5}", new.raw), form.name
    assert len(old.raw) == len(new.raw)
