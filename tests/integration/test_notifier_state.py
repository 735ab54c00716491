"""The notifier's state on a real disk: opening, damage, versions, one service, and schedules."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cmtel.adapters.notifier_state.opening import (
    FILE_NAME,
    open_beside_service,
    open_for_service,
)
from cmtel.domain.incidents.states import FeedState
from cmtel.errors import ConfigError, SpoolError
from cmtel.services.notifier.changes import Changes, Request
from tests.notifier.invariants import check_all
from tests.notifier.schedule import new_world, play

SCHEDULES = int(os.environ.get("CMTEL_SQLITE_SCHEDULES", "40"))


def test_what_was_committed_is_there_after_reopening(tmp_path: Path) -> None:
    opened = open_for_service(tmp_path / "state")
    namespace = opened.store.namespace
    opened.store.commit(Changes(state=FeedState("Main"), cursor="5"))
    opened.close()
    again = open_for_service(tmp_path / "state")

    assert again.moved_aside is None
    assert again.store.namespace == namespace
    assert again.store.feed("Main") == (FeedState("Main"), "5")
    again.close()


def test_a_second_service_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    opened = open_for_service(tmp_path)
    code = (
        "import sys, pathlib; from cmtel.adapters.notifier_state.opening import *;"
        "open_for_service(pathlib.Path(sys.argv[1]))"
    )
    done = subprocess.run([sys.executable, "-c", code, tmp_path], capture_output=True, text=True)
    opened.close()

    assert done.returncode != 0
    assert f"in use by another cmtel (process {os.getpid()})" in done.stderr


def test_operators_leave_requests_beside_a_running_service(tmp_path: Path) -> None:
    nobody = open_beside_service(tmp_path)
    opened = open_for_service(tmp_path)
    beside = open_beside_service(tmp_path)
    assert nobody is None
    assert beside is not None
    beside.add_request(Request("pause", None, {"by": "bob"}))
    beside.close()

    assert [request.verb for request in opened.store.requests()] == ["pause"]
    opened.close()


@pytest.mark.parametrize("damage", ["magic", "pages"])
def test_a_damaged_file_is_moved_aside_and_kept(tmp_path: Path, damage: str) -> None:
    opened = open_for_service(tmp_path)
    for number in range(200):
        opened.store.commit(Changes(state=FeedState(f"feed {number}")))
    opened.close()
    path = tmp_path / FILE_NAME
    data = bytearray(path.read_bytes())
    spoilt = slice(0, 100) if damage == "magic" else slice(4096, len(data))
    data[spoilt] = b"\xa5" * len(data[spoilt])
    path.write_bytes(bytes(data))
    again = open_for_service(tmp_path)
    aside, again_feeds = again.moved_aside, again.store.feeds()
    again.close()

    assert aside == tmp_path / f"{FILE_NAME}.bad"
    assert aside.read_bytes() == bytes(data)
    assert again_feeds == []


def test_older_damaged_files_are_kept_too(tmp_path: Path) -> None:
    for _ in range(2):
        (tmp_path / FILE_NAME).write_bytes(b"no database at all")
        open_for_service(tmp_path).close()

    assert sorted(path.name for path in tmp_path.glob("*.bad*")) == [
        f"{FILE_NAME}.bad",
        f"{FILE_NAME}.bad.1",
    ]


def test_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    open_for_service(tmp_path).close()
    db = sqlite3.connect(tmp_path / FILE_NAME)
    db.execute("PRAGMA user_version = 99")
    db.close()

    with pytest.raises(SpoolError, match="newer cmtel"):
        open_for_service(tmp_path)
    assert [*tmp_path.glob("*.bad")] == []


def test_a_folder_on_another_machine_is_refused() -> None:
    with pytest.raises(ConfigError, match="another machine"):
        open_for_service(Path("//server/share/cmtel"))


def test_two_open_incidents_of_a_kind_are_refused_by_the_database(tmp_path: Path) -> None:
    """I3."""
    opened = open_for_service(tmp_path)
    db = sqlite3.connect(tmp_path / FILE_NAME)
    insert = "INSERT INTO incident VALUES (?, 'Main', 'stall', 1, NULL, '{}')"
    db.execute(insert, ("i1",))

    with pytest.raises(sqlite3.IntegrityError):
        db.execute(insert, ("i2",))
    db.close()
    opened.close()


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_the_invariants_hold_on_disk(tmp_path: Path) -> None:
    """The schedules of tests/notifier/, each on a store of its own."""
    for seed in range(SCHEDULES):
        opened = open_for_service(tmp_path / str(seed))
        try:
            world = play(new_world(opened.store, seed), seed)
            rows = [row for id_ in world.incident_ids() for row in opened.store.rows(id_)]
            check_all(world, rows, are_all_rows=False)
        except Exception as exc:
            raise AssertionError(f"seed {seed}: {exc}") from exc
        finally:
            opened.close()
