from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from cmtel.adapters.sources.file_folder import Afterwards, FileFolder
from cmtel.adapters.sources.file_tail import FileTail
from cmtel.domain.source_address import parse_source_address
from cmtel.errors import SpoolFull
from tests.fakes_clock import FakeClock
from tests.fakes_intake import Accepted, RecordingIntake

KEEP, DELETE = Afterwards(), Afterwards(is_kept=False)
MOVE = Afterwards(is_kept=False, folder="done")


class Folder:
    """A folder of calls, and what was accepted of them over all runs."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.accepted = Accepted()

    def write(self, *names: str) -> None:
        for name in names:
            (self.path / f"{name}.json").write_text(name)

    def names(self, folder: str = ".") -> list[str]:
        return sorted(p.name for p in (self.path / folder).iterdir() if p.is_file())

    def source(self, afterwards: Afterwards, clock: FakeClock, *, once: bool = True) -> FileFolder:
        address = parse_source_address(f"file:{self.path}/*.json")
        return FileFolder(address, clock, afterwards, once=once)

    def read(self, afterwards: Afterwards = KEEP) -> list[str]:
        """Take all that is there, as after a restart; return what was new."""
        before = len(self.accepted.records)
        self.source(afterwards, FakeClock()).run(RecordingIntake(self.accepted))
        return [record.decode() for _, record in self.accepted.records[before:]]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


@pytest.mark.parametrize("afterwards", [KEEP, DELETE, MOVE])
def test_each_file_is_taken_once(folder: Folder, afterwards: Afterwards) -> None:
    folder.write("a", "b", "c")
    assert sorted(folder.read(afterwards)) == ["a", "b", "c"]
    folder.write("d")
    assert folder.read(afterwards) == ["d"]
    assert folder.read(afterwards) == []


def test_each_file_is_an_input_of_its_own(folder: Folder) -> None:
    folder.write("a", "b")
    folder.read()

    assert folder.accepted.ended == [0, 0]


def test_files_are_taken_in_the_order_of_their_change(folder: Folder) -> None:
    for age, name in enumerate(("c", "a", "b")):
        folder.write(name)
        os.utime(folder.path / f"{name}.json", (1_000_000 - age, 1_000_000 - age))

    assert folder.read() == ["b", "a", "c"]


def test_afterwards_files_are_kept_deleted_or_moved(folder: Folder) -> None:
    folder.write("a")
    folder.read(KEEP)
    assert folder.names() == ["a.json"]
    folder.write("b")
    folder.read(DELETE)
    assert folder.names() == []
    for _ in range(3):  # names come again, and none is lost in the other folder
        folder.write("c")
        assert folder.read(MOVE) == ["c"]
    assert folder.names("done") == ["c.json", "c.json.1", "c.json.2"]


def test_a_renamed_file_and_one_copied_over_itself_are_no_new_ones(folder: Folder) -> None:
    folder.write("a", "b")
    folder.read()
    (folder.path / "a.json").rename(folder.path / "z.json")
    content = (folder.path / "b.json").read_bytes()
    (folder.path / "b.new").write_bytes(content)
    (folder.path / "b.new").replace(folder.path / "b.json")

    assert folder.read() == []


def test_files_with_the_same_content_are_different_calls(folder: Folder) -> None:
    for name in ("a", "b", "c"):
        (folder.path / f"{name}.json").write_text("same")

    assert folder.read() == ["same"] * 3


def test_another_file_under_a_known_name_is_taken(folder: Folder) -> None:
    folder.write("a")
    folder.read()
    (folder.path / "a.json").write_text("something else")

    assert folder.read() == ["something else"]


def test_what_grows_after_it_was_taken_is_told_and_not_read(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    folder.write("a")
    folder.read()
    (folder.path / "a.json").write_text("a and more")

    assert folder.read() == []
    assert "a.json has grown after it was taken" in caplog.text


def test_empty_files_hidden_ones_and_folders_are_left(folder: Folder) -> None:
    (folder.path / "empty.json").touch()
    (folder.path / ".hidden.json").write_text("x")
    (folder.path / "folder.json").mkdir()

    assert folder.read(DELETE) == []
    assert folder.names() == [".hidden.json", "empty.json"]


def test_what_was_followed_line_by_line_before_is_not_taken_again(folder: Folder) -> None:
    folder.write("a")
    address = parse_source_address(f"file:{folder.path}/*.json")
    FileTail(address, FakeClock(), once=True).run(RecordingIntake(folder.accepted))
    folder.write("b")

    assert folder.read() == ["b"]


class _DyingIntake(RecordingIntake):
    """Dies at a commit, before or after it is done."""

    def __init__(self, accepted: Accepted, *, is_done: bool) -> None:
        super().__init__(accepted)
        self._is_done = is_done

    def commit(self) -> None:
        if self._is_done:
            super().commit()
        raise SpoolFull("The process died here.")


@pytest.mark.parametrize("afterwards", [KEEP, DELETE, MOVE])
@pytest.mark.parametrize("is_done", [False, True])
def test_a_crash_at_the_commit_neither_loses_nor_repeats(
    folder: Folder, afterwards: Afterwards, is_done: bool
) -> None:
    folder.write("a", "b")
    with pytest.raises(SpoolFull):
        folder.source(afterwards, FakeClock()).run(_DyingIntake(folder.accepted, is_done=is_done))
    assert folder.names() == ["a.json", "b.json"]
    folder.write("c")
    folder.read(afterwards)

    assert sorted(record for _, record in folder.accepted.records) == [b"a", b"b", b"c"]
    assert folder.names() == (["a.json", "b.json", "c.json"] if afterwards is KEEP else [])


class _WritingClock(FakeClock):
    """Something happens to the folder at each wait; stops after a while."""

    def __init__(self, *steps: object) -> None:
        super().__init__()
        self._steps = list(steps)

    def wait(self, secs: float) -> bool:
        if not self._steps:
            self.stop()
            return True
        step = self._steps.pop(0)
        if callable(step):
            step()
        return super().wait(secs)


def test_a_file_that_will_not_go_is_told_and_not_taken_again(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    done = folder.path / "done"

    def spoil() -> None:
        folder.write("a")
        os.utime(folder.path / "a.json", (1_000_000, 1_000_000))
        done.rmdir()
        done.write_text("a file in the place of the folder")

    clock = _WritingClock(spoil, None, lambda: folder.write("b"), *[None] * 12)
    folder.source(MOVE, clock, once=False).run(RecordingIntake(folder.accepted))
    assert sorted(record for _, record in folder.accepted.records) == [b"a", b"b"]
    assert folder.names() == ["a.json", "b.json", "done"]
    assert caplog.text.count("cannot be put away") == 2
    done.unlink()

    assert folder.read(MOVE) == []
    assert folder.names("done") == ["a.json", "b.json"]


def test_a_file_is_taken_only_when_it_has_not_changed_for_a_while(folder: Folder) -> None:
    path = folder.path / "a.json"
    clock = _WritingClock(
        lambda: path.write_text("{"), None, None,
        lambda: path.write_text('{"a":'), None, None,
        lambda: path.write_text('{"a":1}'), None, None, None, None, None, None, None, None, None,
    )  # fmt: skip
    _utime_follows(clock, path)
    folder.source(DELETE, clock, once=False).run(RecordingIntake(folder.accepted))

    assert [record for _, record in folder.accepted.records] == [b'{"a":1}']
    assert folder.names() == []


def _utime_follows(clock: _WritingClock, path: Path) -> None:
    """A file server whose clock is half a minute slow: files look older than they are."""
    steps = clock._steps

    def dated(step: object) -> object:
        def write() -> None:
            if callable(step):
                step()
                at = clock.now().timestamp() - 30
                os.utime(path, (at, at))

        return write if callable(step) else step

    clock._steps = [dated(step) for step in steps]


def test_many_files_are_taken_in_batches(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    folder.write(*(f"n{number}" for number in range(2_500)))

    assert len(folder.read(DELETE)) == 2_500
    assert folder.accepted.commits == 3
    assert folder.names() == []
    assert caplog.records == []
