"""The columns that are read off numbers, by the call's direction."""

from __future__ import annotations

import pytest

from cmtel.domain.calls import Direction
from cmtel.domain.number_plan import DialPlan, NumberReading
from cmtel.domain.row_mapping import Column
from cmtel.services.number_enricher import NumberEnricher
from tests.builders import a_call


class Plan:
    """A country where all digits are national, and its code is 9."""

    national_prefix = ""

    def is_emergency(self, digits: str) -> bool:
        return False

    def is_short(self, digits: str) -> bool:
        return len(digits) < 3

    def international(self, digits: str) -> str | None:
        return f"+{digits}"

    def prefixed(self, digits: str) -> str | None:
        return None

    def national(self, digits: str) -> str | None:
        return f"+9{digits}"

    def nationwide(self, digits: str) -> str | None:
        return None

    def own(self, digits: str, *, only_mobile: bool = False) -> str | None:
        return None


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("out", ("0", "77", "1234", "+91234")),
        ("in", (None, None, "0771234", "+90771234")),
        (None, (None, None, "0771234", "+90771234")),
        ("internal", (None, None, "0771234", None)),
    ],
)
def test_only_dialled_numbers_are_split(
    direction: Direction | None, expected: tuple[str | None, ...]
) -> None:
    reading = NumberReading(DialPlan(outside_line="0", lcr_prefixes=("7x",)), Plan())
    known: dict[str, Column] = {}
    NumberEnricher(reading).enrich(
        [a_call(direction=direction, remote_number="0771234"), a_call(remote_number=None)], known
    )

    names = ["Journal_Amtsholung", "Journal_LCR", "Journal_Rufnummer", "Cmtel_E164"]
    assert tuple(known[name][0] for name in names) == expected
    assert [known[name][1] for name in names] == [None] * 4


def test_no_calls_have_empty_columns() -> None:
    known: dict[str, Column] = {}
    NumberEnricher(NumberReading(DialPlan())).enrich([], known)

    assert [*known.values()] == [[]] * 4
