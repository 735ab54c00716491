from __future__ import annotations

import pytest

from cmtel.errors import UsageError
from cmtel.formats.session import Login
from cmtel.formats.sessions.mitel_5000_login import Mitel5000Login
from tests.talks import Heard


@pytest.mark.parametrize(
    ("password", "sent"),
    [(None, "02 00 00 00 84 00"), ("12345678", "0a 00 00 00 84 31 32 33 34 35 36 37 38 00")],
)
def test_the_login_is_that_of_the_manual(password: str | None, sent: str) -> None:
    assert Heard(Mitel5000Login(Login(None, password))).sent == bytes.fromhex(sent)


@pytest.mark.parametrize("password", ["x" * 16, "größe"])
def test_a_password_that_the_switch_cannot_have_is_wrong_usage(password: str) -> None:
    with pytest.raises(UsageError, match="15 ASCII"):
        Mitel5000Login(Login(None, password))


def test_it_is_up_when_something_comes_or_nothing_happens() -> None:
    assert Heard(Mitel5000Login(Login())).hear(b"R\0\0\0").session.is_up
    assert Heard(Mitel5000Login(Login())).wait().session.is_up


def test_only_a_cut_right_after_the_login_is_a_refusal() -> None:
    ending = Heard(Mitel5000Login(Login())).close().ending
    assert ending is not None
    assert ending.is_refused

    assert Heard(Mitel5000Login(Login())).wait().close().ending is None
