"""The simulated switch: plays batches of records to an outlet, in time, and keeps count.

What it promises: records leave in order and whole; a record that the outlet did not take to its
last byte is sent again as a whole once the link is back; the manifest has a call as soon as its
last record was taken. Taken means handed to the kernel: as with a real switch, what a peer had
not read when it died is lost (``repeat_last`` repeats records after a lost link, as some do).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple, Protocol

from cmtel.services.playback import Batch
from cmtel.services.ports import Clock

#: While nothing is due the link is looked after so often: who dials in is answered within this.
TEND_EVERY_SECS = 0.1


class Outlet(Protocol):
    """Where the records of a simulated switch go: a dialled line, a listener, a file."""

    @property
    def links(self) -> int:
        """How often a link has come up; a file's is up once."""

    @property
    def room_bytes(self) -> int:
        """How much may be sent before the outlet wants to act between two records; 1 or more."""

    def tend(self) -> None:
        """Look after the link without waiting: drop a lost one, dial, let peers in."""

    def ready(self) -> bool:
        """Wait until there is somebody to send to; False when asked to stop."""

    def send(self, data: bytes) -> int:
        """Hand over whole records; return how many bytes were taken.

        Less than all means that the link was lost or that the clock is stopping.

        Raises:
            SourceError, AccessDenied: A file cannot be written.
        """

    def turn_day(self) -> None:
        """The switch's calendar day has changed."""

    def close(self) -> None:
        """End the link so that all that was taken still arrives."""


class Manifest(Protocol):
    """Where the calls that were sent are written down."""

    def add(self, lines: bytes) -> None:
        """Append whole JSON lines, and hand them to the operating system."""

    def close(self) -> None: ...


class LimitedClock:
    """A clock that is also stopping once so many seconds have passed."""

    def __init__(self, clock: Clock, limit_secs: float | None) -> None:
        self._clock = clock
        self._ends_at = None if limit_secs is None else clock.monotonic() + limit_secs

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def wait(self, secs: float) -> bool:
        left = secs if self._ends_at is None else min(secs, self._ends_at - self.monotonic())
        return self._clock.wait(max(left, 0)) or self.is_stopping

    @property
    def is_stopping(self) -> bool:
        is_late = self._ends_at is not None and self.monotonic() >= self._ends_at
        return is_late or self._clock.is_stopping


class SimulationSummary(NamedTuple):
    """What was sent. ``records`` and ``sent_bytes`` are without the repeated ones."""

    calls: int
    records: int
    sent_bytes: int
    repeated_records: int
    links: int
    elapsed_secs: float
    records_per_sec: int
    #: All calls that were asked for were played, to the last record.
    is_complete: bool


class SwitchSimulation:
    """One run of a simulated switch."""

    def __init__(
        self,
        batches: Iterable[Batch],
        outlet: Outlet,
        clock: Clock,
        *,
        manifest: Manifest | None = None,
        repeat_last: int = 0,
    ) -> None:
        self._batches = batches
        self._outlet = outlet
        self._clock = clock
        self._manifest = manifest
        self._last: deque[bytes] = deque(maxlen=repeat_last)
        self._links_seen = 0
        self._calls = self._records = self._bytes = self._repeated = 0

    def run(self) -> SimulationSummary:
        """Play until the batches end or the clock is stopping; leaves nothing open."""
        began = self._clock.monotonic()
        try:
            is_complete = self._play(began)
        finally:
            self._outlet.close()
            if self._manifest is not None:
                self._manifest.close()
        return self._summary(self._clock.monotonic() - began, is_complete)

    def _play(self, began: float) -> bool:
        day: date | None = None
        for batch in self._batches:
            if not self._wait_until(began + batch.due_secs):
                return False
            if day is not None and batch.day != day:
                self._outlet.turn_day()
            day = batch.day
            if not self._hand_over(batch):
                return False
        return True

    def _wait_until(self, moment: float) -> bool:
        """False when asked to stop. The link is looked after meanwhile."""
        while (left := moment - self._clock.monotonic()) > 0:
            self._outlet.tend()
            if self._clock.wait(min(left, TEND_EVERY_SECS)):
                return False
        return not self._clock.is_stopping

    def _hand_over(self, batch: Batch) -> bool:
        """Send a batch, again from the first record not taken whole; False when stopping."""
        sent = 0
        while sent < len(batch.ends):
            if not self._is_ready():
                return False
            offset = batch.ends[sent - 1] if sent else 0
            last = max(bisect_right(batch.ends, offset + self._outlet.room_bytes), sent + 1)
            taken = self._outlet.send(batch.data[offset : batch.ends[last - 1]])
            whole = bisect_right(batch.ends, offset + taken)
            self._account(batch, sent, whole)
            sent = whole
        return True

    def _is_ready(self) -> bool:
        """A link is up, and if it is a new one, what it is to be told again has been sent."""
        while self._outlet.ready():
            if self._links_seen in (0, self._outlet.links):
                self._links_seen = self._outlet.links
                return True
            self._links_seen = self._outlet.links
            again = b"".join(self._last)
            if again and self._outlet.send(again) == len(again):
                self._repeated += len(self._last)
        return False

    def _account(self, batch: Batch, before: int, after: int) -> None:
        if after == before:
            return
        start = batch.ends[before - 1] if before else 0
        calls_before = batch.calls[before - 1] if before else 0
        calls_after = batch.calls[after - 1]
        self._records += after - before
        self._bytes += batch.ends[after - 1] - start
        self._calls += calls_after - calls_before
        self._write_down(batch, calls_before, calls_after)
        self._remember(batch, before, after)

    def _write_down(self, batch: Batch, before: int, after: int) -> None:
        if self._manifest is not None and after > before:
            start = batch.manifest_ends[before - 1] if before else 0
            self._manifest.add(batch.manifest[start : batch.manifest_ends[after - 1]])

    def _remember(self, batch: Batch, before: int, after: int) -> None:
        for number in range(max(before, after - (self._last.maxlen or 0)), after):
            start = batch.ends[number - 1] if number else 0
            self._last.append(batch.data[start : batch.ends[number]])

    def _summary(self, elapsed_secs: float, is_complete: bool) -> SimulationSummary:
        return SimulationSummary(
            calls=self._calls,
            records=self._records,
            sent_bytes=self._bytes,
            repeated_records=self._repeated,
            links=self._outlet.links,
            elapsed_secs=round(elapsed_secs, 3),
            records_per_sec=round(self._records / elapsed_secs) if elapsed_secs > 0 else 0,
            is_complete=is_complete,
        )
