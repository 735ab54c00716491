"""A channel through Apprise, to a web server on loopback."""

from __future__ import annotations

import json

import pytest

from cmtel.adapters.apprise_channel import MAX_TEXT, AppriseChannel
from cmtel.config.secret import Secret
from cmtel.domain.mails.replies import Outcome, outcome
from cmtel.errors import ConfigError
from cmtel.services.notifier.ports import Envelope
from tests.web_server import WebServer, a_web_server

TEAMS = "channel:teams"
ENVELOPE = Envelope("c@x.test", (TEAMS,), "i.1")
KEY = "k3y-that-nobody-sees"


TITLE, TEXT = "[CmTel] Hotel Atlântico: keine Gespräche", "No calls since 14:02."


def brief(mail: bytes) -> tuple[str, str]:
    return TITLE, f"{TEXT}{mail.decode()}"


def a_channel(web: WebServer) -> AppriseChannel:
    host = web.url.removeprefix("http://").removesuffix("/token")
    return AppriseChannel("teams", Secret(f"json://{host}/{KEY}"), brief)


def test_title_and_text_of_a_mail_arrive() -> None:
    with a_web_server(lambda: (200, "")) as web:
        channel = a_channel(web)
        report = channel.send(b"", ENVELOPE)
    sent = json.loads(web.bodies[0])

    assert outcome(report.replies[TEAMS]) is Outcome.ACCEPTED
    assert (sent["title"], sent["message"]) == (TITLE, TEXT)
    assert channel.name == TEAMS


@pytest.mark.parametrize("status", [403, 500])
def test_a_failure_is_tried_again_and_tells_no_key(
    status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with a_web_server(lambda: (status, "")) as web:
        reply = a_channel(web).send(b"", ENVELOPE).replies[TEAMS]

    assert outcome(reply) is Outcome.DEFERRED
    assert str(status) in reply.text
    assert KEY not in reply.text + "".join(capfd.readouterr())


def test_nobody_listens(capfd: pytest.CaptureFixture[str]) -> None:
    with a_web_server(lambda: (200, "")) as web:
        channel = a_channel(web)
    reply = channel.send(b"", ENVELOPE).replies[TEAMS]

    assert outcome(reply) is Outcome.DEFERRED
    assert KEY not in reply.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("url", [f"nosuch://{KEY}", KEY, "json://"])
def test_a_url_that_is_none_is_told_without_it(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="channel teams") as caught:
        AppriseChannel("teams", Secret(url), brief)

    assert KEY not in str(caught.value) + "".join(capfd.readouterr())


def test_a_long_text_is_cut() -> None:
    with a_web_server(lambda: (200, "")) as web:
        a_channel(web).send(b"x" * 5000, ENVELOPE)

    assert len(json.loads(web.bodies[0])["message"]) == MAX_TEXT
