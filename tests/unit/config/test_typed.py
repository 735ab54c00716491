"""Numbers by options: the file's values stay where nothing was typed."""

from __future__ import annotations

import pytest

from cmtel.config.kinds import Known
from cmtel.config.typed import numbers_with_options
from cmtel.errors import UsageError
from tests.unit.config.settings_text import journal, read

NUMBERS = read(
    journal('<Numbers country="DE" areaCode="30" outsideLine="0" lcrPrefixes="010xx,0100xx"/>')
).journal.numbers
KNOWN = Known(countries=["AT", "DE"])


def test_what_is_typed_wins_and_the_rest_stays() -> None:
    typed = numbers_with_options(
        NUMBERS, ["areaCode=89", "extensions=100-199", "outsideLine="], KNOWN
    )

    assert typed.plan.lcr_prefixes == ("010xx", "0100xx")
    assert (typed.country, typed.area_code, typed.outside_line) == ("DE", "89", None)
    assert typed.plan.is_extension("150")


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("country=de", "--number-opt country: must be two capital letters, such as DE (got 'de')."),
        ("country=DD", "--number-opt country: 'DD' is no country with a numbering plan; codes"),
        ("lcrPrefixes=0x;", "--number-opt lcrPrefixes: must be digits, parted by commas, with x"),
        ("extensions=9-1-1", "'9-1-1' is no range"),
        ("extensionDigits=4-2", "goes from 4 down to 2"),
        ("areacode=30", "--number-opt has no 'areacode'."),
        ("country", "--number-opt 'country' is not NAME=VALUE."),
    ],
)
def test_what_is_wrong_is_told(word: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        numbers_with_options(NUMBERS, [word], KNOWN)

    assert message in caught.value.message
