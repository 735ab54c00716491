"""What of panasonic a fixture does not say: bad options, and lines that are long on purpose."""

from __future__ import annotations

import pytest

from cmtel.domain.calls import CallRecord
from cmtel.errors import UsageError
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.switches.panasonic import FORMAT
from tests.format_samples import decode_text


@pytest.mark.parametrize("name", ["ringing", "time-is", "day-first"])
def test_a_bad_word_is_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError, match=name):
        FORMAT.make_decoder(DecodeOptions(values={name: "maybe"}))


def test_a_squeezed_line_may_have_a_long_name() -> None:
    line = f"03/04/24 17:07 1200 01 <I>{'long ' * 30}Ltd0301234 0'05 00:01'05 TR\r\n"

    (call,) = decode_text("panasonic", line)

    assert isinstance(call, CallRecord)
    assert (call.remote_number, call.name) == ("0301234", "long " * 30 + "Ltd")


def test_blanks_without_end_cost_no_time() -> None:
    (outcome,) = decode_text("panasonic", "03/04/24 17:07 1200 01" + " " * 65_000 + "1 2\r\n")

    assert outcome.reason == "unparsed"
