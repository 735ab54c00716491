"""Calls into records in the order of sending: what a simulated switch plays, and when.

A batch is some records that are due together, as one run of bytes with the places where each
record ends; nothing is copied a record at a time. Fast constant traffic is a block encoded once
and repeated with other call_ids: only the block's name in the bytes is replaced, which is cheap
enough for hundreds of thousands of records a second.
"""

from __future__ import annotations

import heapq
import json
import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import count, islice
from typing import NamedTuple

from cmtel.domain.calls import CallRecord
from cmtel.domain.traffic import (
    NOMINAL_CALLS_PER_SEC,
    TimedCall,
    TrafficPlan,
    block_name,
    constant_calls,
    realistic_calls,
)
from cmtel.formats.seam import EncodedRecord

Encode = Callable[[CallRecord], list[EncodedRecord]]

#: Paced traffic goes out in slots of this length: fine enough to look even, and a hundred
#: wake-ups a second carry any rate.
SLOT_SECS = 0.01
#: Calls a slot at rate 0: some 200 KB of lines, enough to keep a socket's buffer full.
FREE_SLOT_CALLS = 1024
#: Above this rate blocks are repeated: making each call afresh takes some 30 microseconds.
REPEAT_ABOVE_CALLS_PER_SEC = 5000.0
#: A repeated block has at least so many distinct calls.
BLOCK_CALLS = 4096


class Batch(NamedTuple):
    """Records that are due together.

    ``ends[i]`` is where record i ends in ``data``, ``calls[i]`` how many calls of this batch are
    complete when it is sent. ``manifest`` has one JSON line a call, in the order of completion;
    line i ends at ``manifest_ends[i]``. Both are empty if no manifest is kept.
    """

    #: Real seconds after the beginning.
    due_secs: float
    #: The switch's calendar day.
    day: date
    data: bytes
    ends: Sequence[int]
    calls: Sequence[int]
    manifest: bytes = b""
    manifest_ends: Sequence[int] = ()

    def first_calls(self, limit: int) -> Batch:
        """The records up to the end of call number ``limit``."""
        if not self.calls or self.calls[-1] <= limit:
            return self
        records = bisect_left(self.calls, limit) + 1
        return self._replace(
            data=self.data[: self.ends[records - 1]],
            ends=self.ends[:records],
            calls=self.calls[:records],
            manifest=self.manifest[: self.manifest_ends[limit - 1]] if self.manifest else b"",
            manifest_ends=self.manifest_ends[:limit],
        )


class Playback(NamedTuple):
    """How calls become batches.

    Attributes:
        plan: The traffic.
        encode: The switch format's encoder.
        speed: Simulated seconds a real second, for realistic traffic.
        max_calls: Where the traffic ends; None: never.
        has_manifest: Whether manifest lines are made.
    """

    plan: TrafficPlan
    encode: Encode
    speed: float = 1.0
    max_calls: int | None = None
    has_manifest: bool = False

    def batches(self) -> Iterator[Batch]:
        """Yield all batches in order of time."""
        if self.plan.calls_per_sec is None:
            return self._realistic()
        return _limited(self._constant(self.plan.calls_per_sec), self.max_calls)

    def _realistic(self) -> Iterator[Batch]:
        """One record a batch; records of overlapping calls come in order of their own times."""
        calls = islice(realistic_calls(self.plan), self.max_calls)
        for secs, data, call in _interleaved(calls, self.encode):
            line = self._line(*call) if call else b""
            yield Batch(
                due_secs=secs / self.speed,
                day=self.plan.date_at(secs),
                data=data,
                ends=(len(data),),
                calls=(1 if call else 0,),
                manifest=line,
                manifest_ends=(len(line),) if line else (),
            )

    def _constant(self, rate: float) -> Iterator[Batch]:
        slot_calls = max(math.ceil(rate * SLOT_SECS), 1) if rate else FREE_SLOT_CALLS
        block_calls = math.ceil(BLOCK_CALLS / slot_calls) * slot_calls
        is_long = self.max_calls is None or self.max_calls > block_calls
        if is_long and (rate == 0 or rate > REPEAT_ABOVE_CALLS_PER_SEC):
            first = list(self._fresh(0, block_calls, slot_calls))
            if all(_has_name(batch, block_name(self.plan, 0)) for batch in first):
                return self._repeated(first, block_calls)
        return (batch for block in count() for batch in self._fresh(block, block_calls, slot_calls))

    def _fresh(self, block: int, block_calls: int, slot_calls: int) -> Iterator[Batch]:
        calls = constant_calls(self.plan, block, block_calls)
        for number in range(block * block_calls, (block + 1) * block_calls, slot_calls):
            yield self._slot(number, [timed.call for timed in islice(calls, slot_calls)])

    def _slot(self, number: int, calls: Iterable[CallRecord]) -> Batch:
        """Calls that are due with call ``number``; the records of each stay together."""
        records: list[bytes] = []
        complete: list[int] = []
        lines: list[bytes] = []
        for done, call in enumerate(calls):
            encoded = [record.data for record in self.encode(call)]
            records += encoded
            complete += [done] * (len(encoded) - 1) + [done + 1]
            lines += [self._line(call, b"".join(encoded))]
        has_lines = self.has_manifest
        return Batch(
            due_secs=self._due_secs(number),
            day=self.plan.date_at(number / (self.plan.calls_per_sec or NOMINAL_CALLS_PER_SEC)),
            data=b"".join(records),
            ends=_ends(records),
            calls=complete,
            manifest=b"".join(lines),
            manifest_ends=_ends(lines) if has_lines else (),
        )

    def _due_secs(self, number: int) -> float:
        return number / self.plan.calls_per_sec if self.plan.calls_per_sec else 0.0

    def _repeated(self, first: Sequence[Batch], block_calls: int) -> Iterator[Batch]:
        """Block after block with the bytes of the first one, but the name of its own."""
        old = block_name(self.plan, 0).encode()
        rate = self.plan.calls_per_sec
        for block in count():
            new = block_name(self.plan, block).encode()
            later_secs = block * block_calls / rate if rate else 0.0
            for batch in first:
                yield batch._replace(
                    due_secs=batch.due_secs + later_secs,
                    data=batch.data.replace(old, new),
                    manifest=batch.manifest.replace(old, new),
                )

    def _line(self, call: CallRecord, raw: bytes) -> bytes:
        if not self.has_manifest:
            return b""
        document = {"kind": "call", **call._asdict(), "raw": _text(raw)}
        return json.dumps(document, ensure_ascii=False).encode() + b"\n"


def _interleaved(
    calls: Iterable[TimedCall], encode: Encode
) -> Iterator[tuple[float, bytes, tuple[CallRecord, bytes] | None]]:
    """Yield (simulated secs, record, the call that it completes) in order of time."""
    waiting: list[tuple[float, int, bytes, tuple[CallRecord, bytes] | None]] = []
    order = count()
    for starts_after_secs, call in calls:
        while waiting and waiting[0][0] <= starts_after_secs:
            secs, _, data, done = heapq.heappop(waiting)
            yield secs, data, done
        encoded = encode(call)
        raw = b"".join(record.data for record in encoded)
        for place, record in enumerate(encoded, start=1):
            done = (call, raw) if place == len(encoded) else None
            due = starts_after_secs + record.after_secs
            heapq.heappush(waiting, (due, next(order), record.data, done))
    while waiting:
        secs, _, data, done = heapq.heappop(waiting)
        yield secs, data, done


def _limited(batches: Iterator[Batch], max_calls: int | None) -> Iterator[Batch]:
    left = max_calls
    for batch in batches:
        if left is None:
            yield batch
            continue
        cut = batch.first_calls(left)
        yield cut
        left -= cut.calls[-1]
        if left <= 0:
            return


def _has_name(batch: Batch, name: str) -> bool:
    """Whether every record of the batch carries the name, so that replacing it makes it new."""
    wanted = name.encode()
    starts = [0, *batch.ends[:-1]]
    return all(
        batch.data.find(wanted, start, end) >= 0
        for start, end in zip(starts, batch.ends, strict=True)
    )


def _ends(parts: Iterable[bytes]) -> list[int]:
    total = 0
    return [total := total + len(part) for part in parts]


def _text(raw: bytes) -> str:
    """Source: formats.md 1.1: UTF-8 if it is valid UTF-8, else latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")
