from __future__ import annotations

import pytest

from cmtel.formats.session import Login
from cmtel.formats.sessions.oxe_link import OxeLink, OxePeer
from tests.talks import Heard

ROLE = b"\x00\x01\x50"
TICKET = b"\x03\x04\x01\x00\x02\x00" + b"ED5.2".ljust(768, b"\0")
TEST = b"\x00\x08TEST_REQ"


def test_role_start_and_tests_are_answered_and_only_tickets_are_records() -> None:
    heard = Heard(OxeLink(Login()))
    assert heard.sent == bytes.fromhex("00 01 53")

    heard.hear(ROLE)
    assert heard.sent == bytes.fromhex("00 01 53 00 02 00 00")

    heard.hear(TICKET + TEST + TICKET)

    assert heard.sent.endswith(b"\x00\x08TEST_RSP")
    assert heard.records == TICKET + TICKET


def test_a_standby_server_is_left_alone_and_asked_again_soon() -> None:
    heard = Heard(OxeLink(Login())).hear(b"\x00\x01\x53")

    assert heard.ending is not None
    assert not heard.ending.is_refused
    assert heard.ending.detail == "this is not the main server: its role is 0x53, not 0x50"


@pytest.mark.parametrize("said", [b"", b"\x00\x01"])
def test_a_cut_before_the_role_is_told(said: bytes) -> None:
    ending = Heard(OxeLink(Login())).hear(said).close().ending

    assert ending is not None
    assert "standby" in ending.detail or "not the main one" in ending.detail


def test_text_lines_are_passed_on() -> None:
    heard = Heard(OxeLink(Login())).hear(b"ED5.2 first\r\nED5.2 second\r\n" + TEST)

    assert heard.records == b"ED5.2 first\r\nED5.2 second\r\n" + TEST
    assert heard.wait(1000).ending is None


def test_a_ticket_that_was_cut_off_is_kept_for_the_dead_letters() -> None:
    heard = Heard(OxeLink(Login())).hear(ROLE + TICKET + TICKET[:100]).close()

    assert heard.records == TICKET + TICKET[:100]


def test_the_switch_cuts_whoever_does_not_answer_its_test() -> None:
    peer = OxePeer()
    peer.connected(0, is_busy=False)
    peer.received(bytes.fromhex("00 01 53 00 02 00 00"), 0)
    assert peer.is_ready

    assert peer.passed(30).send == TEST
    assert peer.passed(60).hang_up


def test_a_simulated_standby_does_not_send() -> None:
    peer = OxePeer(is_main=False)
    peer.connected(0, is_busy=False)

    assert peer.received(bytes.fromhex("00 01 53"), 0).send == bytes.fromhex("00 01 53")
    assert not peer.is_ready
