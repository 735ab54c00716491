"""Options of hotel tickets that cannot be meant."""

from __future__ import annotations

import pytest

from cmtel.errors import UsageError
from cmtel.formats.options import decode_options
from cmtel.formats.switches.cm_ticket import make_decoder


@pytest.mark.parametrize(
    ("option", "told"),
    [
        ("layout=C", "Write auto, A, B"),
        ("layout=010:0:4", "Write auto, A, B"),
        ("layout=010:5:4,080:20:20", "040 (day), 041 (month), 042 (year), 050 (hour)"),
        ("duration-unit=minutes", "hms, s, tenths, sixths"),
        ("add-secs=-1", "whole number"),
        ("time-is=middle", "start, end"),
        ("idents=TAR", "duration-unit, encoding, ident"),
    ],
)
def test_a_bad_option_is_refused_with_what_would_be_good(option: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        make_decoder(decode_options([option]))

    assert told in str(caught.value.hint)
