from __future__ import annotations

import pytest

from cmtel.formats.session import Login
from cmtel.formats.sessions.panasonic_login import PanasonicLogin
from tests.talks import Heard

RECORD = b"10/10/10 10:10AM   201 01 0301234567                    0'05 00:01'05               \r\n"


def logged_in() -> Heard:
    heard = Heard(PanasonicLogin(Login(None, "s3cret")))
    return heard.hear(b"\r\n-").wait().hear(b"SMDR\r\nEnter Password:")


def test_the_word_and_the_password_are_sent_when_they_are_asked_for() -> None:
    heard = Heard(PanasonicLogin(Login(None, "s3cret")))
    assert heard.sent == b""

    heard.hear(b"-").wait()
    assert heard.sent == b"SMDR\r\n"

    heard.hear(b"SMDR\r\nEnter Password:")
    assert heard.sent == b"SMDR\r\ns3cret\r\n"


def test_without_a_login_it_is_the_factorys() -> None:
    heard = Heard(PanasonicLogin(Login())).hear(b"-").wait().hear(b"Enter Password:")

    assert heard.sent == b"SMDR\r\nPCCSMDR\r\n"


def test_a_switch_without_a_prompt_is_spoken_to() -> None:
    assert Heard(PanasonicLogin(Login())).wait().sent == b"SMDR\r\n"


def test_echoes_are_no_records_and_what_follows_is() -> None:
    heard = logged_in().hear(b"******\r\n\r\n  Date     Time    Ext CO\r\n" + RECORD)

    assert heard.session.is_up
    assert heard.records == b"  Date     Time    Ext CO\r\n" + RECORD


def test_silence_after_the_password_is_consent() -> None:
    heard = logged_in().hear(b"******\r\n").wait()

    assert heard.session.is_up
    assert heard.hear(RECORD).records == RECORD


@pytest.mark.parametrize("answer", [b"******\r\nEnter Password:", b"******\r\n-"])
def test_being_asked_again_means_that_the_password_is_wrong(answer: bytes) -> None:
    heard = logged_in().hear(answer)
    if heard.ending is None:
        heard.wait()

    assert heard.ending is not None
    assert heard.ending.is_refused


def test_a_cut_after_the_password_is_a_refusal_and_before_it_is_none() -> None:
    refused = logged_in().close().ending
    assert refused is not None
    assert refused.is_refused

    assert Heard(PanasonicLogin(Login())).hear(b"-").close().ending is None


@pytest.mark.parametrize("before", [b"", b"-SMDR\r\n"])
def test_another_client_is_no_refusal_of_the_login(before: bytes) -> None:
    heard = Heard(PanasonicLogin(Login())).hear(b"-").wait().hear(before + b"Rejected\r\n")

    assert heard.ending is not None
    assert not heard.ending.is_refused
    assert "another client" in heard.ending.detail


def test_a_terminal_server_that_sends_records_gets_no_login() -> None:
    heard = Heard(PanasonicLogin(Login(None, "s3cret"))).hear(RECORD + RECORD[:10])

    assert heard.session.is_up
    assert heard.records == RECORD + RECORD[:10]
    assert heard.wait(60).sent == b""


def test_records_instead_of_an_answer_mean_that_no_login_is_wanted() -> None:
    heard = Heard(PanasonicLogin(Login())).wait().hear(b"SMDR\r\n" + RECORD + RECORD)

    assert heard.session.is_up
    assert heard.records == RECORD + RECORD


def test_a_login_that_nobody_answers_is_given_up() -> None:
    heard = Heard(PanasonicLogin(Login())).hear(b"-").wait().wait()

    assert heard.ending is not None
    assert "not answered" in heard.ending.detail
    assert "session=none" in heard.ending.detail


def test_talk_without_end_is_given_up_too() -> None:
    heard = Heard(PanasonicLogin(Login()))
    for _ in range(20):
        heard.now += 1
        heard.hear(b"noise")
        if heard.session.due is not None and heard.session.due <= heard.now:
            break
    assert heard.now <= 11
