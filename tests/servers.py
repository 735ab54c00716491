"""The database servers the tests use: those on this machine, else ones started for the run.

A server that is there is used through databases of our own. Else a cluster is made in a temporary
folder, on a free port, as a user that is not root, and stopped by its process id at the end.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import pytest

START_TIMEOUT_SECS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server listens, and who may do anything there without a password."""

    host: str
    port: int
    user: str


def missing(what: str) -> NoReturn:
    """Skip the test; in CI nothing may be missing."""
    if os.environ.get("CI"):
        pytest.fail(f"{what} is missing, and in CI nothing may be")
    pytest.skip(f"{what} is missing")


def is_listening(host: str, port: int) -> bool:
    with closing(socket.socket()) as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, port)) == 0


@contextmanager
def postgresql_server() -> Iterator[Server]:
    """PostgreSQL on its usual port, or one of our own."""
    if _postgresql_answers():
        yield Server("127.0.0.1", 5432, "postgres")
        return
    with own_postgresql() as own:
        yield own.server


@dataclass(frozen=True, slots=True)
class OwnPostgresql:
    """A PostgreSQL of the test's own, which it may stop and start."""

    server: Server
    control: list[object]
    options: str
    data: Path

    def start(self) -> None:
        """Return when it answers."""
        _run([*self.control, "-o", self.options, "start"])

    def signal(self, number: int) -> None:
        """Send a signal to all its processes: SIGSTOP makes it hang, SIGCONT go on."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        for process_id in [postmaster, *_children(postmaster)]:
            os.kill(process_id, number)

    def stop(self) -> None:
        """Cut all connections and return when it is down."""
        _run([*self.control, "-m", "fast", "stop"])


def _children(parent: int) -> list[int]:
    """Return the processes that a process has started (Linux)."""
    stats = [path.read_text().rpartition(")") for path in Path("/proc").glob("[0-9]*/stat")]
    return [int(head.split()[0]) for head, _, tail in stats if int(tail.split()[1]) == parent]


@contextmanager
def own_postgresql() -> Iterator[OwnPostgresql]:
    """Make and start a new PostgreSQL on a free port; it is stopped and removed at the end."""
    programs = _find("pg_ctl", "initdb", folders=Path("/usr/lib/postgresql").glob("*/bin"))
    if programs is None:
        missing("PostgreSQL")
    with _folder("postgres") as (folder, run_as):
        data, port = folder / "data", free_port()
        _run([*run_as, programs["initdb"], "-D", data, "-U", "postgres", "-A", "trust", "-N"])
        own = OwnPostgresql(
            Server("127.0.0.1", port, "postgres"),
            [*run_as, programs["pg_ctl"], "-D", data, "-w", "-l", folder / "log"],
            f"-p {port} -c listen_addresses=127.0.0.1 -k {folder}",
            data,
        )
        own.start()
        try:
            yield own
        finally:
            if is_listening("127.0.0.1", port):
                own.stop()


@contextmanager
def mariadb_server() -> Iterator[Server]:
    """MariaDB on its usual port, or one of our own."""
    if _mariadb_answers():
        yield Server("127.0.0.1", 3306, "root")
        return
    programs = _find("mariadbd", "mariadb-install-db", folders=[Path("/usr/sbin")])
    if programs is None:
        missing("MariaDB")
    with _folder("mysql") as (folder, run_as):
        data, port = folder / "data", free_port()
        made = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
        _run([*run_as, programs["mariadb-install-db"], *made])
        words = ["--no-defaults", f"--datadir={data}", f"--socket={folder}/s", f"--port={port}"]
        process = subprocess.Popen(
            [*run_as, programs["mariadbd"], *words, "--bind-address=127.0.0.1"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_listening(port)
            yield Server("127.0.0.1", port, "root")
        finally:
            process.terminate()
            process.wait(START_TIMEOUT_SECS)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_until_listening(port: int) -> None:
    end = time.monotonic() + START_TIMEOUT_SECS
    while not is_listening("127.0.0.1", port):
        assert time.monotonic() < end, f"nothing listens on port {port}"
        time.sleep(0.1)  # noqa: TID251  # a server that starts cannot be waited for otherwise


def _postgresql_answers() -> bool:
    import psycopg

    try:
        with psycopg.connect("host=127.0.0.1 user=postgres dbname=postgres connect_timeout=5"):
            return True
    except psycopg.OperationalError:
        return False


def _mariadb_answers() -> bool:
    import pymysql

    try:
        pymysql.connect(host="127.0.0.1", user="root", connect_timeout=5).close()
    except pymysql.MySQLError:
        return False
    return True


def _find(*names: str, folders: Iterator[Path] | list[Path]) -> dict[str, str] | None:
    path = os.pathsep.join([*map(str, sorted(folders, reverse=True)), os.environ["PATH"]])
    found = {name: shutil.which(name, path=path) for name in names}
    return {k: v for k, v in found.items() if v} if all(found.values()) else None


@contextmanager
def _folder(user: str) -> Iterator[tuple[Path, list[str]]]:
    """A temporary folder, and the words before a command that is to run as its owner."""
    with tempfile.TemporaryDirectory(prefix="cmtel-test-") as name:
        if os.geteuid() != 0:
            yield Path(name), []
            return
        owner = _existing(user)
        shutil.chown(name, owner)
        yield Path(name), ["runuser", "-u", owner, "--"]


def _existing(user: str) -> str:
    import pwd  # there is none on Windows, where tests that need no server are run, too

    try:
        return pwd.getpwnam(user).pw_name
    except KeyError:
        return "nobody"


def _run(words: list[object]) -> None:
    subprocess.run(
        [str(word) for word in words], check=True, stdout=subprocess.DEVNULL, timeout=120
    )
