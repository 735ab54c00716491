"""Listening to a source for a sample: what comes is kept in memory, and nowhere else.

The source runs as it always does, but for an intake without a spool and a clock that ends the
listening: when the time is over, or when enough has come.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from cmtel.services.ports import Clock, Source
from cmtel.services.spool_ports import FileCheckpoint, LinkState

#: So many lines show what a layout is.
ENOUGH_LINES = 200
#: A feed without line ends is no reason to fill the memory.
ENOUGH_BYTES = 256 * 1024

_LINE_END = re.compile(rb"\r\n|\n|\r")


class ListeningClock:
    """A clock that stops when the time is over or somebody calls ``stop``."""

    def __init__(self, clock: Clock, secs: float) -> None:
        self._clock = clock
        self._end = clock.monotonic() + secs
        self._is_stopped = False

    def now(self) -> datetime:
        """The time of day, UTC."""
        return self._clock.now()

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self._clock.monotonic()

    def wait(self, secs: float) -> bool:
        """Wait, at most until the time is over; True if the listening is."""
        left_secs = max(0.0, self._end - self._clock.monotonic())
        self._clock.wait(min(secs, left_secs))
        return self.is_stopping

    @property
    def is_stopping(self) -> bool:
        """Whether the listening is over."""
        is_over = self._clock.monotonic() >= self._end
        return self._is_stopped or is_over or self._clock.is_stopping

    def stop(self) -> None:
        """Enough has come."""
        self._is_stopped = True


class SampleFeed:
    """One input: its bytes as they came. See ports.Feed."""

    def __init__(self, on_bytes: Callable[[int, int], None]) -> None:
        self.data = bytearray()
        self._on_bytes = on_bytes

    @property
    def pending_bytes(self) -> int:
        """Nothing waits for its line end here."""
        return 0

    def push(self, data: bytes) -> None:
        """Keep the bytes."""
        self.data += data
        self._on_bytes(len(_LINE_END.findall(data)), len(data))

    def idle(self) -> None:
        """Nothing is held back."""

    def cut(self) -> None:
        """A partial line is a line of its own, as it would be in the journal."""
        if self.data and not self.data.endswith((b"\n", b"\r")):
            self.data += b"\n"

    def end(self) -> None:
        """The input has ended."""
        self.cut()

    def close(self) -> None:
        """The input has ended."""
        self.cut()

    def checkpoint(
        self, *, file_id: str, path: str, fingerprint: str, fingerprint_bytes: int,
        offset_bytes: int, note: str = "",
    ) -> None:  # fmt: skip
        """Nothing is kept, so nothing is remembered either."""


class SampleIntake:
    """Takes the bytes of all inputs of one source. See ports.Intake.

    Args:
        stop: Is called when enough has come.
        tell: Is told what the link does.
    """

    def __init__(self, stop: Callable[[], None], tell: Callable[[str], None]) -> None:
        self._stop = stop
        self._tell = tell
        self._feeds: list[SampleFeed] = []
        self._lines = self._bytes = 0
        self._told = ""

    @property
    def sample(self) -> bytes:
        """What came, one input after the other."""
        return b"".join(bytes(feed.data) for feed in self._feeds)

    def open_feed(
        self, peer: str | None = None, input_id: str | None = None, *, is_patient: bool = True
    ) -> SampleFeed:
        """Return the feed of one input."""
        self._feeds.append(SampleFeed(self._count))
        return self._feeds[-1]

    def commit(self) -> None:
        """Nothing is made durable: this is a sample."""

    def offer(self) -> None:
        """As ``commit``."""

    def checkpoints(self) -> list[FileCheckpoint]:
        """Nothing was read before."""
        return []

    def link(self, state: LinkState, detail: str = "") -> None:
        """Tell what the link does, once a change."""
        text = f"{state} {detail}".strip()
        if text != self._told:
            self._told = text
            self._tell(text)

    def _count(self, lines: int, size_bytes: int) -> None:
        self._lines += lines
        self._bytes += size_bytes
        if self._lines >= ENOUGH_LINES or self._bytes >= ENOUGH_BYTES:
            self._stop()


def listen(
    make_source: Callable[[Clock], Source], clock: Clock, secs: float, tell: Callable[[str], None]
) -> bytes:
    """Return what a source brings within ``secs``, or until it is enough.

    Raises:
        SourceError: It can never work as described.
    """
    listening = ListeningClock(clock, secs)
    intake = SampleIntake(listening.stop, tell)
    make_source(listening).run(intake)
    return intake.sample
