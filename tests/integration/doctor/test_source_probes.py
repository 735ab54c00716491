"""The probes of sources, against real ports, switches, files and devices."""

from __future__ import annotations

import os
import pty
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cmtel.adapters.account_rights import Account
from cmtel.adapters.clock import SystemClock
from cmtel.adapters.instance_lock import InstanceLock
from cmtel.adapters.sources.holders import port_holder
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.doctor.site import make_site
from cmtel.bootstrap.doctor.sources import source_probes
from cmtel.bootstrap.services import Job
from cmtel.services.doctor import Finding, Verdict
from cmtel.services.spool_ports import LinkState
from tests.fakes_services import FakeServices
from tests.integration.doctor.examined import examined, journal, settings_file, the, verdict
from tests.servers import free_port

LOGIN = 'user="u" password="p"'


def source(kind: str, where: str, form: str = "jsonl", more: str = "", inside: str = "") -> str:
    return f'<Source name="a" kind="{kind}" {where} format="{form}" {more}>{inside}</Source>'


def path_for(folder: Path, section: str) -> Path:
    return settings_file(folder, journal(folder, section))


def looked(folder: Path, section: str) -> tuple[Verdict, str]:
    return verdict(path_for(folder, section), "source")


def seen_by(account: Account, folder: Path, section: str) -> Finding:
    path = path_for(folder, section)
    site = make_site(path, load_config(str(path)), SystemClock(), FakeServices())
    ((probe,),) = source_probes(replace(site, accounts={Job.JOURNAL: account}))
    return probe.look()


@pytest.mark.parametrize("kind", ["tcp-listen", "udp-listen", "http-listen"])
def test_a_free_port_is_well_and_stays_free(tmp_path: Path, kind: str) -> None:
    port = free_port()

    found = looked(tmp_path, source(kind, f'address="127.0.0.1:{port}"'))

    assert found == (Verdict.OK, f"127.0.0.1:{port} is free")
    with closing(socket.create_server(("127.0.0.1", port))):
        pass


def test_a_port_that_another_program_has_is_a_failure_with_its_process(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        path = path_for(tmp_path, source("tcp-listen", f'address="127.0.0.1:{port}"'))
        finding = the(examined(path, "source"), "source")

    assert finding.verdict is Verdict.FAIL
    assert "is in use by another program" in finding.text
    assert finding.details == (f"Process {os.getpid()} has it.",)


def test_a_udp_port_that_is_taken(tmp_path: Path) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        found, text = looked(tmp_path, source("udp-listen", f'address="127.0.0.1:{port}"'))
        assert port_holder("udp", port) == os.getpid()

    assert (found, text[:11]) == (Verdict.FAIL, "The port of")


def test_an_address_of_another_machine_cannot_be_listened_on(tmp_path: Path) -> None:
    found, text = looked(tmp_path, source("tcp-listen", 'address="192.0.2.1:9000"'))

    assert (found, text) == (Verdict.FAIL, "192.0.2.1:9000 is no address of this machine.")


def test_a_low_port_is_not_for_an_account_without_privileges(tmp_path: Path) -> None:
    section = source("tcp-listen", 'address="127.0.0.1:514"')

    finding = seen_by(Account("stranger", 54_321), tmp_path, section)

    assert finding.verdict is Verdict.FAIL
    assert finding.text == "stranger may not listen on port 514"


@contextmanager
def switch(welcome: Callable[[socket.socket], None]) -> Iterator[tuple[int, list[bytes]]]:
    """A peer that receives one connection; what it is told is kept."""
    heard: list[bytes] = []

    def serve() -> None:
        accepted, _ = listener.accept()
        with accepted:
            welcome(accepted)
            accepted.settimeout(5)
            try:
                heard.append(accepted.recv(100))
            except OSError:
                heard.append(b"")

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1], heard
        thread.join(10)


def prompt(accepted: socket.socket) -> None:
    accepted.sendall(b"-")


def cut(accepted: socket.socket) -> None:
    accepted.shutdown(socket.SHUT_RDWR)


def test_a_switch_with_a_login_is_connected_to_and_told_nothing(tmp_path: Path) -> None:
    with switch(prompt) as (port, heard):
        found = looked(tmp_path, source("tcp", f'address="127.0.0.1:{port}"', "panasonic", LOGIN))

    assert found == (Verdict.OK, f"127.0.0.1:{port} answers; left again without a login")
    assert heard == [b""]


def test_a_switch_that_ends_the_connection_has_another_client(tmp_path: Path) -> None:
    with switch(cut) as (port, _):
        found, text = looked(
            tmp_path, source("tcp", f'address="127.0.0.1:{port}"', "panasonic", LOGIN)
        )

    assert found is Verdict.FAIL
    assert "another collector seems to be attached" in text


def test_a_switch_that_does_not_answer(tmp_path: Path) -> None:
    section = source("tcp", f'address="127.0.0.1:{free_port()}"', "panasonic", LOGIN)

    found, text = looked(tmp_path, section)

    assert (found, text[-19:]) == (Verdict.FAIL, "Connection refused.")


@pytest.mark.parametrize(
    "section",
    [
        source("tcp", 'address="127.0.0.1:PORT"', "avaya-ipo"),
        source(
            "tcp", 'address="127.0.0.1:PORT"', "panasonic",
            inside='<SourceOption name="session" value="none"/>',
        ),
    ],
)  # fmt: skip
def test_a_switch_that_sends_to_whoever_connects_is_left_alone(
    tmp_path: Path, section: str
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0.2)
        port = str(listener.getsockname()[1])
        found, text = looked(tmp_path, section.replace("PORT", port))
        with pytest.raises(TimeoutError):
            listener.accept()

    assert found is Verdict.WARN
    assert "was not connected to" in text


@contextmanager
def an_ingest(folder: Path, link: LinkState | None) -> Iterator[None]:
    """A spool that somebody works on, with a link in a state."""
    spool = SqliteSpool(folder / "spool")
    if link is not None:
        known = spool.open_source("a", "j")
        spool.note_link(known, link, "10.0.0.1:2300: why", datetime.now(UTC))
    lock = InstanceLock(folder / "spool" / "lock", thing="The spool", hint="")
    try:
        yield
    finally:
        lock.close()
        spool.close()


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        (LinkState.UP, Verdict.OK),
        (LinkState.LISTENING, Verdict.OK),
        (LinkState.DOWN, Verdict.FAIL),
        (LinkState.CONNECTING, Verdict.WARN),
        (None, Verdict.WARN),
    ],
)
def test_while_an_ingest_runs_its_word_counts_and_nothing_is_connected(
    tmp_path: Path, link: LinkState | None, wanted: Verdict
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        listener.settimeout(0.2)
        where = f'address="127.0.0.1:{listener.getsockname()[1]}"'
        with an_ingest(tmp_path, link):
            found, text = looked(tmp_path, source("tcp", where, "panasonic", LOGIN))
        with pytest.raises(TimeoutError):
            listener.accept()

    assert found is wanted
    assert f"the ingest (process {os.getpid()})" in text


def test_an_http_source_answers_or_not(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = listener.getsockname()[1]
        section = source("http", f'address="http://127.0.0.1:{port}/cdr"')
        assert looked(tmp_path, section)[0] is Verdict.OK

    assert looked(tmp_path, section)[0] is Verdict.FAIL


def test_a_file_that_grows_and_one_that_does_not(tmp_path: Path) -> None:
    file = tmp_path / "calls.log"
    section = source("file", f'path="{tmp_path}/*.log"')
    assert looked(tmp_path, section)[0] is Verdict.WARN

    file.write_text("line\n")
    found, text = looked(tmp_path, section)
    assert (found, text) == (Verdict.OK, f"{file}, 5 bytes, grew 0 min ago")

    old = file.stat().st_mtime - 3 * 86_400
    os.utime(file, (old, old))
    assert looked(tmp_path, section) == (Verdict.WARN, f"{file}, 5 bytes, grew 3 days ago")


def test_a_folder_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    found, text = looked(tmp_path, source("file", f'path="{tmp_path}/none/calls.log"'))

    assert (found, text[:18]) == (Verdict.FAIL, "There is no folder")


def test_a_file_that_the_account_may_not_read(tmp_path: Path) -> None:
    (tmp_path / "calls.log").write_text("x")
    section = source("file", f'path="{tmp_path}/calls.log"')

    finding = seen_by(Account("stranger", 54_321), tmp_path, section)

    assert finding.verdict is Verdict.FAIL
    assert "stranger may not read" in finding.text


@pytest.fixture
def terminal() -> Iterator[tuple[Path, int]]:
    """A line that looks like a serial one: its device, and the end that holds it open."""
    here, there = pty.openpty()
    yield Path(os.ttyname(there)), there
    os.close(here)


def test_a_serial_line_that_is_there(tmp_path: Path, terminal: tuple[Path, int]) -> None:
    device, handle = terminal
    section = source("serial", f'device="{device}"')

    assert looked(tmp_path, section)[1] == (
        f"process {os.getpid()} has {device} open: another collector"
    )
    os.close(handle)
    assert looked(tmp_path, section) == (
        Verdict.OK,
        f"{device} is there and permitted; it was not opened",
    )


def test_a_serial_line_of_somebody_else(tmp_path: Path, terminal: tuple[Path, int]) -> None:
    device, handle = terminal
    section = source("serial", f'device="{device}"')

    finding = seen_by(Account("stranger", 54_321), tmp_path, section)

    os.close(handle)
    assert finding.verdict is Verdict.FAIL
    assert f"stranger may not open {device}" in finding.text


@pytest.mark.parametrize(
    ("device", "text"),
    [("/dev/ttyCmtel9", "there is no device"), (__file__, f"{__file__} is no serial device")],
)
def test_a_serial_line_that_is_none(tmp_path: Path, device: str, text: str) -> None:
    found, said = looked(tmp_path, source("serial", f'device="{device}"'))

    assert (found, said[: len(text)]) == (Verdict.FAIL, text)


def test_standard_input_is_well(tmp_path: Path) -> None:
    assert looked(tmp_path, source("stdin", ""))[0] is Verdict.OK
