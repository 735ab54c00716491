"""A layout for a text that no format fits: every proposal is tried, the best one is kept.

Better is what decodes more of the records and finds more of their fields; of equals a known kind of
ticket, then a text with a real delimiter, then fixed positions, then fields parted by blanks (where
a missing value moves all others).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from cmtel.domain.calls import CallRecord
from cmtel.formats.proposal.proposal import Proposal, proposals
from cmtel.formats.proposal.sample_lines import read_lines
from cmtel.formats.seam import DecodeOptions, Format
from cmtel.services.decode_stream import decode_stream
from cmtel.services.format_detection import Fit, fit_of

#: A layout that decodes less of the sample is no proposal.
_LEAST_SHARE = 0.5
#: A call has a time and at least one party, or nothing was understood.
_PARTIES = frozenset({"remote_number", "local_number", "caller", "called"})
_EXAMPLES = 3
_PREFERENCE = {"cm-ticket": 3, "delimited": 2, "fixed": 1}


class TriedProposal(NamedTuple):
    """A proposal, how well it fits, and the first calls that it gives."""

    proposal: Proposal
    fit: Fit
    examples: tuple[CallRecord, ...]


def propose_layout(
    find: Callable[[str], Format], sample: bytes, read_utc: datetime, *, is_cut: bool
) -> TriedProposal | None:
    """Return the layout that fits best; None if no layout can be found.

    Args:
        find: Gives the format of a name: ``delimited``, ``fixed`` or ``cm-ticket``.
        sample: The beginning of an input.
        read_utc: When it was received; no call is later.
        is_cut: More follows, so the last line may be a part.
    """
    lines = read_lines(sample, is_cut=is_cut)
    tried = [
        found
        for proposal in proposals(lines, read_utc.date())
        if (found := _tried(find(proposal.format_name), proposal, sample, read_utc))
    ]
    return max(tried, key=_rank, default=None)


def _tried(
    form: Format, proposal: Proposal, sample: bytes, read_utc: datetime
) -> TriedProposal | None:
    options = DecodeOptions(year_hint=read_utc.date(), values=proposal.options)
    fit = fit_of(form, options, sample, read_utc)
    has_party = any(field.name in _PARTIES for field in proposal.fields)
    if fit.share < _LEAST_SHARE or not fit.calls or not has_party:
        return None
    examples = _calls(form, options, sample, read_utc)
    return TriedProposal(proposal, fit, tuple(islice(examples, _EXAMPLES)))


def _calls(
    form: Format, options: DecodeOptions, sample: bytes, read_utc: datetime
) -> Iterator[CallRecord]:
    for outcomes in decode_stream(form, options, [sample], read_utc):
        yield from (each for each in outcomes if isinstance(each, CallRecord))


def _rank(tried: TriedProposal) -> tuple[float, int, int]:
    proposal, share = tried.proposal, tried.fit.share
    is_blanks = proposal.options.get("delimiter") == "blanks"
    preference = 0 if is_blanks else _PREFERENCE[proposal.format_name]
    found = sum(1 + field.name.endswith("datetime") for field in proposal.fields)
    return share * found, preference, tried.fit.calls
