"""The arrivals of a history, records of one batch drawn together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from cmtel.domain.silence.fitting.grid import Floats, Ints

#: Records closer together than this are one batch insert and count as one arrival ...
BATCH_SECS = 2.0
#: ... of a feed of which so many records follow the one before so closely. Of a feed that is
#: written call by call a few do by chance; to draw those together would only slow detection.
_BATCHED_PART = 0.25
#: Stamps of whole minutes: records of one minute are calls of their own, no batch.
_MINUTE_STAMPS_PART = 0.9


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When calls came: epoch seconds of the first and the last record of each arrival."""

    starts: Floats
    ends: Floats

    @classmethod
    def of(cls, stamps: Sequence[float] | Floats) -> Self:
        """Return the arrivals of records at epoch seconds, in any order; at least one."""
        ordered = np.sort(np.asarray(stamps, dtype=np.float64))
        first = _batch_starts(ordered)
        last = np.append(first[1:] - 1, len(ordered) - 1)
        return cls(ordered[first], ordered[last])

    def __len__(self) -> int:
        return len(self.starts)


def is_batched(ordered: Floats) -> bool:
    """Tell whether records at these epoch seconds, in order, were written in batches."""
    if len(ordered) < 2 or np.mean(ordered % 60 == 0) > _MINUTE_STAMPS_PART:
        return False
    return bool(np.mean(np.diff(ordered) < BATCH_SECS) > _BATCHED_PART)


def _batch_starts(ordered: Floats) -> Ints:
    if not is_batched(ordered):
        return np.arange(len(ordered), dtype=np.int64)
    starts: list[int] = []
    begun = -np.inf
    for place, stamp in enumerate(ordered.tolist()):
        if stamp - begun >= BATCH_SECS:
            starts.append(place)
            begun = stamp
    return np.array(starts, dtype=np.int64)
