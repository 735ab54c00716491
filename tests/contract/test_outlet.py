"""The same of every outlet of the simulated switch, the fake one of the tests included."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.simulated_switch.connecting import ConnectingSwitch
from cmtel.adapters.simulated_switch.listening import ListeningSwitch
from cmtel.adapters.simulated_switch.rotating_file import RotatingFile
from cmtel.adapters.simulated_switch.talking import TalkingSwitch
from cmtel.formats.peer import OpenSwitch
from cmtel.services.simulation import Outlet
from tests.fakes_switch import MemoryOutlet
from tests.integration.simulated_switch.peers import print_nothing, read_all

#: The outlet, and what arrived at its other side once it is closed.
Pair = tuple[Outlet, Callable[[], bytes]]


@contextmanager
def in_memory(_folder: Path) -> Iterator[Pair]:
    outlet = MemoryOutlet()
    yield outlet, lambda: b"".join(outlet.received)


@contextmanager
def a_file(folder: Path) -> Iterator[Pair]:
    path = folder / "records"
    yield RotatingFile(path, print_nothing), path.read_bytes


@contextmanager
def dialling(_folder: Path) -> Iterator[Pair]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        clock = SystemClock()
        outlet = ConnectingSwitch(server.getsockname(), clock, print_nothing, goodbye_secs=0.1)
        yield outlet, lambda: read_all(server.accept()[0])


@contextmanager
def listening(_folder: Path) -> Iterator[Pair]:
    told: list[str] = []
    outlet = ListeningSwitch(("127.0.0.1", 0), SystemClock(), told.append, goodbye_secs=0.1)
    port = int(told[0].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as client:
        yield outlet, lambda: read_all(client)


@contextmanager
def talking(_folder: Path) -> Iterator[Pair]:
    told: list[str] = []
    outlet = TalkingSwitch(
        ("127.0.0.1", 0), SystemClock(), told.append, OpenSwitch(), goodbye_secs=0.1
    )
    port = int(told[0].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as client:
        yield outlet, lambda: read_all(client)


@pytest.mark.parametrize("kind", [in_memory, a_file, dialling, listening, talking])
def test_what_is_taken_arrives_in_order(
    kind: Callable[[Path], AbstractContextManager[Pair]], tmp_path: Path
) -> None:
    records = [b"record %d\n" % number for number in range(100)]
    with kind(tmp_path) as (outlet, arrived):
        assert outlet.ready()
        assert outlet.links == 1
        for record in records:
            assert outlet.room_bytes >= 1
            outlet.tend()
            outlet.turn_day()
            assert outlet.send(record) == len(record)
        outlet.close()

        assert arrived() == b"".join(records)
