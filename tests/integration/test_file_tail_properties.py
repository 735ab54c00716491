"""Whatever happens to a file between two looks, every whole line is accepted once, in order."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.adapters.sources.file_tail import FileTail
from cmtel.domain.source_address import SourceAddress, parse_source_address
from tests.fakes_clock import FakeClock
from tests.fakes_intake import Accepted, RecordingIntake

#: What may happen; "look" lets the source poll, "restart" kills it after its last commit.
EVENTS = [
    "append",
    "append",
    "append",
    "partial",
    "look",
    "look",
    "rotate",
    "copytruncate",
    "truncate",
    "restart",
    "stop",
]


class Killed(BaseException):
    """The process is gone: nothing after it runs."""


class World:
    """A file and what was written into it; ``expected`` is what has to be accepted."""

    def __init__(self, folder: Path, pattern: str) -> None:
        self._pattern = pattern
        self._generation = 0
        self.log = folder / "Master.csv"
        self.folder = folder
        self.expected: list[bytes] = []
        self._count = 0
        self._mtime = 1_700_000_000
        self._partial = b""

    def append(self) -> None:
        self._count += 1
        end = b"call %06d;%s\r\n" % (self._count, b"x" * (self._count * 37 % 200))
        with self.log.open("ab") as file:
            file.write(end)
        self._tick()
        self.expected.append(self._partial + end)
        self._partial = b""

    def partial(self) -> None:
        self._count += 1
        part = b"part %06d;" % self._count
        with self.log.open("ab") as file:
            file.write(part)
        self._tick()
        self._partial += part

    def _tick(self, path: Path | None = None) -> None:
        """Files have times apart, as in life: the order of files depends on them."""
        self._mtime += 1
        os.utime(path or self.log, (self._mtime, self._mtime))

    def rotate(self) -> None:
        self._finish_line()
        if self.log.exists():
            self._shift()
            self.log.rename(self.folder / "Master.csv.1")

    def truncate(self) -> None:
        """Only after everything was read: what nobody has read and nobody copied is lost."""
        if self.log.exists():
            os.truncate(self.log, 0)
            self._tick()

    def copytruncate(self) -> None:
        self._finish_line()
        if self.log.exists():
            self._shift()
            shutil.copyfile(self.log, self.folder / "Master.csv.1")
            self._tick(self.folder / "Master.csv.1")
            os.truncate(self.log, 0)
            self._tick()

    def is_seen(self, accepted: Accepted) -> bool:
        """Return whether the file may go: a glob finds no generation that it never matched."""
        if self._pattern == "Master.csv":
            return bool(accepted.records)
        new = set(self.expected[self._generation :])
        is_new = bool(new) or bool(self._partial)
        return not is_new or any(line in new for _, line in accepted.records)

    def is_read(self, accepted: Accepted) -> bool:
        return not self._partial and [line for _, line in accepted.records] == self.expected

    def _shift(self) -> None:
        for number in range(30, 0, -1):
            old = self.folder / f"Master.csv.{number}"
            if old.exists():
                old.rename(self.folder / f"Master.csv.{number + 1}")

    def _finish_line(self) -> None:
        if self._partial:
            self.append()
        self._generation = len(self.expected)


def _play(events: list[str], pattern: str, max_handles: int) -> tuple[list[bytes], list[bytes]]:
    with _folder() as folder:
        world = World(folder, pattern)
        accepted = Accepted()
        todo = iter(events)
        source = parse_source_address(f"file:{folder / pattern}")
        is_over = False
        while not is_over:
            is_over = _run_until_restart(source, accepted, world, todo, max_handles)
        return [line for _, line in accepted.records], world.expected


def _run_until_restart(
    source: SourceAddress,
    accepted: Accepted,
    world: World,
    todo: Iterator[str],
    max_handles: int,
) -> bool:
    """Run until the source is killed or stopped; return whether all is played and read."""
    left = 12

    def act(clock: FakeClock) -> None:
        nonlocal left
        for event in todo:
            if event == "look":
                return
            if event == "stop":
                clock.stop()
                return
            if event == "restart":
                raise Killed
            if event == "truncate" and not world.is_read(accepted):
                continue
            if event in ("rotate", "copytruncate") and not world.is_seen(accepted):
                continue
            getattr(world, event)()
        left -= 1
        if not left:
            clock.stop()

    try:
        FileTail(source, FakeClock(act), max_handles=max_handles).run(RecordingIntake(accepted))
    except Killed:
        return False
    return left == 0


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


#: A site rotates in one way, however often between two looks.
WAYS = ["rotate", "copytruncate", "truncate"]
LIVES = st.sampled_from(WAYS).flatmap(
    lambda way: st.lists(
        st.sampled_from([event for event in EVENTS if event == way or event not in WAYS]),
        max_size=40,
    )
)


@settings(max_examples=300, deadline=None)
@given(
    LIVES,
    st.sampled_from(["Master.csv", "Master.csv*", "*.csv"]),
    st.sampled_from([0, 64]),
)
def test_every_line_is_accepted_once_and_in_order(
    events: list[str], pattern: str, max_handles: int
) -> None:
    accepted, expected = _play(events, pattern, max_handles)

    assert accepted == expected


@pytest.mark.parametrize("max_handles", [0, 64])
def test_a_killed_process_repeats_nothing(max_handles: int) -> None:
    events = ["append", "look", "append", "restart", "rotate", "append", "restart", "look"] * 3
    accepted, expected = _play(events, "Master.csv", max_handles)

    assert accepted == expected
