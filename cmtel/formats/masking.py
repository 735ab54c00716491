"""A framer that masks: what it hands on has no number any more that should not be kept.

It stands before the spool, so that no copy behind it has the number either. A decoder of its own
goes along, to know which records belong together (lines of one quoted field are held back until
the record is whole), the heading of the columns, and records that give the date. No byte is lost
and no record gets longer or shorter.

Formats that tell one call in several records, hours apart (``Format.spans_records``), cannot be
masked: when a record comes, nobody knows yet whose call it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise

from cmtel.domain.calls import Outcome, Skipped
from cmtel.domain.masking import MaskRule
from cmtel.formats.date_records import DATE_RECORD
from cmtel.formats.masked_record import masked_record
from cmtel.formats.seam import DecodeOptions, Decoder, Format, Framer

#: The reasons of records that are no calls and that later ones may be read by.
_HEADINGS = frozenset({"header", DATE_RECORD})
#: How many of them are remembered, beside the first one.
_LAST_HEADINGS = 4


@dataclass(frozen=True, slots=True)
class Masking:
    """How the records of one source are masked.

    Attributes:
        rule: Whose numbers, and how much of them.
        form: The format of the records.
        options: How they are read.
        now: The time, for records without year or date.
    """

    rule: MaskRule
    form: Format
    options: DecodeOptions
    now: Callable[[], datetime]

    def framer(self, earlier: Iterable[bytes] = ()) -> Framer:
        """Return a new framer of the format that masks; see :class:`MaskingFramer`."""
        return MaskingFramer(self, earlier)


class MaskingFramer:
    """Implements Framer, around the format's own one.

    Args:
        masking: What is masked.
        earlier: Records of the same input that were accepted before this process: headings.
    """

    def __init__(self, masking: Masking, earlier: Iterable[bytes] = ()) -> None:
        self._masking = masking
        self._inner = masking.form.make_framer()
        self._decoder = masking.form.make_decoder(masking.options)
        #: Records that are in no outcome yet: parts of a longer one.
        self._held: list[bytes] = []
        self._sequence = 0
        #: Records that say how later ones are read: headings of pages and columns, dates.
        self._headings: list[bytes] = []
        for record in earlier:
            for group, told in self._groups(record):
                self._keep_heading(group, told)
        self._held = []

    @property
    def pending_bytes(self) -> int:
        """Bytes fed that are handed on with no record yet: also those of records held back."""
        return self._inner.pending_bytes + sum(map(len, self._held))

    def feed(self, data: bytes) -> list[bytes]:
        """Return the records that ``data`` completes, in order, masked."""
        return self._masked(self._inner.feed(data))

    def idle(self) -> list[bytes]:
        """Nothing came for 200 ms: what only waits for a next line comes alone."""
        records = self._masked(self._inner.idle())
        return records + (self._released() if self._decoder.deadline_utc is not None else [])

    def finish(self) -> list[bytes]:
        """The input has ended: return what is left as the last records."""
        return self._masked(self._inner.finish()) + self._released()

    def _masked(self, records: Sequence[bytes]) -> list[bytes]:
        return [
            done
            for record in records
            for group, told in self._groups(record)
            for done in self._mask(group, told)
        ]

    def _groups(self, record: bytes) -> list[tuple[list[bytes], list[Outcome]]]:
        """Take one more record; return those that belong together, and what they are."""
        self._sequence += 1
        self._held.append(record)
        decoded = self._decoder.decode([record], self._sequence, self._masking.now())
        groups: list[tuple[list[bytes], list[Outcome]]] = []
        for count, outcome in zip(decoded.covers, decoded.outcomes, strict=True):
            if count or not groups:
                group, self._held = self._held[:count], self._held[count:]
                groups.append((group, []))
            groups[-1][1].append(outcome)
        return groups

    def _keep_heading(self, group: list[bytes], told: Sequence[Outcome]) -> None:
        if any(isinstance(each, Skipped) and each.reason in _HEADINGS for each in told):
            last = self._headings[1:][1 - _LAST_HEADINGS :]
            self._headings = [*self._headings[:1], *last, b"".join(group)]

    def _released(self) -> list[bytes]:
        """Return what is held, masked; what comes next does not belong to it."""
        held, self._held = self._held, []
        if not held:
            return []
        told = self._decoder.finish(self._sequence + 1).outcomes
        masked = self._mask(held, told)
        self._decoder, self._sequence = self._begun_decoder()
        return masked

    def _mask(self, group: list[bytes], told: Sequence[Outcome]) -> list[bytes]:
        edges = [0, *accumulate(map(len, group))]

        def cut(data: bytes) -> list[bytes]:
            return [data[start:end] for start, end in pairwise(edges)]

        def read(data: bytes) -> Sequence[Outcome]:
            return self._read(cut(data))

        masked = masked_record(b"".join(group), self._masking.rule, read, told)
        self._keep_heading(group, told)
        return cut(masked)

    def _read(self, records: Sequence[bytes]) -> Sequence[Outcome]:
        """Read some records alone, with nothing before them but headings."""
        decoder, sequence = self._begun_decoder()
        outcomes = decoder.decode(records, sequence + 1, self._masking.now()).outcomes
        return [*outcomes, *decoder.finish(sequence + 1 + len(records)).outcomes]

    def _begun_decoder(self) -> tuple[Decoder, int]:
        """Return a new decoder that knows the headings, and the sequence that it stands at."""
        heading = self._decoder.heading
        needed = [*([heading.record] if heading else []), *self._headings]
        decoder = self._masking.form.make_decoder(self._masking.options)
        if needed:
            decoder.decode(needed, 1, self._masking.now())
        return decoder, len(needed)
