"""What every decoder makes: outcomes in columns, and those that need no knowledge of a format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import repeat

from cmtel.domain.calls import CallRecord, Outcome, Rejected, Skipped
from cmtel.errors import LineRejected
from cmtel.formats.seam import Decoded

# CallRecord(...) and _make() run as Python; this does not.
_new_call = partial(tuple.__new__, CallRecord)


def calls_of_columns(raws: Sequence[str], **columns: Iterable[object]) -> list[Outcome]:
    """Return calls from the columns of their fields, by name; what is not given is None."""
    nothing_known = repeat(None)
    values = [columns.get(name, nothing_known) for name in CallRecord._fields[:-1]]
    return list(map(_new_call, zip(*values, raws, strict=False)))  # repeat() has no end


@dataclass(slots=True)
class OutcomeColumns:
    """Outcomes being gathered during one call of a decoder."""

    outcomes: list[Outcome] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    covers: list[int] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)

    def add(self, outcome: Outcome, at: int, *records: bytes) -> None:
        """Add an outcome of ``records``, completed by the record with the sequence ``at``."""
        self.outcomes.append(outcome)
        self.at.append(at)
        self.covers.append(len(records))
        self.raws.append(records[0] if len(records) == 1 else b"".join(records))

    def decoded(self) -> Decoded:
        """Return what was gathered."""
        return Decoded(self.outcomes, self.at, self.covers, self.raws)


def nothing() -> Decoded:
    """Return no outcomes."""
    return Decoded([], (), (), ())


def empty_outcome(text: str | None, raw: str) -> Outcome:
    """Return the outcome of a record without text: None is oversize, the rest is blank."""
    return Rejected("oversize", raw) if text is None else Skipped("blank", raw)


def refusal(error: LineRejected, raw: str) -> Rejected:
    """Return the rejection of a record; the last one of an input, cut off, is ``truncated``."""
    is_cut_off = error.reason == "unparsed" and not raw.endswith(("\n", "\r"))
    return Rejected("truncated" if is_cut_off else error.reason, raw)
