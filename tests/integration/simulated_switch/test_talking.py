"""The simulated switch that wants to be talked to, over real sockets."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.simulated_switch.talking import TalkingSwitch
from cmtel.formats.peer import OpenSwitch, Switch
from cmtel.formats.session import Login
from cmtel.formats.sessions.asterisk_manager import SESSION as ASTERISK
from cmtel.formats.sessions.mitel_5000_login import Mitel5000Switch
from cmtel.formats.sessions.panasonic_login import PanasonicSwitch
from tests.integration.simulated_switch.peers import read_all, tended, wait_until

LOGIN = bytes.fromhex("02 00 00 00 84 00")


class Talking:
    """A switch on a port that the system chose."""

    def __init__(self, switch: Switch, *, drop_after: int | None = None) -> None:
        self.told: list[str] = []
        self.clock = SystemClock()
        self.switch = TalkingSwitch(
            ("127.0.0.1", 0), self.clock, self.told.append, switch, drop_after=drop_after,
            goodbye_secs=0.2,
        )  # fmt: skip
        self.port = int(self.told[0].rpartition(":")[2])

    def dial(self, word: bytes = b"") -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        if word:
            client.sendall(word)
        return client


@contextmanager
def talking(switch: Switch, *, drop_after: int | None = None) -> Iterator[Talking]:
    found = Talking(switch, drop_after=drop_after)
    try:
        yield found
    finally:
        found.clock.stop()
        found.switch.close()


def test_records_wait_for_a_client_that_has_logged_in() -> None:
    with talking(Mitel5000Switch(Login())) as site, site.dial() as client:
        with tended(site.switch):
            wait_until(lambda: any("connected" in line for line in site.told))
        assert site.switch.links == 0

        client.sendall(LOGIN)
        assert site.switch.ready()
        assert site.switch.send(b"one") == 3
        assert client.recv(3) == b"one"


def test_a_wrong_password_and_a_second_client_are_cut() -> None:
    with talking(Mitel5000Switch(Login(None, "right"))) as site:
        wrong = site.dial(LOGIN)
        with wrong, tended(site.switch), pytest.raises(ConnectionResetError):
            wrong.recv(10)
        right = site.dial(bytes.fromhex("07 00 00 00 84") + b"right\0")
        assert site.switch.ready()
        with right, site.dial() as second, tended(site.switch):
            with pytest.raises(ConnectionResetError):
                second.recv(10)
            assert site.switch.send(b"one") == 3
            assert right.recv(3) == b"one"
        assert any("wrong password" in line for line in site.told)
        assert any("client already" in line for line in site.told)


def test_a_second_panasonic_client_hears_that_it_is_rejected() -> None:
    with talking(PanasonicSwitch(Login())) as site, site.dial(b"SMDR\r\nPCCSMDR\r\n"):
        assert site.switch.ready()
        with site.dial(b"SMDR\r\n") as second, tended(site.switch):
            assert read_all(second) == b"\r\n-SMDR\r\nRejected\r\n"


def test_the_line_is_cut_after_so_many_records_and_none_is_lost() -> None:
    arrived = b""
    with talking(OpenSwitch(), drop_after=2) as site:
        for first in (0, 2):
            client = site.dial()
            for number in (first, first + 1):
                assert site.switch.ready()
                assert site.switch.send(b"record %d\n" % number) == 9
            arrived += read_all(client)
        assert site.switch.links == 2

    assert arrived == b"record 0\nrecord 1\nrecord 2\nrecord 3\n"


def test_a_switch_that_keeps_nothing_counts_what_nobody_heard() -> None:
    login = Login("ann", "s3cret")
    switch = ASTERISK.make_switch(login)
    assert switch is not None
    with talking(switch) as site:
        word = b"Action: Login\r\nUsername: ann\r\nSecret: s3cret\r\n\r\n"
        client = site.dial(word)
        assert site.switch.ready()
        client.close()
        with tended(site.switch):
            wait_until(lambda: "a client has gone" in site.told)

        assert site.switch.ready()
        assert site.switch.send(b"lost") == 4
        assert site.switch.lost_records == 1
    assert "1 records were sent while nobody was logged in" in site.told
    assert "s3cret" not in "".join(site.told)


def test_a_stop_ends_the_waiting_for_a_login() -> None:
    with talking(Mitel5000Switch(Login())) as site, site.dial():
        site.clock.stop()

        assert not site.switch.ready()
