"""A file, or standard input, as blocks of bytes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from io import BufferedReader
from pathlib import Path
from typing import cast

from cmtel.errors import AccessDenied, CmtelError, SourceError

#: Large enough that a block's own cost does not count, small enough for what is made of it to stay
#: in the cache of the processor: with 256 KiB decoding is a sixth slower.
_BLOCK_BYTES = 64 * 1024


def read_blocks(path: str) -> Iterator[bytes]:
    """Return the blocks of a file, ``-`` being standard input; it is opened before this returns.

    Standard input gives what is there, without waiting for a whole block.

    Raises:
        SourceError: There is no such file, or it cannot be read.
        AccessDenied: The operating system refuses.
    """
    if path == "-":
        return _blocks(cast("BufferedReader", sys.stdin.buffer), "standard input")
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  # closed by the generator below
    except OSError as exc:
        raise _translated(exc, path) from exc
    return _closing_blocks(stream, path)


def _closing_blocks(stream: BufferedReader, name: str) -> Iterator[bytes]:
    with closing(stream):
        yield from _blocks(stream, name)


def _blocks(stream: BufferedReader, name: str) -> Iterator[bytes]:
    try:
        while block := stream.read1(_BLOCK_BYTES):
            yield block
    except OSError as exc:
        raise _translated(exc, name) from exc


def _translated(error: OSError, name: str) -> CmtelError:
    if isinstance(error, FileNotFoundError):
        return SourceError(f"There is no file '{name}'.")
    if isinstance(error, IsADirectoryError):
        return SourceError(f"'{name}' is a folder, not a file.")
    if isinstance(error, PermissionError):
        return AccessDenied(
            f"The file '{name}' may not be read.", hint="Run as a user who has the right to."
        )
    return SourceError(f"'{name}' cannot be read: {error.strerror or error}.")
