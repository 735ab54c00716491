"""Decoding a stream at once, without spool and journal: bytes in, outcomes out, flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from cmtel.domain.calls import Outcome
from cmtel.formats.leg_folding import LegFolding
from cmtel.formats.seam import Decoded, DecodeOptions, Format


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
    pieces = _decoded(form, options, blocks, read_utc)
    return (decoded.outcomes for decoded, _ in pieces)


def fold_stream(
    form: Format, options: DecodeOptions, blocks: Iterable[bytes], read_utc: datetime
) -> Iterator[list[tuple[Outcome, int]]]:
    """Yield the same with the legs of each call folded, and beside each how many legs it has.

    A call comes when it is known to be complete; at the latest at the end of the input.

    Raises:
        UsageError: As :func:`decode_stream`.
    """
    pieces = _decoded(form, options, blocks, read_utc)
    folding = LegFolding(form.legs)

    def outcomes() -> Iterator[list[tuple[Outcome, int]]]:
        sequence = 1
        for decoded, sequence in pieces:  # the last one is that of the end
            yield _with_legs(folding.take(decoded, sequence, read_utc))
        yield _with_legs(folding.finish(sequence))

    return outcomes()


def _decoded(
    form: Format, options: DecodeOptions, blocks: Iterable[bytes], read_utc: datetime
) -> Iterator[tuple[Decoded, int]]:
    """Return what each block gives, and the sequence after it."""
    decoder = form.make_decoder(options)
    framer = form.make_framer()

    def pieces() -> Iterator[tuple[Decoded, int]]:
        sequence = 1
        for block in blocks:
            records = framer.feed(block)
            decoded = decoder.decode(records, sequence, read_utc)
            sequence += len(records)
            yield decoded, sequence
        last = framer.finish()
        yield decoder.decode(last, sequence, read_utc), sequence + len(last)
        yield decoder.finish(sequence + len(last)), sequence + len(last)

    return pieces()


def _with_legs(decoded: Decoded) -> list[tuple[Outcome, int]]:
    folded = decoded.folded
    return [
        (outcome, folded[index].legs if index in folded else 1)
        for index, outcome in enumerate(decoded.outcomes)
    ]
