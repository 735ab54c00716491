from __future__ import annotations

import re
import socket
import threading

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.simulated_switch.listening import ListeningSwitch
from cmtel.errors import SourceError
from tests.integration.simulated_switch.peers import print_nothing, read_all, tended, wait_until


class Listening:
    """A switch on a port that the system chose."""

    def __init__(self, *, is_many: bool = False) -> None:
        self.told: list[str] = []
        self.clock = SystemClock()
        self.switch = ListeningSwitch(
            ("127.0.0.1", 0), self.clock, self.told.append, is_many=is_many, goodbye_secs=0.2
        )
        match = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)", self.told[0])
        assert match
        self.port = int(match[1])

    def dial(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


def test_records_wait_for_a_client() -> None:
    listening = Listening()
    clients: list[socket.socket] = []
    threading.Timer(0.2, lambda: clients.append(listening.dial())).start()

    assert listening.switch.ready()
    assert listening.switch.send(b"one\n") == 4
    listening.switch.close()

    assert read_all(clients[0]) == b"one\n"


def test_a_second_client_is_refused_and_the_first_one_served_on() -> None:
    listening = Listening()
    first = listening.dial()
    assert listening.switch.ready()
    second = listening.dial()
    with tended(listening.switch):
        wait_until(lambda: any("refused" in line for line in listening.told))

    with pytest.raises(ConnectionResetError):
        second.recv(10)
    second.close()
    assert listening.switch.send(b"one\n") == 4
    listening.switch.close()
    assert read_all(first) == b"one\n"
    assert listening.switch.links == 1


def test_the_next_client_is_served_when_the_first_has_gone() -> None:
    listening = Listening()
    first = listening.dial()
    assert listening.switch.ready()
    first.close()
    second = listening.dial()

    assert listening.switch.ready()
    assert listening.switch.send(b"two\n") == 4
    listening.switch.close()
    assert read_all(second) == b"two\n"


def test_many_clients_get_the_same_records() -> None:
    listening = Listening(is_many=True)
    clients = [listening.dial() for _ in range(3)]
    with tended(listening.switch):
        wait_until(lambda: sum("connected" in line for line in listening.told) == 3)

    assert listening.switch.ready()
    assert listening.switch.send(b"one\n") == 4
    listening.switch.close()
    assert [read_all(client) for client in clients] == [b"one\n"] * 3
    assert listening.switch.links == 1


def test_a_client_that_goes_does_not_stop_the_others() -> None:
    listening = Listening(is_many=True)
    stays, goes = listening.dial(), listening.dial()
    with tended(listening.switch):
        wait_until(lambda: sum("connected" in line for line in listening.told) == 2)
        goes.close()
        wait_until(lambda: "a client has gone" in listening.told)

    assert listening.switch.ready()
    assert listening.switch.send(b"one\n") == 4
    listening.switch.close()
    assert read_all(stays) == b"one\n"


def test_a_stop_ends_the_waiting_for_a_client() -> None:
    listening = Listening()
    threading.Timer(0.2, listening.clock.stop).start()

    assert not listening.switch.ready()
    listening.switch.close()


def test_an_ipv6_address_is_told_in_brackets() -> None:
    told: list[str] = []
    try:
        switch = ListeningSwitch(("::1", 0), SystemClock(), told.append)
    except SourceError:
        pytest.skip("this machine has no IPv6 loopback")
    switch.close()

    assert re.fullmatch(r"listening on \[::1\]:\d+", told[0])


def test_a_port_in_use_is_an_error_that_names_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(SourceError, match=f"127.0.0.1:{port}"):
            ListeningSwitch(("127.0.0.1", port), SystemClock(), print_nothing)
