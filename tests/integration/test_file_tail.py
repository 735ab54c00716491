from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cmtel.adapters.sources.file_tail import FileTail
from cmtel.domain.source_address import parse_source_address
from cmtel.errors import SourceError
from cmtel.services.spool_ports import LinkState
from tests.fakes_clock import FakeClock
from tests.fakes_intake import RecordingIntake

Step = Callable[[], object]
#: The user without rights, on Debian and most others.
_NOBODY = 65534


class Tailing:
    """Follows a path; each step is done between two looks, then looks go on until all is read."""

    def __init__(self, path: Path | str, *, max_handles: int = 64) -> None:
        self.address = parse_source_address(f"file:{path}")
        self.intake = RecordingIntake()
        self._max_handles = max_handles

    def run(self, *steps: Step, once: bool = False, looks_after: int = 12) -> list[bytes]:
        """Start, do the steps a look apart, stop; return all lines accepted so far."""
        todo = [*steps, *[_nothing] * looks_after]

        def act(clock: FakeClock) -> None:
            todo.pop(0)()
            if not todo:
                clock.stop()

        self.intake = RecordingIntake(self.intake.accepted)
        clock = FakeClock(act)
        FileTail(self.address, clock, once=once, max_handles=self._max_handles).run(self.intake)
        return self.intake.lines


def _nothing() -> None:
    """A look without a change before it."""


def _append(path: Path, data: bytes) -> Step:
    def step() -> None:
        with path.open("ab") as file:
            file.write(data)

    return step


def test_what_is_there_and_what_comes_is_read(tmp_path: Path) -> None:
    log = tmp_path / "Master.csv"
    log.write_bytes(b"1\n2\n")

    assert Tailing(log).run(_append(log, b"3\n"), _append(log, b"4\n")) == [
        b"1\n",
        b"2\n",
        b"3\n",
        b"4\n",
    ]


def test_a_partial_line_waits_for_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n2")
    tailing = Tailing(log)

    assert tailing.run() == [b"1\n"]
    assert tailing.run(_append(log, b"2\n")) == [b"1\n", b"22\n"]


def test_a_restart_goes_on_where_the_checkpoint_stands(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n")
    tailing = Tailing(log)
    tailing.run()
    _append(log, b"2\n")()

    assert tailing.run() == [b"1\n", b"2\n"]


@pytest.mark.parametrize("max_handles", [0, 64])
def test_a_renamed_file_is_finished_before_the_new_one(tmp_path: Path, max_handles: int) -> None:
    log = tmp_path / "Master.csv"
    log.write_bytes(b"1\n")

    def rotate() -> None:
        _append(log, b"2\n")()
        log.rename(tmp_path / "Master.csv.1")
        log.write_bytes(b"4\n")
        _append(tmp_path / "Master.csv.1", b"3\n")()

    assert Tailing(log, max_handles=max_handles).run(rotate) == [b"1\n", b"2\n", b"3\n", b"4\n"]


def test_a_file_renamed_while_nobody_looked_is_finished_after_the_restart(tmp_path: Path) -> None:
    log = tmp_path / "Master.csv"
    log.write_bytes(b"1\n")
    tailing = Tailing(log)
    tailing.run()
    _append(log, b"2\n")()
    log.rename(tmp_path / "Master.csv.1")
    log.write_bytes(b"3\n")

    assert tailing.run() == [b"1\n", b"2\n", b"3\n"]
    assert tailing.run() == [b"1\n", b"2\n", b"3\n"]


def test_a_file_that_matches_under_its_new_name_is_not_read_again(tmp_path: Path) -> None:
    log = tmp_path / "a.csv"
    log.write_bytes(b"1\n")
    tailing = Tailing(tmp_path / "*.csv")

    assert tailing.run(lambda: log.rename(tmp_path / "b.csv")) == [b"1\n"]
    (tmp_path / "b.csv").rename(tmp_path / "c.csv")
    assert tailing.run(_append(tmp_path / "c.csv", b"2\n")) == [b"1\n", b"2\n"]


def test_an_emptied_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n2\n")

    def rewrite() -> None:
        log.write_bytes(b"3\n")

    assert Tailing(log).run(rewrite) == [b"1\n", b"2\n", b"3\n"]


def test_a_file_written_anew_and_longer_is_noticed_by_its_content(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n2\n")

    def rewrite() -> None:
        log.write_bytes(b"3\n4\n5\n")

    assert Tailing(log).run(rewrite) == [b"1\n", b"2\n", b"3\n", b"4\n", b"5\n"]


def test_a_file_emptied_while_nobody_looked_is_read_from_its_beginning(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"heading\n1\n")
    tailing = Tailing(log)
    tailing.run()
    log.write_bytes(b"heading\n2\n3\n")

    assert tailing.run() == [b"heading\n", b"1\n", b"heading\n", b"2\n", b"3\n"]


def test_a_replaced_file_is_read_whole_and_its_predecessor_to_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n")

    def replace() -> None:
        _append(log, b"2\n")()
        (tmp_path / "new").write_bytes(b"3\n")
        (tmp_path / "new").replace(log)

    assert Tailing(log).run(replace) == [b"1\n", b"2\n", b"3\n"]


def test_a_deleted_file_is_read_to_its_end_and_its_partial_line_counts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n")
    tailing = Tailing(log)

    def delete() -> None:
        _append(log, b"2\n3")()
        log.unlink()

    lines = tailing.run(delete, looks_after=300)

    assert lines == [b"1\n", b"2\n", b"3"]
    assert tailing.intake.accepted.ended == [0]


def test_the_input_of_a_file_goes_on_after_a_restart_and_ends_with_the_file(
    tmp_path: Path,
) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n")
    tailing = Tailing(log)
    tailing.run()
    tailing.run(_append(log, b"2\n"))
    assert tailing.intake.accepted.records == [(0, b"1\n"), (0, b"2\n")]
    assert tailing.intake.accepted.ended == []

    log.unlink()
    tailing.run()
    tailing.run()
    assert tailing.intake.accepted.ended == [0]


def test_an_emptied_file_is_a_new_input(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n")
    tailing = Tailing(log)
    tailing.run()
    log.write_bytes(b"2\n")
    tailing.run()

    assert tailing.intake.accepted.records == [(0, b"1\n"), (1, b"2\n")]
    assert tailing.intake.accepted.ended == [0]


def test_a_file_may_come_later_and_go_and_come(tmp_path: Path) -> None:
    log = tmp_path / "log"
    tailing = Tailing(log)
    lines = tailing.run(_append(log, b"1\n"), _nothing, log.unlink, _nothing, _append(log, b"2\n"))

    assert lines == [b"1\n", b"2\n"]
    assert tailing.intake.link_states[:2] == [LinkState.DOWN, LinkState.UP]


def test_files_of_a_glob_are_read_oldest_first_then_by_name(tmp_path: Path) -> None:
    for name, mtime in [("c.log", 100), ("b.log", 200), ("a.log", 200), (".hidden.log", 1)]:
        (tmp_path / name).write_bytes(name.encode() + b"\n")
        os.utime(tmp_path / name, (mtime, mtime))

    assert Tailing(tmp_path / "*.log").run() == [b"c.log\n", b"a.log\n", b"b.log\n"]


def test_once_ends_and_the_last_line_counts_without_its_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n2")
    tailing = Tailing(log)

    assert tailing.run(once=True) == [b"1\n", b"2"]
    assert tailing.run(once=True) == [b"1\n", b"2"]
    assert tailing.intake.link_states[-1] == LinkState.ENDED


@pytest.mark.parametrize("max_handles", [0, 64])
def test_once_reads_every_file_of_a_glob(tmp_path: Path, max_handles: int) -> None:
    for number in range(300):
        (tmp_path / f"{number:03}.log").write_bytes(b"%d\npartial" % number)
    tailing = Tailing(tmp_path / "*.log", max_handles=max_handles)

    assert len(tailing.run(once=True)) == 600
    assert len(tailing.intake.accepted.ended) == 300
    assert len(tailing.run(once=True)) == 600


def test_once_without_a_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="No file matches"):
        Tailing(tmp_path / "none").run(once=True)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no folder"):
        Tailing(tmp_path / "none" / "log").run()


def test_a_name_with_magic_characters_that_exists_is_no_glob(tmp_path: Path) -> None:
    (tmp_path / "log[1]").write_bytes(b"right\n")
    (tmp_path / "log1").write_bytes(b"wrong\n")

    assert Tailing(tmp_path / "log[1]").run() == [b"right\n"]


def test_a_link_and_its_file_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_bytes(b"1\n")
    (tmp_path / "b.log").symlink_to(tmp_path / "a.log")

    assert Tailing(tmp_path / "*.log").run() == [b"1\n"]


def test_a_link_that_points_elsewhere_is_followed(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1\n")
    (tmp_path / "two").write_bytes(b"2\n")
    link = tmp_path / "log"
    link.symlink_to("one")

    def point() -> None:
        link.unlink()
        link.symlink_to("two")

    assert Tailing(link).run(point) == [b"1\n", b"2\n"]


def test_a_folder_in_the_place_of_the_file_is_survived(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"1\n")

    def replace() -> None:
        log.unlink()
        log.mkdir()

    tailing = Tailing(log)
    lines = tailing.run(replace, _nothing, log.rmdir, _append(log, b"2\n"))

    assert lines == [b"1\n", b"2\n"]
    assert caplog.text.count("no regular file") == 1


def test_large_files_are_committed_in_parts(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"0123456789abcde\n" * 1024 * 1024)
    tailing = Tailing(log)

    assert len(tailing.run(once=True)) == 1024 * 1024
    assert tailing.intake.accepted.commits >= 4


def test_a_quiet_file_is_noticed_within_two_seconds_among_a_thousand(tmp_path: Path) -> None:
    for number in range(1000):
        (tmp_path / f"{number}.log").write_bytes(b"")
    tailing = Tailing(tmp_path / "*.log")
    assert tailing.run(
        *[_nothing] * 400, _append(tmp_path / "500.log", b"1\n"), looks_after=10
    ) == [b"1\n"]


def _calls(count: int) -> bytes:
    return b"".join(b"call %04d of a day\n" % number for number in range(count))


def test_a_copy_in_the_same_glob_is_left_alone_also_after_a_restart(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "a.csv"
    log.write_bytes(_calls(100))
    tailing = Tailing(tmp_path / "*.csv")

    def copy() -> None:
        (tmp_path / "a-copy.csv").write_bytes(log.read_bytes())

    assert len(tailing.run(copy, _append(log, b"1\n"))) == 101
    assert len(tailing.run(_append(log, b"2\n"), looks_after=100)) == 102
    assert caplog.text.count("is a copy of") == 1


def test_a_file_that_only_begins_like_another_is_read_after_a_moment(tmp_path: Path) -> None:
    log = tmp_path / "a.csv"
    log.write_bytes(b"heading\n")
    tailing = Tailing(tmp_path / "*.csv")

    def other() -> None:
        (tmp_path / "a2.csv").write_bytes(b"heading\n1\n")

    assert tailing.run(other, looks_after=20) == [b"heading\n"]
    assert tailing.run(looks_after=60) == [b"heading\n", b"heading\n", b"1\n"]


def test_copied_and_emptied_the_rest_is_read_from_the_copy(tmp_path: Path) -> None:
    log = tmp_path / "Master.csv"
    log.write_bytes(b"1\n")

    def copytruncate() -> None:
        _append(log, b"2\n")()
        (tmp_path / "Master.csv.1").write_bytes(log.read_bytes())
        log.write_bytes(b"3\n")

    assert Tailing(log).run(copytruncate) == [b"1\n", b"2\n", b"3\n"]


@pytest.fixture
def powerless_folder() -> Iterator[Path]:
    """A folder, and for as long as the test runs not even root's right to read everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if os.geteuid() != 0:
            yield folder
            return
        folder.chmod(0o777)
        os.seteuid(_NOBODY)
        try:
            yield folder
        finally:
            os.seteuid(0)


def test_a_file_without_the_right_to_it_is_told_and_tried_again(
    powerless_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = powerless_folder / "log"
    log.write_bytes(b"1\n")
    log.chmod(0)
    tailing = Tailing(log)
    lines = tailing.run(*[_nothing] * 50, lambda: log.chmod(0o600), looks_after=50)

    assert lines == [b"1\n"]
    assert LinkState.DOWN in tailing.intake.link_states
    assert caplog.text.count("cannot be read") == 1
