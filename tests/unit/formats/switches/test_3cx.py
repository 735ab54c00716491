"""What of 3cx a fixture does not say: options that are none."""

from __future__ import annotations

import pytest

from cmtel.errors import UsageError
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions


@pytest.mark.parametrize(
    "fields", ["", "time-start,", "callid", "time-start,time-start", "time-start,from-number"]
)
def test_fields_that_make_no_call_are_wrong_usage(fields: str) -> None:
    with pytest.raises(UsageError, match="fields"):
        registry.get("3cx").make_decoder(DecodeOptions(values={"fields": fields}))


def test_the_clock_is_one_of_two() -> None:
    with pytest.raises(UsageError, match="clock"):
        registry.get("3cx").make_decoder(DecodeOptions(values={"clock": "gmt"}))
