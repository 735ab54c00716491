"""Decoding a stream: the same outcomes however the bytes come."""

from __future__ import annotations

import pytest

from cmtel.errors import UsageError
from cmtel.formats import registry
from cmtel.formats.options import decode_options
from cmtel.services.decode_stream import decode_stream
from tests.format_samples import RECEIVED, decode_bytes

FORM = registry.get("asterisk-csv")


@pytest.mark.parametrize("block_bytes", [1, 7, 1000])
def test_blocks_of_any_size_give_the_same(block_bytes: int) -> None:
    data = f'{FORM.example}\r\n"open\r\n{FORM.example}\n\nbad'.encode()
    blocks = [data[i : i + block_bytes] for i in range(0, len(data), block_bytes)]
    options = decode_options([])

    batches = decode_stream(FORM, options, blocks, RECEIVED)

    outcomes = [outcome for batch in batches for outcome in batch]
    assert outcomes == decode_bytes(FORM, options, data)
    assert "".join(outcome.raw for outcome in outcomes) == data.decode()


def test_bad_options_are_told_before_a_byte_is_read() -> None:
    def never() -> object:
        pytest.fail("the input was read")
        yield b""

    with pytest.raises(UsageError):
        decode_stream(FORM, decode_options(["no-such=1"]), never(), RECEIVED)  # type: ignore[arg-type]  # never read
