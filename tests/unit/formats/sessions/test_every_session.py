"""What holds for every session, whatever comes and in whatever pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.formats import registry
from cmtel.formats.peer import Switch
from cmtel.formats.session import Login, Session
from tests.talks import Heard, Talk

#: Formats with a session, and a login with which it says most.
LOGINS = {
    "panasonic": Login(None, "s3cret"),
    "mitel-5000": Login(None, "s3cret"),
    "asterisk-ami": Login("ann", "s3cret", {"auth": "md5"}),
    "alcatel-oxe": Login(),
    "nec-sl": Login(None, None, {"requests": "yes"}),
    "fritzbox": Login(),
}
#: What switches say, whole and broken.
WORDS = [
    b"-", b"\r\n-", b"-SMDR\r\n", b"Enter Password:", b"*******\r\n", b"Rejected\r\n", b"\r\n",
    b"10/10/10 10:10AM   201 01 0301234567                    0'05 00:01'05               \r\n",
    b"Asterisk Call Manager/9.0.0\r\n", b"Response: Success\r\n", b"Challenge: 12345\r\n",
    b"Response: Error\r\nMessage: Authentication failed\r\n\r\n", b"Event: Cdr\r\nUniqueID: 1\r\n",
    b"Response: Success\r\nPing: Pong\r\n\r\n", b"Response: Success\r\n\r\n",
    b"\x00\x01\x50", b"\x00\x01\x53", b"\x00\x08TEST_REQ", b"\x03\x04" + bytes(772),
    b"\x16200011001one\r\n t" + b"x", b"\x16300003002\xcd", b"\x162", b"\x00",
]  # fmt: skip
talk = st.lists(st.sampled_from(WORDS) | st.binary(max_size=4), max_size=12).map(b"".join)


def make(name: str) -> tuple[Session, Switch]:
    session = registry.get(name).session
    assert session is not None
    switch = session.make_switch(LOGINS[name])
    assert switch is not None
    return session.make(LOGINS[name]), switch


def test_every_format_with_a_session_is_tried_here() -> None:
    having = {name for name in registry.names() if registry.get(name).session}

    assert having == set(LOGINS)


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGINS)
@given(data=talk, cuts=st.lists(st.integers(0, 400)))
def test_pieces_do_not_matter(name: str, data: bytes, cuts: list[int]) -> None:
    whole = Heard(make(name)[0]).hear(data)
    split = Heard(make(name)[0]).hear(data, cuts)

    assert split.said == whole.said
    assert split.wait().said == whole.wait().said
    assert split.close().said == whole.close().said


@pytest.mark.slow
@pytest.mark.parametrize("name", LOGINS)
@given(data=talk)
def test_a_session_never_gives_away_the_password(name: str, data: bytes) -> None:
    heard = Heard(make(name)[0]).hear(data).wait().hear(data).close()

    assert "s3cret" not in repr(heard.ending)
    assert "s3cret" not in repr(LOGINS[name])
    assert b"s3cret" not in heard.records


@pytest.mark.parametrize("size", [1, 3, 10_000])
@pytest.mark.parametrize("name", LOGINS)
def test_the_switch_lets_its_own_session_in_and_records_arrive_over_cuts(
    name: str, size: int
) -> None:
    session, switch = make(name)
    sent, arrived = [], b""
    for number in range(3):
        talk = Talk(session, switch, size=size).wait(4)
        assert session.is_up, talk.ending
        for _ in range(2):
            record = f"Event: Cdr\r\nUniqueID: {number}\r\n\r\n".encode()
            sent.append(record)
            talk.send(record)
        arrived += b"".join(talk.accepted)

    assert arrived.count(b"UniqueID") == len(sent)
    assert not talk.is_over


@pytest.mark.parametrize("name", ["panasonic", "mitel-5000", "asterisk-ami"])
def test_a_wrong_password_is_a_refusal_and_no_records_come(name: str) -> None:
    form = registry.get(name).session
    assert form is not None
    _, switch = make(name)
    login = LOGINS[name]
    wrong = form.make(Login(login.user, "other", login.values))

    talk = Talk(wrong, switch, size=2).wait(12)

    assert talk.ending is not None
    assert talk.ending.is_refused
    assert "password" in talk.ending.detail or "Authentication failed" in talk.ending.detail
    assert not talk.accepted
    assert not wrong.is_up


@pytest.mark.parametrize("name", ["panasonic", "mitel-5000", "alcatel-oxe", "nec-sl"])
def test_a_second_client_is_turned_away(name: str) -> None:
    session, switch = make(name)

    talk = Talk(session, switch, size=2, is_busy=True).wait(4)

    assert talk.is_over
    assert not talk.accepted
    assert not session.is_up


@pytest.mark.parametrize("name", ["alcatel-oxe", "nec-sl", "asterisk-ami"])
def test_both_sides_stay_alive_through_a_quiet_day(name: str) -> None:
    session, switch = make(name)

    talk = Talk(session, switch, size=100).wait(24 * 3600)

    assert not talk.is_over
    assert session.is_up


@pytest.mark.parametrize("name", ["alcatel-oxe", "nec-sl", "asterisk-ami"])
def test_a_peer_that_falls_silent_is_given_up(name: str) -> None:
    session, switch = make(name)
    talk = Talk(session, switch, size=100).wait(4)
    assert session.is_up
    heard = Heard(session, talk.now)  # of the next connection nothing is heard any more

    heard.wait(200)

    assert heard.ending is not None
    assert not heard.ending.is_refused
