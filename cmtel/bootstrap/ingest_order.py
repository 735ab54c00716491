"""What an ingest is to do: its sources and where their calls go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cmtel.adapters.spool.sqlite_spool import DEFAULT_LIMIT_BYTES
from cmtel.bootstrap.enrichment import EnrichmentOrder
from cmtel.bootstrap.journal import JournalTarget
from cmtel.domain.masking import MaskRule
from cmtel.domain.row_mapping import InternalAs
from cmtel.domain.source_address import SourceAddress
from cmtel.formats import registry
from cmtel.formats.seam import DecodeOptions, Format
from cmtel.formats.session import Login
from cmtel.services.source_decoding import LATE_LEGS_WAIT


@dataclass(frozen=True, slots=True)
class SourceOrder:
    """One source to read.

    Attributes:
        name: Its name in the spool and the books; a listener's peers are NAME@PEER.
        addresses: As after ``--source``, or read already; several are read one after another.
        format_name: As after ``--format``.
        decoding: How its records are to be read.
        options: As from ``--source-opt``, without user and secret.
        login: User and password, where the switch wants them.
    """

    name: str
    addresses: Sequence[str | SourceAddress]
    format_name: str
    decoding: DecodeOptions = field(default_factory=DecodeOptions)
    options: Mapping[str, str] = field(default_factory=dict)
    login: Login = field(default_factory=Login)

    @property
    def format(self) -> Format:
        """The format itself; UsageError if there is none of that name."""
        return registry.get(self.format_name)


@dataclass(frozen=True, slots=True)
class IngestOrder:
    """What to ingest, and where to."""

    target: JournalTarget
    sources: Sequence[SourceOrder]
    spool_folder: Path | None = None
    spool_limit_bytes: int = DEFAULT_LIMIT_BYTES
    internal_as: InternalAs = "o"
    is_folding: bool = False
    legs_wait: timedelta = LATE_LEGS_WAIT
    is_once: bool = False
    enrichment: EnrichmentOrder | None = None
    #: Whose numbers are masked before anything is kept; None: nobody's.
    masking: MaskRule | None = None
