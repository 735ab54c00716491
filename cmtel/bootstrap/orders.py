"""From the words of ``journal ingest|import`` to what is to be done; options win over the file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cmtel.bootstrap.ingest import IngestOrder, SourceOrder
from cmtel.bootstrap.journal import JournalTarget, resolve_target
from cmtel.domain.source_address import parse_source_address
from cmtel.domain.source_options import parse_source_options
from cmtel.errors import SourceError, UsageError
from cmtel.formats.options import decode_options
from cmtel.formats.seam import DecodeOptions


@dataclass(frozen=True, slots=True)
class IngestWords:
    """The options that ``ingest`` and ``import`` have in common, as they were typed."""

    url: str | None
    table: str | None
    format_name: str | None
    format_options: Sequence[str]
    source_options: Sequence[str]
    timezone: str | None
    year_hint: str | None
    spool_folder: Path | None
    columns: Sequence[str]
    names: Sequence[str]
    sizes: Sequence[str]
    legs: str

    def target(self) -> JournalTarget:
        """Return the journal table that is meant."""
        return resolve_target(self.url, self.table, self.columns, self.names, self.sizes)

    def decoding(self) -> DecodeOptions:
        """Return how records are to be read."""
        return decode_options(self.format_options, self.timezone, self.year_hint)

    def named_format(self) -> str:
        """Return the format that was named.

        Raises:
            UsageError: None was; or legs are to be folded, which this version cannot.
        """
        if self.legs != "keep":
            raise UsageError(f"--legs {self.legs} is not available; there is 'keep'.")
        if self.format_name is None:
            raise UsageError("No format is named.", hint="Give --format; see 'cmtel format list'.")
        return self.format_name


def ingest_order(
    words: IngestWords, source: str | None, config_path: str | None, *, is_once: bool
) -> IngestOrder:
    """Return what ``journal ingest`` is to do.

    Raises:
        UsageError, ConfigError: A word is wrong, or something needed is named nowhere.
    """
    if source is None:
        raise UsageError("No source is named.", hint="Give --source, for example stdin.")
    address = parse_source_address(source)
    named = SourceOrder(
        name=address.text,
        addresses=[source],
        format_name=words.named_format(),
        decoding=words.decoding(),
        options=parse_source_options(address.kind, words.source_options),
    )
    return IngestOrder(words.target(), [named], words.spool_folder, is_once=is_once)


def import_order(words: IngestWords, files: Sequence[Path], config_path: str | None) -> IngestOrder:
    """Return what ``journal import`` is to do: the files one after another, as one source.

    Raises:
        UsageError, ConfigError: A word is wrong.
        SourceError: A file is not there.
    """
    for file in files:
        if not file.is_file():
            raise SourceError(f"There is no file '{file}'.")
    format_name = words.named_format()
    named = SourceOrder(
        name=f"import:{format_name}",
        addresses=[f"file:{file.absolute()}" for file in files],
        format_name=format_name,
        decoding=words.decoding(),
    )
    return IngestOrder(words.target(), [named], words.spool_folder, is_once=True)
