"""The plain family of decoders: one record, one outcome."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import cast

from cmtel.domain.calls import Outcome
from cmtel.errors import LineRejected
from cmtel.formats.outcomes import empty_outcome, nothing, refusal
from cmtel.formats.seam import Decoded, Heading
from cmtel.formats.strict_csv import QuoteOpen
from cmtel.formats.text import RecordTexts

#: Reads one line: text without noise and line end, raw; raises LineRejected if it does not parse.
ReadLine = Callable[[str, str], Outcome]
#: Reads lines that are all as the switch usually writes them, by columns: some times as fast as one
#: by one, with the same outcomes. Raises LineRejected, before anything is remembered, where a line
#: differs, be it that it is right in another way.
ReadAlike = Callable[[Sequence[str], Sequence[str]], list[Outcome]]
#: Is told when the records that follow were received; for formats whose times lack year or day.
Received = Callable[[datetime], None]

#: Where legs are counted: how far back the ids have to be read again after a restart.
LEG_MEMORY_RECORDS = 20_000

#: So many records are read at once: few enough for what is made on the way to stay in the cache of
#: the processor, which a hundred thousand bytes of text no longer do.
AT_ONCE = 128

#: Lines that are not all alike are tried again in so many parts ...
_PARTS = 8
#: ... down to so few, which are read one by one.
_FEWEST_ALIKE = 8


class LineDecoder:
    """Decoder for formats in which every record stands alone."""

    joins_lines = False
    heading: Heading | None = None
    oldest_open: int | None = None
    deadline_utc: datetime | None = None

    def __init__(
        self,
        texts: RecordTexts,
        read: ReadLine,
        *,
        read_alike: ReadAlike | None = None,
        memory_records: int = 0,
        received: Received | None = None,
    ) -> None:
        self.memory_records = memory_records
        self._texts = texts
        self._read = read
        self._read_alike = read_alike
        self._received = received

    def decode(
        self, records: Sequence[bytes], first_sequence: int, received_utc: datetime
    ) -> Decoded:
        """Return one outcome a record."""
        if self._received:
            self._received(received_utc)
        outcomes: list[Outcome] = []
        for begin in range(0, len(records), AT_ONCE):
            texts, raws = self._texts.read(records[begin : begin + AT_ONCE])
            outcomes += read_lines(self._read, texts, raws, self._read_alike)
        end = first_sequence + len(outcomes)
        return Decoded(outcomes, range(first_sequence, end), [1] * len(outcomes), records)

    def expire(self, sequence: int, now_utc: datetime) -> Decoded:
        """Nothing ever waits."""
        return nothing()

    def finish(self, sequence: int) -> Decoded:
        """Nothing is ever open."""
        return nothing()


def read_lines(
    read: ReadLine,
    texts: Sequence[str | None],
    raws: Sequence[str],
    read_alike: ReadAlike | None = None,
) -> list[Outcome]:
    """Return the outcome of each line, up to the first one that ends inside a quoted field."""
    if read_alike is None or len(texts) < _FEWEST_ALIKE:
        return _read_one_by_one(read, texts, raws)
    if all(texts):  # neither oversize nor blank
        try:
            return read_alike(cast(Sequence[str], texts), raws)
        except LineRejected:
            pass  # the odd lines are looked for in ever smaller parts
    if len(texts) < 2 * _FEWEST_ALIKE:
        return _read_one_by_one(read, texts, raws)
    return _read_parts(read, texts, raws, read_alike)


def found_in_each(pattern: re.Pattern[str], texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the groups of a pattern in each of many lines, "" for those that took no part.

    Args:
        pattern: Of whole lines: with ``^``, ``$`` and MULTILINE, and two or more groups.
        texts: Lines without line end.

    Raises:
        LineRejected: A line does not fit.
    """
    joined = "\n".join(texts)
    found: list[tuple[str, ...]] = pattern.findall(joined)
    # What fits may reach over two lines, but then there is less of it.
    if len(found) != len(texts) or joined.count("\n") >= len(texts):
        raise LineRejected
    return found


def _read_parts(
    read: ReadLine, texts: Sequence[str | None], raws: Sequence[str], read_alike: ReadAlike
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    step = max(len(texts) // _PARTS, _FEWEST_ALIKE)
    for begin in range(0, len(texts), step):
        end = begin + step
        outcomes += read_lines(read, texts[begin:end], raws[begin:end], read_alike)
        if len(outcomes) < min(end, len(texts)):
            break  # a quote is open
    return outcomes


def _read_one_by_one(
    read: ReadLine, texts: Sequence[str | None], raws: Sequence[str]
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    append = outcomes.append
    for text, raw in zip(texts, raws, strict=True):
        if not text or text.isspace():
            append(empty_outcome(text, raw))
            continue
        try:
            append(read(text, raw))
        except QuoteOpen:
            break
        except LineRejected as error:
            append(refusal(error, raw))
    return outcomes
