"""The same of every Mailer: the fake one that the notifier's tests use, and SMTP to a server."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime

import pytest

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.adapters.smtp.login import PasswordLogin
from cmtel.adapters.smtp.server import SmtpServer, SmtpSettings
from cmtel.config.secret import Secret
from cmtel.domain.mails.replies import Outcome, Stage, is_for_next_server, outcome
from cmtel.services.notifier.ports import Envelope, Mailer
from tests.notifier.memory_store import MemoryNotifierStore
from tests.notifier.world import ANNA, BOB, MailServer, World

#: A mailer in a mood, and how many mails reached a mailbox so far.
Pair = tuple[Mailer, Callable[[], int]]
Kind = Callable[[str], AbstractContextManager[Pair]]

MAIL = b"<7f3a.1.0@h> FIRST \r\n\r\nText\r\n"
ENVELOPE = Envelope("c@x.test", (ANNA, BOB), "7f3a.1")

_BEHAVIOURS = {
    "fine": Behaviour(),
    "refuses anna": Behaviour(refused=frozenset({ANNA})),
    "busy": Behaviour(answers={"MAIL": "421 4.3.2 too many connections"}),
    "greylisting": Behaviour(answers={"RCPT": "451 4.7.1 try again later"}),
    "bad-login": Behaviour(user="c", password=Secret("other")),
    "bad-sender": Behaviour(answers={"MAIL": "550 5.7.60 not allowed to send as"}),
    "lost-delivered": Behaviour(drop_first=99),
    "down": Behaviour(),
    "no-tls": Behaviour(),
}


@contextmanager
def fake(mood: str) -> Iterator[Pair]:
    world = World(MemoryNotifierStore(), datetime(2025, 3, 1, tzinfo=UTC))
    server = MailServer("fake:25", world, mood)
    if mood == "refuses anna":
        server.mood, server.refused = "fine", {ANNA}
    yield server, lambda: len(world.delivered)


@contextmanager
def smtp(mood: str) -> Iterator[Pair]:
    mails: list[SunkMail] = []
    wanted = _BEHAVIOURS[mood]
    login = PasswordLogin("c", Secret("s")) if wanted.wants_login else None
    with MailSink("127.0.0.1", 0, mails.append, wanted) as sink:
        port = _closed_port() if mood == "down" else sink.port
        tls = "starttls" if mood == "no-tls" else "none"
        settings = SmtpSettings("127.0.0.1", port, tls, timeout_secs=5)  # type: ignore[arg-type]
        yield SmtpServer(settings, login), lambda: sum(len(mail.recipients) for mail in mails)


def _closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port: int = closed.getsockname()[1]
        return port


@pytest.mark.parametrize("kind", [fake, smtp])
@pytest.mark.parametrize(
    ("mood", "wanted", "stage", "delivered"),
    [
        ("fine", Outcome.ACCEPTED, Stage.END, 2),
        ("busy", Outcome.DEFERRED, Stage.MAIL, 0),
        ("greylisting", Outcome.DEFERRED, Stage.RCPT, 0),
        ("bad-login", Outcome.MISCONFIGURED, Stage.AUTH, 0),
        ("bad-sender", Outcome.MISCONFIGURED, Stage.MAIL, 0),
        ("lost-delivered", Outcome.UNCERTAIN, Stage.END, 2),
        ("down", Outcome.DEFERRED, Stage.CONNECT, 0),
        ("no-tls", Outcome.DEFERRED, Stage.TLS, 0),
    ],
)
def test_every_recipient_has_an_answer_that_says_what_became_of_the_mail(
    kind: Kind, mood: str, wanted: Outcome, stage: Stage, delivered: int
) -> None:
    with kind(mood) as (mailer, count):
        report = mailer.send(MAIL, ENVELOPE)

        assert set(report.replies) == {ANNA, BOB}
        assert {outcome(reply) for reply in report.replies.values()} == {wanted}
        assert {reply.stage for reply in report.replies.values()} == {stage}
        assert count() == delivered


@pytest.mark.parametrize("kind", [fake, smtp])
def test_one_refused_recipient_is_his_own_affair(kind: Kind) -> None:
    with kind("refuses anna") as (mailer, count):
        replies = mailer.send(MAIL, ENVELOPE).replies

        assert (replies[ANNA].stage, replies[ANNA].code) == (Stage.RCPT, 550)
        assert outcome(replies[BOB]) is Outcome.ACCEPTED
        assert count() == 1
        assert not any(map(is_for_next_server, replies.values()))


@pytest.mark.parametrize("kind", [fake, smtp])
def test_a_mailer_has_a_name_for_the_log(kind: Kind) -> None:
    with kind("fine") as (mailer, _):
        assert ":" in mailer.name
