"""Whatever the sample: a proposal can be decoded with, or there is none."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.formats import registry
from cmtel.formats.proposal.proposal import proposals
from cmtel.formats.proposal.sample_lines import read_lines
from cmtel.formats.seam import DecodeOptions

NOW = datetime(2026, 3, 2, tzinfo=UTC)
CELLS = st.sampled_from(
    ["", "1", "201", "0301234567", "2026-01-02", "02/01/26", "08:15", "08:15:00", "00:01'05\"",
     "000105", "E", "S", "CONN", "1,25", "EUR", "Müller", "T01", '"', "'x", "#", "4711", "-", "A B"]
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=8), min_size=3, max_size=12)


@settings(deadline=None, max_examples=150)
@given(LINES, st.sampled_from([";", ",", "\t", "|", " ", "   "]))
def test_the_options_of_a_proposal_are_valid(rows: list[list[str]], mark: str) -> None:
    sample = "\n".join(mark.join(row) for row in rows).encode()

    for proposal in proposals(read_lines(sample, is_cut=False), date(2026, 3, 2)):
        options = DecodeOptions(values=proposal.options)
        registry.get(proposal.format_name).make_decoder(options)
