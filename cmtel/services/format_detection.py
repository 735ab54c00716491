"""Which formats fit a sample: each one that needs no option tries to decode it.

A format fits as well as the share of the records that are calls or, in its eyes, known lines
that are no calls (headings, dates, status lines). Blank lines say nothing. A format that makes
no call at all does not fit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from cmtel.domain.calls import CallRecord, Outcome, Skipped
from cmtel.formats.seam import DecodeOptions, Format
from cmtel.services.decode_stream import decode_stream

#: So much of a file is looked at; a heading, a page head and a few hundred calls fit into it.
SAMPLE_BYTES = 256 * 1024


class Fit(NamedTuple):
    """How well a format fits a sample; the counts are of records."""

    format_name: str
    calls: int
    skipped: int
    rejected: int

    @property
    def share(self) -> float:
        """The share of the records that decode, 0 to 1."""
        known = self.calls + self.skipped
        return known / (known + self.rejected) if known else 0.0


def detect(formats: Iterable[Format], sample: bytes, read_utc: datetime) -> list[Fit]:
    """Return the formats that fit, best first.

    Args:
        formats: Those to try; one with a needed option is passed over.
        sample: The beginning of an input. A last line that is cut off does not count.
        read_utc: When it was received.
    """
    options = DecodeOptions(year_hint=read_utc.date())
    fits = [
        fit_of(form, options, sample, read_utc)
        for form in formats
        if not any(option.required for option in form.options)
    ]
    found = [fit for fit in fits if fit.calls]
    return sorted(found, key=lambda fit: (-round(fit.share, 3), -fit.calls, fit.format_name))


def fit_of(form: Format, options: DecodeOptions, sample: bytes, read_utc: datetime) -> Fit:
    """Return how well one format, read with these options, fits."""
    calls = skipped = rejected = 0
    for outcomes in decode_stream(form, options, [sample], read_utc):
        for outcome in outcomes:
            calls += isinstance(outcome, CallRecord)
            skipped += _counts_as_known(outcome)
            rejected += _counts_as_rejected(outcome)
    return Fit(form.name, calls, skipped, rejected)


def _counts_as_known(outcome: Outcome) -> bool:
    return isinstance(outcome, Skipped) and outcome.reason != "blank"


def _counts_as_rejected(outcome: Outcome) -> bool:
    return not isinstance(outcome, CallRecord | Skipped) and outcome.reason != "truncated"
