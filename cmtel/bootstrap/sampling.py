"""The sample that ``cmtel format detect`` looks at: from a file, or from a live source."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from cmtel.domain.source_address import SourceAddress, SourceKind, parse_source_address
from cmtel.errors import UsageError
from cmtel.services.format_detection import SAMPLE_BYTES
from cmtel.services.ports import Clock


class Sample(NamedTuple):
    """The bytes, whether more would have followed, and where they are from."""

    data: bytes
    is_cut: bool
    address: SourceAddress


def take_sample(
    file: str | None, source: str | None, secs: float, clock: Clock, tell: Callable[[str], None]
) -> Sample:
    """Return the beginning of a file, or what a source brings within ``secs``.

    Args:
        file: A path, or ``-`` for standard input.
        source: As after ``--source``; one of both has to be given.
        secs: How long to listen, at most.
        clock: Ends the listening early when it stops.
        tell: Is told what the link of the source does.

    Raises:
        UsageError: Both or none are given, the source is none, or it cannot be listened to.
        SourceError, AccessDenied: It cannot be read.
    """
    if (file is None) == (source is None):
        raise UsageError("Give a file, or --source with the source to listen to.")
    if source is not None:
        return _listened(parse_source_address(source), secs, clock, tell)
    return _read(file or "-")


def _read(file: str) -> Sample:
    from cmtel.adapters.input_file import read_blocks

    data = b"".join(islice(read_blocks(file), 16))
    text = "stdin" if file == "-" else f"file:{Path(file).absolute()}"
    return Sample(data[:SAMPLE_BYTES], len(data) > SAMPLE_BYTES, parse_source_address(text))


def _listened(
    address: SourceAddress, secs: float, clock: Clock, tell: Callable[[str], None]
) -> Sample:
    from cmtel.bootstrap.sources import make_source
    from cmtel.services.live_sample import listen

    if address.kind is SourceKind.STDIN:
        raise UsageError("Standard input is no source to listen to.", hint="Give - as the file.")
    data = listen(lambda listening: make_source(address, listening), clock, secs, tell)
    return Sample(data[:SAMPLE_BYTES], len(data) > SAMPLE_BYTES, address)


def keep_sample(sample: Sample, path: Path) -> None:
    """Write the bytes of a sample to a new file.

    Raises:
        UsageError: There is such a file already; it is left alone.
        SourceError, AccessDenied: It cannot be written.
    """
    from cmtel.adapters.sample_file import write_new

    write_new(path, sample.data)
