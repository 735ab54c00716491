"""From the words of ``journal ingest|import`` to what is to be done; options win over the file."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.bootstrap.config import load_config_or_defaults
from cmtel.bootstrap.enrichment import enrichment_order
from cmtel.bootstrap.ingest_order import IngestOrder, SourceOrder
from cmtel.bootstrap.journal import JournalTarget, resolve_target
from cmtel.bootstrap.sessions import login_of, split_login
from cmtel.config.advice import logs_in, without_effect
from cmtel.config.durations import parse_duration
from cmtel.domain.source_address import SourceAddress, SourceKind, parse_source_address
from cmtel.domain.source_options import parse_source_options
from cmtel.errors import ConfigError, SourceError, UsageError
from cmtel.formats.options import decode_options
from cmtel.formats.seam import DecodeOptions
from cmtel.formats.session import Login

if TYPE_CHECKING:
    from cmtel.config.journal import Source as SourceSection
    from cmtel.config.model import Config


logger = logging.getLogger(__name__)

#: Legs that come a day apart are never joined (formats/leg_folding.py).
_LONGEST_LEGS_WAIT_SECS = 24 * 3600


@dataclass(frozen=True, slots=True)
class IngestWords:
    """The options that ``ingest`` and ``import`` have in common, as they were typed."""

    url: str | None = None
    table: str | None = None
    format_name: str | None = None
    format_options: Sequence[str] = ()
    source_options: Sequence[str] = ()
    timezone: str | None = None
    year_hint: str | None = None
    spool_folder: Path | None = None
    columns: Sequence[str] = ()
    names: Sequence[str] = ()
    sizes: Sequence[str] = ()
    legs: str | None = None
    legs_wait: str | None = None
    number_options: Sequence[str] = ()

    def target(self, config: Config) -> JournalTarget:
        """Return the journal table that is meant."""
        return resolve_target(
            self.url, self.table, self.columns, self.names, self.sizes, config=config
        )

    def decoding(self) -> DecodeOptions:
        """Return how records are to be read."""
        return decode_options(self.format_options, self.timezone, self.year_hint)

    def named_format(self) -> str:
        """Return the format that was named.

        Raises:
            UsageError: None was.
        """
        if self.format_name is None:
            raise UsageError("No format is named.", hint="Give --format; see 'cmtel format list'.")
        return self.format_name


def ingest_order(
    words: IngestWords, source: str | None, config_path: str | None, *, is_once: bool
) -> IngestOrder:
    """Return what ``journal ingest`` is to do: one source by options, else those of the file.

    Raises:
        UsageError, ConfigError: A word is wrong, or something needed is named nowhere.
    """
    config = load_config_or_defaults(config_path)
    for setting in without_effect(config):
        logger.warning("%s", setting)
    if source:
        sources = [_named_source(words, source, config_path)]
    else:
        sources = _configured_sources(words, config)
    return _order(words, config, sources, is_once=is_once)


def import_order(words: IngestWords, files: Sequence[Path], config_path: str | None) -> IngestOrder:
    """Return what ``journal import`` is to do: the files one after another, as one source.

    Raises:
        UsageError, ConfigError: A word is wrong.
        SourceError: A file is not there.
    """
    for file in files:
        if not file.is_file():
            what = "is no regular file" if file.exists() else "is not there"
            raise SourceError(f"The file '{file}' {what}.")
    config = load_config_or_defaults(config_path)
    format_name = words.named_format()
    named = SourceOrder(
        name=f"import:{format_name}",
        addresses=[_exactly(file) for file in files],
        format_name=format_name,
        decoding=words.decoding(),
    )
    return _order(words, config, [named], is_once=True)


def _exactly(file: Path) -> SourceAddress:
    """As an address that is typed, ``name `` would lose its blank."""
    path = str(file.absolute())
    return SourceAddress(SourceKind.FILE, f"file:{path}", path=path)


def _order(
    words: IngestWords, config: Config, sources: Sequence[SourceOrder], *, is_once: bool
) -> IngestOrder:
    spool = config.journal.spool
    return IngestOrder(
        words.target(config),
        sources,
        words.spool_folder or spool.folder,
        spool.max_megabytes << 20,
        config.journal.internal_as,
        is_folding_legs(words.legs or config.journal.legs),
        _legs_wait(words.legs_wait, config),
        is_once=is_once,
        enrichment=enrichment_order(words.number_options, config),
        masking=config.journal.privacy.rule if config.journal.privacy else None,
    )


def is_folding_legs(word: str) -> bool:
    """Return what ``--legs`` says; UsageError if it is neither keep nor fold."""
    if word not in ("keep", "fold"):
        raise UsageError(f"Legs '{word}' are not known.", hint="There are keep and fold.")
    return word == "fold"


def _legs_wait(text: str | None, config: Config) -> timedelta:
    if text is None:
        return timedelta(seconds=config.journal.legs_wait_secs)
    secs = parse_duration(text)
    if secs is None or not 1 <= secs <= _LONGEST_LEGS_WAIT_SECS:
        raise UsageError(f"'{text}' is no time to wait for legs.", hint="Write 1s to 24h.")
    return timedelta(seconds=secs)


def _named_source(words: IngestWords, source: str, config_path: str | None) -> SourceOrder:
    address = parse_source_address(source)
    given = parse_source_options(address.kind, words.source_options)
    options, login = split_login(given, config_path)
    return SourceOrder(
        name=_lasting_name(address),
        addresses=[source],
        format_name=words.named_format(),
        decoding=words.decoding(),
        options=options,
        login=login,
    )


def _lasting_name(address: SourceAddress) -> str:
    """A file is the same source from whatever folder the command is called.

    Bytes of a path that are not UTF-8 are written out: a name is a key in the database.
    """
    if address.kind is SourceKind.FILE:
        name = f"file:{Path(address.path).absolute()}"
        return name.encode("utf-8", "backslashreplace").decode()
    return address.text


def _configured_sources(words: IngestWords, config: Config) -> list[SourceOrder]:
    if words.format_name or words.format_options or words.source_options:
        raise UsageError("--format, --opt and --source-opt need --source.")
    if not config.journal.sources:
        raise ConfigError(
            "No source is named.",
            hint="Give --source, for example tcp-listen:0.0.0.0:9000, or a Source in the "
            "settings file.",
        )
    return [_configured_source(section, config) for section in config.journal.sources]


def _configured_source(section: SourceSection, config: Config) -> SourceOrder:
    options = {option.name: option.value for option in section.source_options}
    if section.allow is not None:
        options["allow"] = ",".join(map(str, section.allow))
    values = {option.name: option.value for option in section.options}
    zone = section.time_zone or config.time_zone
    return SourceOrder(
        name=section.name,
        addresses=[section.text],
        format_name=section.format,
        decoding=DecodeOptions(zone, section.year_hint, values),
        options=options,
        login=_configured_login(section),
    )


def _configured_login(section: SourceSection) -> Login:
    """Where no login is known, user and password are warned of, and not used."""
    if not logs_in(section):
        return Login()
    return login_of(section.user, section.password, section.secret_ref)
