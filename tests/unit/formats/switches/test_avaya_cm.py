"""What of avaya-cm a fixture cannot say: options, and reading again after a restart."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cmtel.domain.calls import CallRecord
from cmtel.errors import UsageError
from cmtel.formats.seam import DecodeOptions, Decoder
from cmtel.formats.switches.avaya_cm import FORMAT

RECEIVED = datetime(2024, 1, 9, 12, tzinfo=UTC)


def printer_line(time: str) -> bytes:
    return f"{time} 0010 0 {'':7} {'203':>15} {'204':>5}\r\n".encode()


def printer_decoder() -> Decoder:
    return FORMAT.make_decoder(DecodeOptions(values={"layout": "printer"}))


@pytest.mark.parametrize(
    "layout", ["", "custom", "time", "time:0", "time:4,time:4", "duration:4", "time:4;date:6"]
)
def test_a_layout_that_is_none_is_wrong_usage(layout: str) -> None:
    with pytest.raises(UsageError, match="layout"):
        FORMAT.make_decoder(DecodeOptions(values={"layout": layout}))


def test_reading_again_begins_at_the_last_date_record() -> None:
    decoder = printer_decoder()
    decoder.decode([b"12/30\r\n", b"12/31\r\n", printer_line("2358")], 11, RECEIVED)

    assert decoder.oldest_open == 12

    again = printer_decoder()
    again.decode([b"12/31\r\n", printer_line("2358")], 12, RECEIVED)
    later = [printer_line("0003")]
    assert again.decode(later, 14, RECEIVED) == decoder.decode(later, 14, RECEIVED)


def test_with_a_date_in_the_layout_nothing_has_to_be_read_again() -> None:
    decoder = FORMAT.make_decoder(DecodeOptions())
    decoder.decode([b"12/31\r\n"], 1, RECEIVED)

    assert (decoder.oldest_open, decoder.memory_records) == (None, 0)


def test_without_any_date_the_first_record_is_of_the_day_of_reception() -> None:
    decoded = printer_decoder().decode([printer_line("0003")], 1, RECEIVED)

    call = decoded.outcomes[0]
    assert isinstance(call, CallRecord)
    assert call.ended_at == "2024-01-09T00:03:00"
