"""The seam between a switch format and the rest of cmtel.

A format is pure: bytes in, outcomes out; it opens nothing and asks no clock. Its framer cuts a
stream of bytes into records, its decoder turns records into outcomes. Records travel through
the spool in between, so a decoder can be run again over the same records, with the same result:
it must depend on nothing but its options, the records, their sequences and the reception times.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from cmtel.domain.calls import CallRecord, Outcome
from cmtel.formats.session import SessionFormat

#: A record of more bytes than this without its line end is rejected as ``oversize``.
MAX_RECORD_BYTES = 65_536


class Framer(Protocol):
    """Cuts one connection's or one file's bytes into records, line ends included.

    No byte is lost or changed, with one exception: of an oversize record only the first
    ``MAX_RECORD_BYTES + 1`` bytes (and its line end) are kept, so memory stays flat on any input.
    """

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that no record has yet, dropped ones of an oversize record included."""

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order."""

    def idle(self) -> list[bytes]:
        """Nothing came for 200 ms: return what is complete but waited for a next byte."""

    def finish(self) -> list[bytes]:
        """The input has ended: return what is left as the last records."""


class Folded(NamedTuple):
    """What a call that was folded from several legs is made of."""

    legs: int
    #: The records of its legs, in the order in which they came.
    records: tuple[bytes, ...]


class Decoded(NamedTuple):
    """The outcomes of some records, as columns of equal length.

    ``at[i]`` is the sequence of the record that completed outcome i (never falling), ``covers[i]``
    the number of records whose bytes are in it, ``raws[i]`` these bytes (a dead letter keeps
    them; text would not lead back to them). A record that is in no outcome yet is open.
    ``folded`` tells, by the index of the outcome, which calls have more than one leg.
    """

    outcomes: list[Outcome]
    at: Sequence[int]
    covers: Sequence[int]
    raws: Sequence[bytes]
    folded: Mapping[int, Folded] = MappingProxyType({})


class Heading(NamedTuple):
    """A record that names the columns of all later ones, until the next heading."""

    sequence: int
    record: bytes


class Decoder(Protocol):
    """Turns the records of one input into outcomes. Never raises, whatever the bytes."""

    @property
    def joins_lines(self) -> bool:
        """Records are lines of which several may make one record (strict CSV).

        Joined lines then count as one record in the books. Where a call is joined from several
        records (fritzbox), each counts.
        """

    @property
    def memory_records(self) -> int:
        """How many records back this decoder remembers (0: none), beside what is open."""

    @property
    def oldest_open(self) -> int | None:
        """The sequence of the first record that is in no outcome yet, or that the next ones need.

        The latter is a record that only gives the date.
        """

    @property
    def heading(self) -> Heading | None:
        """The record without which no later one can be read: the names of the columns.

        A new decoder that is given it first goes on as this one would; so the records in between
        need not be kept, however many they are.
        """

    @property
    def deadline_utc(self) -> datetime | None:
        """When :meth:`expire` has to be called at the latest; None while nothing is waiting."""

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return what ``records`` complete; they have the sequences from ``first_sequence`` on."""

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Give up what has waited too long; outcomes are at ``sequence``, which has no bytes."""

    def finish(self, sequence: int) -> Decoded:
        """The input has ended: return what is still open, in the order of its first records."""


@dataclass(frozen=True, slots=True)
class DecodeOptions:
    """How the records of one source are to be read.

    Attributes:
        timezone: The zone of the switch; None: local times stay without offset.
        year_hint: The date near which records lie; None: the day of reception.
        values: The format's own options by name (``--opt``), not yet checked.
    """

    timezone: ZoneInfo | None = None
    year_hint: date | None = None
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FormatOption:
    """One ``--opt`` of a format, for ``cmtel format show`` and for the check of its name."""

    name: str
    meaning: str
    default: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class LegRule:
    """How the legs of one call are told from those of others, and what row they make.

    Whether a call is complete must depend on its last leg and on what comes after it, never on
    earlier legs: after a restart these may be gone, and the call must end at the same record.

    Attributes:
        joined_by: The id that the legs of a call share, for people.
        fold: Two or more legs, in the order in which they came, to one call. What it returns must
            not depend on that order, as far as the records themselves tell another.
        key: What the legs of a call share; None: this one is a call by itself. Not given: the
            call id.
        is_last: Tells that no leg follows this one, so that nobody has to wait.
        is_reused: The switch gives the same id to a later call, hours or days after.
    """

    joined_by: str
    fold: Callable[[Sequence[CallRecord]], CallRecord]
    key: Callable[[CallRecord], str | None] | None = None
    is_last: Callable[[CallRecord], bool] | None = None
    is_reused: bool = False


@dataclass(frozen=True, slots=True)
class Format:
    """A switch format: what a format module exports as ``FORMAT``.

    Attributes:
        name: As in ``--format``; the module is called the same, with ``_`` for ``-``.
        switch: The switch and the record type, for people.
        transport: How the records come, for people: direction of the connection and port.
        default_port: TCP port, or None.
        layout: What a record looks like, for ``cmtel format show``; a few lines.
        example: One record as the switch sends it.
        options: The format's own options.
        make_framer: A new framer, for one connection or file.
        make_decoder: A new decoder, for one input; raises UsageError on a bad option.
        encode: A call as the switch would send it (for ``cmtel simulate switch``); None if it
            cannot be simulated. Joined formats return several records, in order of time.
        legs: How legs are joined by ``--legs fold``; None: the records have nothing to join
            them by, or are joined already, and each is a call.
        session: What is said over a connection that cmtel dials; None: nothing.
        spans_records: A call is told in several records, with those of other calls in between.
    """

    name: str
    switch: str
    transport: str
    default_port: int | None
    layout: str
    example: str
    options: tuple[FormatOption, ...]
    make_framer: Callable[[], Framer]
    make_decoder: Callable[[DecodeOptions], Decoder]
    encode: Callable[[CallRecord], list[EncodedRecord]] | None = None
    legs: LegRule | None = None
    session: SessionFormat | None = None
    spans_records: bool = False


class EncodedRecord(NamedTuple):
    """One simulated record and how long after the call's start the switch sends it."""

    after_secs: float
    data: bytes
