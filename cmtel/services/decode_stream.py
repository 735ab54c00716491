"""Decoding a stream at once, without spool and journal: bytes in, outcomes out, flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from cmtel.domain.calls import Outcome
from cmtel.formats.seam import DecodeOptions, Format


def decode_stream(
    form: Format, options: DecodeOptions, blocks: Iterable[bytes], read_utc: datetime
) -> Iterator[list[Outcome]]:
    """Yield the outcomes of each block of bytes, then those that the end of the input gives.

    Args:
        form: The format of the input.
        options: How it is to be read; checked before this returns.
        blocks: The input, in pieces of any size.
        read_utc: When the records were received, for formats whose times lack year or date.

    Raises:
        UsageError: An option is not one of the format, or has a bad value.
    """
    decoder = form.make_decoder(options)
    framer = form.make_framer()

    def outcomes() -> Iterator[list[Outcome]]:
        sequence = 1
        for block in blocks:
            records = framer.feed(block)
            yield decoder.decode(records, sequence, read_utc).outcomes
            sequence += len(records)
        last = framer.finish()
        yield decoder.decode(last, sequence, read_utc).outcomes
        yield decoder.finish(sequence + len(last)).outcomes

    return outcomes()
