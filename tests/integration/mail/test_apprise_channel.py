"""A channel through Apprise, to a web server on loopback."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest

from cmtel.adapters.apprise_channel import MAX_TEXT, AppriseChannel, title_and_text
from cmtel.config.secret import Secret
from cmtel.domain.mails.replies import Outcome, outcome
from cmtel.errors import ConfigError
from cmtel.services.notifier.ports import Envelope
from tests.web_server import WebServer, a_web_server

TEAMS = "channel:teams"
ENVELOPE = Envelope("c@x.test", (TEAMS,), "i.1")
KEY = "k3y-that-nobody-sees"


def a_mail(text: str = "No calls since 14:02.\n") -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "[CmTel] Hotel Atlântico: keine Gespräche"
    mail.set_content(text)
    mail.add_alternative("<p>No calls</p>", subtype="html")
    return mail.as_bytes()


def a_channel(web: WebServer) -> AppriseChannel:
    host = web.url.removeprefix("http://").removesuffix("/token")
    return AppriseChannel("teams", Secret(f"json://{host}/{KEY}"))


def test_title_and_text_of_a_mail_arrive() -> None:
    with a_web_server(lambda: (200, "")) as web:
        channel = a_channel(web)
        report = channel.send(a_mail(), ENVELOPE)
    sent = json.loads(web.bodies[0])

    assert outcome(report.replies[TEAMS]) is Outcome.ACCEPTED
    assert (sent["title"], sent["message"]) == (
        "[CmTel] Hotel Atlântico: keine Gespräche",
        "No calls since 14:02.",
    )
    assert channel.name == TEAMS


@pytest.mark.parametrize("status", [403, 500])
def test_a_failure_is_tried_again_and_tells_no_key(
    status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with a_web_server(lambda: (status, "")) as web:
        reply = a_channel(web).send(a_mail(), ENVELOPE).replies[TEAMS]

    assert outcome(reply) is Outcome.DEFERRED
    assert str(status) in reply.text
    assert KEY not in reply.text + "".join(capfd.readouterr())


def test_nobody_listens(capfd: pytest.CaptureFixture[str]) -> None:
    with a_web_server(lambda: (200, "")) as web:
        channel = a_channel(web)
    reply = channel.send(a_mail(), ENVELOPE).replies[TEAMS]

    assert outcome(reply) is Outcome.DEFERRED
    assert KEY not in reply.text + "".join(capfd.readouterr())


@pytest.mark.parametrize("url", [f"nosuch://{KEY}", KEY, "json://"])
def test_a_url_that_is_none_is_told_without_it(url: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigError, match="channel teams") as caught:
        AppriseChannel("teams", Secret(url))

    assert KEY not in str(caught.value) + "".join(capfd.readouterr())


def test_a_long_text_is_cut() -> None:
    title, text = title_and_text(a_mail("word " * 1000))

    assert title.startswith("[CmTel]")
    assert len(text) <= MAX_TEXT
    assert text.endswith("...")


def test_a_mail_without_plain_text_is_its_title() -> None:
    assert title_and_text(b"Subject: s\r\nContent-Type: text/html\r\n\r\n<p>\r\n") == ("s", "")
