from __future__ import annotations

import hashlib

import pytest

from cmtel.errors import UsageError
from cmtel.formats.session import Login
from cmtel.formats.sessions.asterisk_manager import SESSION, AsteriskManager
from tests.talks import Heard

GREETING = b"Asterisk Call Manager/9.0.0\r\n"
ACCEPTED = b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"
CDR = b"Event: Cdr\r\nUniqueID: 1.1\r\n\r\n"
PONG = b"Response: Success\r\nPing: Pong\r\nTimestamp: 1.2\r\n\r\n"


def manager(**values: str) -> Heard:
    options = {name.replace("_", "-"): value for name, value in values.items()}
    return Heard(AsteriskManager(Login("ann", "s3cret", options)))


def logged_in(**values: str) -> Heard:
    return manager(**values).hear(GREETING + ACCEPTED)


def test_the_login_asks_for_call_records_only() -> None:
    sent = manager().hear(GREETING).sent

    assert sent == b"Action: Login\r\nUsername: ann\r\nSecret: s3cret\r\nEvents: cdr\r\n\r\n"


def test_with_md5_the_secret_is_not_sent() -> None:
    heard = manager(auth="md5").hear(GREETING)
    assert heard.sent == b"Action: Challenge\r\nAuthType: MD5\r\n\r\n"

    heard.hear(b"Response: Success\r\nChallenge: 8472\r\n\r\n")

    key = hashlib.md5(b"8472s3cret", usedforsecurity=False).hexdigest()
    assert f"AuthType: MD5\r\nUsername: ann\r\nKey: {key}\r\nEvents: cdr\r\n".encode() in heard.sent
    assert b"s3cret" not in heard.sent
    assert heard.hear(ACCEPTED).session.is_up


def test_greeting_and_answers_are_no_records_and_events_are() -> None:
    booted = b"Event: FullyBooted\r\nStatus: Fully Booted\r\n\r\n"

    heard = logged_in().hear(booted + CDR + PONG + CDR)

    assert heard.records == booted + CDR + CDR


def test_an_event_with_a_response_in_it_is_an_event() -> None:
    event = b"Event: OriginateResponse\r\nResponse: Failure\r\n\r\n"

    assert logged_in().hear(event).records == event


def test_events_before_the_login_is_accepted_are_not_ours() -> None:
    assert manager().hear(GREETING + CDR + ACCEPTED + CDR).records == CDR


def test_a_refusal_says_why_and_for_whom_and_not_with_what() -> None:
    heard = manager().hear(
        GREETING + b"Response: Error\r\nMessage: Authentication failed\r\n\r\n" + CDR
    )

    assert heard.ending is not None
    assert heard.ending.is_refused
    assert heard.ending.detail == "Asterisk refused the login of 'ann': Authentication failed"
    assert heard.records == b""


def test_a_cut_before_the_greeting_is_the_access_list() -> None:
    ending = manager().close().ending

    assert ending is not None
    assert "manager.conf" in ending.detail
    assert not ending.is_refused


def test_quiet_is_answered_by_a_ping_and_a_missing_answer_ends_it() -> None:
    heard = logged_in(keep_alive="20")
    sent = len(heard.sent)
    heard.wait(20)
    assert heard.sent[sent:] == b"Action: Ping\r\n\r\n"

    heard.hear(PONG).wait(20).wait(20)

    assert heard.sent[sent:] == b"Action: Ping\r\n\r\n" * 2
    assert heard.ending is not None
    assert heard.ending.detail == "no answer to a ping within 20 s"


def test_an_event_that_was_cut_off_is_kept_for_the_dead_letters() -> None:
    assert logged_in().hear(CDR + CDR[:14]).close().records == CDR + CDR[:14]


def test_it_says_good_bye_only_to_whom_it_knows() -> None:
    assert logged_in().session.farewell() == b"Action: Logoff\r\n\r\n"
    assert manager().session.farewell() == b""


@pytest.mark.parametrize(
    ("password", "values"),
    [("", {}), ("x", {"auth": "sha"}), ("x", {"keep-alive": "0"}), ("x", {"keep-alive": "soon"})],
)
def test_wrong_options_are_wrong_usage(password: str, values: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        SESSION.make(Login("ann", password, values))
