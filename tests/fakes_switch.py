"""A simulated switch without a format of its own and without a wire."""

from __future__ import annotations

from cmtel.domain.calls import CallRecord
from cmtel.formats.seam import EncodedRecord


def one_line(call: CallRecord) -> list[EncodedRecord]:
    """One record a call, at its end, with its call_id in it."""
    secs = (call.ring_ms or 0) / 1000 + (call.connected_secs or 0)
    line = f"{call.call_id};{call.started_at};{call.local_number};{call.name}\r\n"
    return [EncodedRecord(secs, line.encode())]


def three_lines(call: CallRecord) -> list[EncodedRecord]:
    """A call monitor: a record at start, answer and end; no call_id, only its counter."""
    number = (call.call_id or "").rpartition(".")[2]
    ring_secs = (call.ring_ms or 0) / 1000
    return [
        EncodedRecord(0.0, f"RING;{number}\n".encode()),
        EncodedRecord(ring_secs, f"CONNECT;{number}\n".encode()),
        EncodedRecord(ring_secs + (call.connected_secs or 0), f"DISCONNECT;{number}\n".encode()),
    ]


class MemoryOutlet:
    """Keeps what it takes, a list of links with the bytes of each; links break as scripted.

    ``breaks`` has, for each link, how many bytes it takes before it breaks.
    """

    def __init__(self, breaks: list[int] | None = None, room_bytes: int = 1 << 20) -> None:
        self.room_bytes = room_bytes
        self.received: list[bytearray] = []
        self.days_turned: list[int] = []
        self.is_closed = False
        self._breaks = list(breaks or [])
        self._left: int | None = None
        self._is_up = False

    @property
    def links(self) -> int:
        return len(self.received)

    def tend(self) -> None:
        if not self._is_up:
            self.received.append(bytearray())
            self._left = self._breaks.pop(0) if self._breaks else None
            self._is_up = True

    def ready(self) -> bool:
        self.tend()
        return True

    def send(self, data: bytes) -> int:
        taken = len(data) if self._left is None else min(self._left, len(data))
        self.received[-1] += data[:taken]
        if self._left is not None:
            self._left -= taken
        self._is_up = taken == len(data)
        return taken

    def turn_day(self) -> None:
        self.days_turned.append(sum(len(part) for part in self.received))

    def close(self) -> None:
        self.is_closed = True


class MemoryManifest:
    """Keeps its lines."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.is_closed = False

    def add(self, lines: bytes) -> None:
        self.lines += lines.splitlines()

    def close(self) -> None:
        self.is_closed = True
