"""How records are packed into chunks, and unpacked."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

#: A chunk holds at most this many records and about this many bytes, so that a reader's memory
#: is bounded whatever the backlog.
MAX_CHUNK_RECORDS = 2_000
MAX_CHUNK_BYTES = 1 << 20


def split(records: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Yield runs of ``records`` that fit into a chunk each; a single record always fits."""
    for start in range(0, len(records), MAX_CHUNK_RECORDS):
        yield from _split_by_bytes(records[start : start + MAX_CHUNK_RECORDS])


def pack(records: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return (lengths, payload) of one chunk."""
    lengths = array("I", map(len, records))
    if sys.byteorder == "big":
        lengths.byteswap()
    return lengths.tobytes(), b"".join(records)


def unpack(lengths_blob: bytes, payload: bytes) -> list[bytes]:
    """Return the records of a chunk, byte for byte as they were packed."""
    lengths = array("I")
    lengths.frombytes(lengths_blob)
    if sys.byteorder == "big":
        lengths.byteswap()
    return [payload[start:end] for start, end in pairwise(accumulate(lengths, initial=0))]


def _split_by_bytes(records: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    if sum(map(len, records)) <= MAX_CHUNK_BYTES or len(records) == 1:
        yield records
    else:
        middle = len(records) // 2
        yield from _split_by_bytes(records[:middle])
        yield from _split_by_bytes(records[middle:])
