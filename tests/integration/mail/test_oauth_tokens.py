"""Tokens from a token server on loopback, and mail sent with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.adapters.oauth_tokens import OAuthTokens, RefreshToken, TokenRequest
from cmtel.adapters.secrets.environment import EnvironmentSecrets
from cmtel.adapters.secrets.file import FileSecrets
from cmtel.adapters.smtp.dialogue import Dialogue
from cmtel.adapters.smtp.login import TokenLogin
from cmtel.adapters.smtp.server import SmtpServer, SmtpSettings
from cmtel.config.secret import Secret
from cmtel.domain.mails.replies import Outcome, Reply, Stage, outcome
from cmtel.errors import MailError, MailUnavailable
from cmtel.services.notifier.ports import Envelope
from tests.fakes_clock import FakeClock
from tests.web_server import HttpAnswer, WebServer, a_web_server

SECRET = Secret("client s3cret")


def tokens(web: WebServer, clock: FakeClock, refresh: RefreshToken | None = None) -> OAuthTokens:
    request = TokenRequest(web.url, "client", SECRET, "https://s.test/.default", timeout_secs=5)
    return OAuthTokens(request, clock, refresh)


class Numbered:
    """Gives token 1, token 2, ...; each with a new refresh token, if told."""

    def __init__(self, *, rotates: bool = False) -> None:
        self._rotates = rotates
        self._count = 0

    def __call__(self) -> HttpAnswer:
        self._count += 1
        if self._rotates:
            newer = f"refresh {self._count}"
            return 200, {
                "access_token": f"token {self._count}", "expires_in": "60", "refresh_token": newer
            }  # fmt: skip
        return 200, {"access_token": f"token {self._count}", "expires_in": 3600}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def test_a_token_is_kept_until_shortly_before_it_ends(clock: FakeClock) -> None:
    with a_web_server(Numbered()) as web:
        source = tokens(web, clock)
        first = source.token()
        clock.wait(54 * 60)
        kept = source.token()
        clock.wait(2 * 60)
        second = source.token()

    assert (first, kept, second) == (Secret("token 1"), Secret("token 1"), Secret("token 2"))
    assert web.forms[0] == {
        "grant_type": "client_credentials",
        "client_id": "client",
        "client_secret": SECRET.reveal(),
        "scope": "https://s.test/.default",
    }


@pytest.mark.parametrize("error", ["invalid_client", "invalid_grant", "unauthorized_client"])
@pytest.mark.parametrize("status", [400, 401])
def test_a_refusal_has_the_words_of_the_server_and_no_secret(
    clock: FakeClock, error: str, status: int
) -> None:
    words = f"AADSTS7000215: the secret {SECRET.reveal()} is not\r\nvalid"
    body = {"error": error, "error_description": words}
    with a_web_server(lambda: (status, body)) as web, pytest.raises(MailError) as caught:
        tokens(web, clock).token()

    assert not caught.value.retryable
    assert caught.value.message == (
        f"The token server 127.0.0.1 refuses: {error}: AADSTS7000215: the secret *** is not valid"
    )


@pytest.mark.parametrize(
    "answer",
    [
        (503, "busy"),
        (500, {"error": "server_error"}),
        (429, {"error": "too_many"}),
        (400, {"error": "temporarily_unavailable"}),
    ],
)
def test_what_passes_by_itself_is_tried_again(clock: FakeClock, answer: HttpAnswer) -> None:
    with a_web_server(lambda: answer) as web, pytest.raises(MailUnavailable) as caught:
        tokens(web, clock).token()

    assert "gives no token now" in caught.value.message


def test_nobody_listens(clock: FakeClock) -> None:
    with a_web_server(Numbered()) as web:
        source = tokens(web, clock)
    with pytest.raises(MailUnavailable, match="does not answer"):
        source.token()


def test_a_redirect_does_not_get_the_secret(clock: FakeClock) -> None:
    with a_web_server(Numbered()) as elsewhere:
        away: HttpAnswer = (302, "", {"Location": elsewhere.url})
        with a_web_server(lambda: away) as web, pytest.raises(MailError, match="HTTP 302"):
            tokens(web, clock).token()

    assert elsewhere.paths == []


@pytest.mark.parametrize("body", ["no json", [1], {"expires_in": 3}, {"access_token": 5}])
def test_an_answer_without_a_token_is_told(clock: FakeClock, body: object) -> None:
    with a_web_server(lambda: (200, body)) as web, pytest.raises(MailError, match="without a tok"):
        tokens(web, clock).token()


# --- refresh tokens ----------------------------------------------------------------------------


def test_a_new_refresh_token_is_kept_where_the_old_one_was(
    clock: FakeClock, tmp_path: Path
) -> None:
    told: list[str] = []
    place = str(tmp_path / "token")
    FileSecrets().write(place, Secret("first"))
    with a_web_server(Numbered(rotates=True)) as web:
        source = tokens(web, clock, RefreshToken(FileSecrets(), place, told.append))
        source.token()
        clock.wait(60)
        source.token()

    assert [form["refresh_token"] for form in web.forms] == ["first", "refresh 1"]
    assert {form["grant_type"] for form in web.forms} == {"refresh_token"}
    assert FileSecrets().read(place) == Secret("refresh 2")
    assert not told


def test_where_it_cannot_be_kept_it_is_remembered_with_one_warning(clock: FakeClock) -> None:
    told: list[str] = []
    environment = {"TOKEN": "first"}
    refresh = RefreshToken(EnvironmentSecrets(environment), "TOKEN", told.append)
    with a_web_server(Numbered(rotates=True)) as web:
        source = tokens(web, clock, refresh)
        for _ in range(3):
            source.token()
            clock.wait(60)
        environment["TOKEN"] = "by the operator"  # noqa: S105 - it is none
        source.token()

    assert [form["refresh_token"] for form in web.forms] == [
        "first",
        "refresh 1",
        "refresh 2",
        "by the operator",
    ]
    assert len(told) == 1
    assert "cannot be kept" in told[0]


# --- mail --------------------------------------------------------------------------------------


def send(source: OAuthTokens, port: int, dialogue: Dialogue | None = None) -> Reply:
    settings = SmtpSettings("127.0.0.1", port, "none", timeout_secs=5)
    server = SmtpServer(settings, TokenLogin("anna@x.test", source), dialogue)
    envelope = Envelope("c@x.test", ("bob@x.test",), "i.1")
    return server.send(b"Subject: s\r\n\r\nt\r\n", envelope).replies["bob@x.test"]


@pytest.mark.parametrize("length", [10, 3000], ids=["with the command", "after it"])
def test_mail_goes_out_with_a_token_which_is_masked(clock: FakeClock, length: int) -> None:
    token, dialogue, mails = "t" * length, Dialogue(), list[SunkMail]()
    with (
        a_web_server(lambda: (200, {"access_token": token})) as web,
        MailSink("127.0.0.1", 0, mails.append, Behaviour(token=Secret(token))) as sink,
    ):
        reply = send(tokens(web, clock), sink.port, dialogue)

    assert outcome(reply) is Outcome.ACCEPTED
    assert len(mails) == 1
    assert ("> AUTH XOAUTH2 ***" if length == 10 else "> ***") in dialogue.lines


def test_a_token_that_is_refused_is_told_with_the_servers_reason(clock: FakeClock) -> None:
    with (
        a_web_server(Numbered()) as web,
        MailSink("127.0.0.1", 0, print, Behaviour(token=Secret("other"))) as sink,
    ):
        reply = send(tokens(web, clock), sink.port)

    assert (reply.stage, reply.code) == (Stage.AUTH, 535)
    assert '"status": "401"' in reply.text
    assert len(web.forms) == 1


def test_a_kept_token_that_was_revoked_is_replaced_at_once(clock: FakeClock) -> None:
    with (
        a_web_server(Numbered()) as web,
        MailSink("127.0.0.1", 0, lambda _: None, Behaviour(token=Secret("token 2"))) as sink,
    ):
        source = tokens(web, clock)
        source.token()
        reply = send(source, sink.port)

    assert outcome(reply) is Outcome.ACCEPTED
    assert len(web.forms) == 2


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        ((401, {"error": "invalid_client"}), Outcome.MISCONFIGURED),
        ((503, "busy"), Outcome.DEFERRED),
    ],
)
def test_without_a_token_nothing_is_sent(
    clock: FakeClock, answer: HttpAnswer, wanted: Outcome
) -> None:
    with (
        a_web_server(lambda: answer) as web,
        MailSink("127.0.0.1", 0, print, Behaviour(token=Secret("t"))) as sink,
    ):
        reply = send(tokens(web, clock), sink.port)

    assert reply.stage is Stage.AUTH
    assert outcome(reply) is wanted
