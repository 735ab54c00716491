from __future__ import annotations

import pytest

from cmtel.errors import UsageError
from cmtel.formats.session import Login, OpenLine
from cmtel.formats.sessions.nec_requests import SESSION, Message, NecRequests
from tests.talks import Heard

REQUEST = bytes.fromhex("16 31 30 30 30 30 32 30 30 fc")
NOTHING = bytes.fromhex("16 33 30 30 30 30 33 30 30 32 cd")


def data(sequence: int, records: bytes) -> bytes:
    return Message(ord("2"), f"00{sequence}".encode() + records).encoded()


def acknowledgement(sequence: int) -> bytes:
    return Message(ord("4"), f"00{sequence}\x06".encode()).encoded()


def requests(**values: str) -> NecRequests:
    return NecRequests(Login(values=values))


def test_messages_are_those_of_the_guide() -> None:
    """Its sample frames, with their parity."""
    assert Message(ord("1"), b"00").encoded() == REQUEST
    assert Message(ord("3"), b"002").encoded() == NOTHING
    assert acknowledgement(1) == bytes.fromhex("16 34 30 30 30 30 34 30 30 31 06 c8")
    assert Message(ord("5"), b"0000\x06").encoded() == bytes.fromhex(
        "16 35 30 30 30 30 35 30 30 30 30 06 f9"
    )
    assert Message(ord("6"), b"00\x06").encoded() == requests().farewell()


def test_records_are_acknowledged_and_the_next_are_asked_for() -> None:
    heard = Heard(requests())
    assert heard.sent == REQUEST

    heard.hear(data(7, b"one\r\ntwo\r\n"))

    assert heard.records == b"one\r\ntwo\r\n"
    assert heard.sent == REQUEST + acknowledgement(7) + REQUEST


def test_the_step_that_has_the_records_has_their_memory_and_acknowledgement() -> None:
    session = requests()
    session.connected(0)

    step = session.received(data(0, b"one\r\n"), 0)

    assert step.records == (b"one\r\n",)
    assert step.ends_records
    assert step.memory
    assert step.send.startswith(acknowledgement(0))


def test_what_comes_again_is_acknowledged_and_not_taken() -> None:
    session = requests()
    Heard(session).hear(data(3, b"one\r\n"))

    again = Heard(session).hear(data(3, b"one\r\n"))

    assert again.records == b""
    assert acknowledgement(3) in again.sent
    assert again.hear(data(4, b"two\r\n")).records == b"two\r\n"


def test_a_restart_remembers_what_was_taken_last() -> None:
    first = Heard(requests()).hear(data(3, b"one\r\n"))
    assert first.memory
    session = requests()
    session.recall(first.memory)

    assert Heard(session).hear(data(3, b"one\r\n")).records == b""


def test_equal_records_in_two_messages_are_two_calls() -> None:
    heard = Heard(requests()).hear(data(9, b"same\r\n") + data(0, b"same\r\n"))

    assert heard.records == b"same\r\n" * 2


def test_another_record_with_the_sequence_of_the_last_is_taken() -> None:
    """The switch was restarted and counts anew."""
    heard = Heard(requests()).hear(data(0, b"one\r\n") + data(0, b"two\r\n"))

    assert heard.records == b"one\r\ntwo\r\n"


def test_after_nothing_it_waits_a_little() -> None:
    heard = Heard(requests(interval="3")).hear(NOTHING)
    assert heard.sent == REQUEST
    assert heard.session.due == 3

    assert heard.wait().sent == REQUEST * 2


def test_six_requests_without_an_answer_are_enough() -> None:
    heard = Heard(requests()).wait(100)

    assert heard.sent == REQUEST * 6
    assert heard.ending is not None
    assert not heard.ending.is_refused


def test_lines_are_no_messages() -> None:
    heard = Heard(requests()).hear(b"PIN   10:52 12/09 001\r\n")

    assert heard.ending is not None
    assert "requests=yes" in heard.ending.detail


def test_by_default_nothing_is_said() -> None:
    assert isinstance(SESSION.make(Login()), OpenLine)
    assert not isinstance(SESSION.make(Login()), NecRequests)
    assert SESSION.make_switch(Login()) is None


@pytest.mark.parametrize(
    "values",
    [
        {"device": "4"},
        {"interval": "0"},
        {"interval": "31"},
        {"requests": "maybe"},
        {"device": "x"},
    ],
)
def test_wrong_options_are_wrong_usage(values: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        SESSION.make(Login(values=values))
