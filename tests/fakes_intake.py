"""An intake that records what a source does, keeps only what was committed, and can crash."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from cmtel.errors import SpoolFull
from cmtel.services.spool_ports import FileCheckpoint, LinkState


@dataclass
class Accepted:
    """What is durable: records by feed, in the order of acceptance, and checkpoints."""

    records: list[tuple[int, bytes]] = field(default_factory=list)
    peers: list[str | None] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    open_inputs: dict[str, int] = field(default_factory=dict)
    checkpoints: dict[str, FileCheckpoint] = field(default_factory=dict)
    commits: int = 0


class RecordingIntake:
    """Intake: lines end at LF, or at a lone CR once the feed is idle.

    ``accepted`` outlives it: ``RecordingIntake(accepted)`` is the intake after a restart, and
    what was pushed but not committed is gone.
    """

    def __init__(self, accepted: Accepted | None = None) -> None:
        self.accepted = accepted or Accepted()
        self.links: list[tuple[LinkState, str]] = []
        self.feeds: list[RecordingFeed] = []
        self.queued: list[tuple[int, bytes]] = []
        self.queued_ends: list[int] = []
        self.queued_checkpoints: dict[str, FileCheckpoint] = {}
        self.is_full = False
        self._changed = threading.Condition()

    def open_feed(
        self, peer: str | None = None, input_id: str | None = None, *, is_patient: bool = True
    ) -> RecordingFeed:
        """An input that was not ended is the same one again, also after a restart."""
        accepted = self.accepted
        number = None
        if peer is None or input_id is not None:
            input_id = input_id or "line"
            number = accepted.open_inputs.get(input_id)
        if number is None:
            accepted.peers.append(peer)
            number = len(accepted.peers) - 1
            if input_id is not None:
                accepted.open_inputs[input_id] = number
        assert number not in [f.number for f in self.feeds if not f.is_closed], (
            "two feeds, one input"
        )
        feed = RecordingFeed(self, number)
        self.feeds.append(feed)
        return feed

    def commit(self) -> None:
        with self._changed:
            self.accepted.records += self.queued
            self.accepted.ended += self.queued_ends
            for name, number in list(self.accepted.open_inputs.items()):
                if number in self.queued_ends:
                    del self.accepted.open_inputs[name]
            self.accepted.checkpoints.update(self.queued_checkpoints)
            self.accepted.commits += 1
            self.queued, self.queued_ends, self.queued_checkpoints = [], [], {}
            self._changed.notify_all()

    def offer(self) -> None:
        if self.is_full:
            self.queued, self.queued_ends, self.queued_checkpoints = [], [], {}
            raise SpoolFull("The spool is full.")
        self.commit()

    def checkpoints(self) -> list[FileCheckpoint]:
        return list(self.accepted.checkpoints.values())

    def link(self, state: LinkState, detail: str = "") -> None:
        with self._changed:
            self.links.append((state, detail))
            self._changed.notify_all()

    @property
    def lines(self) -> list[bytes]:
        """Every accepted record, in order."""
        return [record for _, record in self.accepted.records]

    @property
    def link_states(self) -> list[LinkState]:
        return [state for state, _ in self.links]

    def lines_of(self, peer: str | None) -> list[bytes]:
        return [r for number, r in self.accepted.records if self.accepted.peers[number] == peer]

    def wait_for_lines(self, count: int, timeout_secs: float = 10) -> list[bytes]:
        """Wait until ``count`` records are accepted."""
        with self._changed:
            done = self._changed.wait_for(lambda: len(self.lines) >= count, timeout_secs)
        assert done, f"{len(self.lines)} of {count} records came: {self.lines[-5:]}"
        return self.lines

    def wait_for_link(self, state: LinkState, times: int = 1, timeout_secs: float = 10) -> str:
        """Wait until the link was in ``state`` ``times`` times; return the last detail."""

        def seen() -> list[str]:
            return [detail for at, detail in self.links if at == state]

        with self._changed:
            done = self._changed.wait_for(lambda: len(seen()) >= times, timeout_secs)
        assert done, f"{state} not seen: {self.links}"
        return seen()[-1]


class RecordingFeed:
    """Feed of a RecordingIntake."""

    def __init__(self, intake: RecordingIntake, number: int) -> None:
        self._intake = intake
        self._partial = b""
        self.number = number
        self.is_closed = False
        self.idle_calls = 0

    def push(self, data: bytes) -> None:
        assert not self.is_closed, "pushed into a closed feed"
        *lines, self._partial = (self._partial + data).split(b"\n")
        self._queue([line + b"\n" for line in lines])

    def idle(self) -> None:
        self.idle_calls += 1
        if self._partial.endswith(b"\r"):
            self.cut()

    @property
    def pending_bytes(self) -> int:
        return len(self._partial)

    def checkpoint(
        self,
        *,
        file_id: str,
        path: str,
        fingerprint: str,
        fingerprint_bytes: int,
        offset_bytes: int,
        note: str = "",
    ) -> None:
        self._intake.queued_checkpoints[file_id] = FileCheckpoint(
            1, file_id, path, fingerprint, fingerprint_bytes, offset_bytes, note
        )

    def cut(self) -> None:
        if self._partial:
            self._queue([self._partial])
            self._partial = b""

    def end(self) -> None:
        self.cut()
        self._intake.queued_ends.append(self.number)

    def close(self) -> None:
        assert not self.is_closed, "closed twice"
        self.cut()
        self.is_closed = True
        self._intake.queued_ends.append(self.number)

    def _queue(self, records: list[bytes]) -> None:
        self._intake.queued += [(self.number, record) for record in records]
