"""day.log moves into journal.log: every line is accepted once and in order, whenever we look."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cmtel.adapters.sources.file_tail import FileTail
from cmtel.domain.source_address import SourceAddress, parse_source_address
from tests.fakes_clock import FakeClock
from tests.fakes_intake import Accepted, RecordingIntake

#: "begin" is the first half of a roll-over, the next "begin", "end" or line the second one.
EVENTS = ["line", "line", "line", "same", "partial", "look", "look", "begin", "end", "rollover"]


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


class Server:
    """A CTI server that writes day.log, and moves its lines to journal.log."""

    def __init__(self, folder: Path, *, truncates_first: bool, day_end: bytes) -> None:
        self.day = folder / "day.log"
        self.journal = folder / "journal.log"
        self.journal.write_bytes(b"last year 1\nlast year 2\n")
        self.expected: list[bytes] = []
        self._truncates_first = truncates_first
        self._end = day_end
        self._count = 0
        self._moving: bytes | None = None
        self._partial = False

    def line(self) -> None:
        self._count += 1
        self._write(b"call %06d %s" % (self._count, b"x" * (self._count * 37 % 90)))

    def same(self) -> None:
        """A line like the one before: a line has its day in it, so within a day only."""
        self.end()
        if not self.day.exists() or not self.day.read_bytes().strip():
            self._count += 1
        self._write(b"call %06d again" % self._count)

    def partial(self) -> None:
        self.end()
        if not self._partial:
            with self.day.open("ab") as day:
                day.write(b"partial ")
            self._partial = True

    def begin(self) -> None:
        """Do the first half of a roll-over."""
        self.end()
        if self._partial:
            self._write(b"completed")
        self._moving = self.day.read_bytes() if self.day.exists() else b""
        self._empty() if self._truncates_first else self._append()

    def end(self) -> None:
        """Do the second half."""
        if self._moving is not None:
            self._append() if self._truncates_first else self._empty()
            self._moving = None

    def rollover(self) -> None:
        self.begin()
        self.end()

    def _write(self, text: bytes) -> None:
        self.end()
        with self.day.open("ab") as day:
            day.write(text + self._end)
        if self._partial:
            text, self._partial = b"partial " + text, False
        self.expected.append(text)

    def _append(self) -> None:
        assert self._moving is not None
        with self.journal.open("ab") as journal:
            journal.write(self._moving.replace(b"\r\n", b"\n"))

    def _empty(self) -> None:
        self.day.write_bytes(b"")


def _run_until_restart(
    source: SourceAddress, accepted: Accepted, server: Server, todo: Iterator[str]
) -> bool:
    """Run until the process is killed or stopped; return whether all is played and read."""
    left = 100

    def act(clock: FakeClock) -> None:
        nonlocal left
        for event in todo:
            if event == "look":
                return
            if event == "wait":
                clock.advance(30)
                return
            if event == "restart":
                raise Killed
            getattr(server, event)()
        server.end()
        left -= 1
        if not left:
            clock.stop()

    try:
        FileTail(source, FakeClock(act)).run(RecordingIntake(accepted))
    except Killed:
        return False
    return left == 0


def _play(
    events: list[str], pattern: str, *, truncates_first: bool = False, day_end: bytes = b"\n"
) -> tuple[list[bytes], list[bytes]]:
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name), truncates_first=truncates_first, day_end=day_end)
        accepted = Accepted()
        todo = iter(events)
        source = parse_source_address(f"file:{Path(name) / pattern}")
        while not _run_until_restart(source, accepted, server, todo):
            pass
        before = [b"last year 1", b"last year 2"] if "*" in pattern else []
        return [line.rstrip() for _, line in accepted.records], before + server.expected


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*EVENTS, "restart"]), max_size=40),
    st.sampled_from(["day.log", "*.log"]),
    st.booleans(),
    st.sampled_from([b"\n", b"\r\n"]),
)
@example(["line", "look", "line", "rollover", "line", "rollover", "line"], "day.log", False, b"\n")
def test_every_line_is_accepted_once_and_in_order(
    events: list[str], pattern: str, truncates_first: bool, day_end: bytes
) -> None:
    # The source has to see day.log once before the first roll-over: without that, nothing says
    # which lines of journal.log were there before cmtel was.
    accepted, expected = _play(
        ["look", *events], pattern, truncates_first=truncates_first, day_end=day_end
    )

    assert accepted == expected


@pytest.mark.parametrize("pattern", ["day.log", "*.log"])
@pytest.mark.parametrize("truncates_first", [False, True])
def test_several_roll_overs_while_nobody_looked(pattern: str, truncates_first: bool) -> None:
    days = ["line", "line", "rollover"] * 3
    events = ["line", "look", "look", "line", *days, "line", "restart", *days]
    accepted, expected = _play(events, pattern, truncates_first=truncates_first)

    assert accepted == expected


@pytest.mark.parametrize(("pattern", "lines"), [("day.log", 2), ("*.log", 4)])
def test_a_half_done_roll_over_at_the_first_start_repeats_nothing(pattern: str, lines: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        server = Server(Path(name), truncates_first=False, day_end=b"\n")
        server.line()
        server.line()
        server.begin()
        accepted = Accepted()
        source = parse_source_address(f"file:{Path(name) / pattern}")
        _run_until_restart(source, accepted, server, iter(["look"] * 8 + ["end", "line"]))

        assert [line.rstrip() for _, line in accepted.records][-3:] == server.expected
        assert len(accepted.records) == lines + 1
