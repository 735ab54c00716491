"""SmtpServer against a real server on loopback: each kind of answer, TLS, logins."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.adapters.smtp.dialogue import Dialogue
from cmtel.adapters.smtp.login import Login, PasswordLogin
from cmtel.adapters.smtp.server import SmtpServer, SmtpSettings
from cmtel.config.secret import Secret
from cmtel.domain.mails.replies import Outcome, Reply, SendReport, Stage, outcome
from cmtel.services.notifier.ports import Envelope
from tests.certificates import Certificates

ANNA, BOB = "anna@x.test", "bob@x.test"
MAIL = b"From: c@x.test\r\nTo: anna@x.test\r\nSubject: s\r\n\r\n.a line\r\n"
SETTINGS = SmtpSettings("127.0.0.1", 0, "none", ehlo_name="test.example", timeout_secs=5)


class Sunk:
    """A sink, what it took, and a client for it."""

    def __init__(self, sink: MailSink, mails: list[SunkMail]) -> None:
        self.sink = sink
        self.mails = mails
        self.dialogue = Dialogue()

    def send(
        self, *recipients: str, login: Login | None = None, message: bytes = MAIL,
        sender: str = "cmtel@x.test", **changes: object,
    ) -> SendReport:  # fmt: skip
        settings = dataclasses.replace(SETTINGS, port=self.sink.port, **changes)  # type: ignore[arg-type]
        server = SmtpServer(settings, login, self.dialogue)
        return server.send(message, Envelope(sender, recipients or (ANNA,), "incident.1"))

    def reply(self, login: Login | None = None, **changes: object) -> Reply:
        return self.send(ANNA, login=login, **changes).replies[ANNA]  # type: ignore[arg-type]


@contextmanager
def a_sink(behaviour: Behaviour | None = None) -> Iterator[Sunk]:
    mails: list[SunkMail] = []
    with MailSink("127.0.0.1", 0, mails.append, behaviour) as sink:
        yield Sunk(sink, mails)


def test_a_mail_arrives_as_it_was_sent_for_each_recipient() -> None:
    with a_sink() as sunk:
        report = sunk.send(ANNA, BOB)

    assert report.replies == dict.fromkeys((ANNA, BOB), Reply(Stage.END, 250, "2.0.0 OK"))
    assert sunk.mails == [SunkMail("cmtel@x.test", (ANNA, BOB), MAIL)]
    assert report.elapsed_ms >= 0
    assert "> EHLO test.example" in sunk.dialogue.lines
    assert f"> MAIL FROM:<cmtel@x.test> SIZE={len(MAIL)} BODY=8BITMIME" in sunk.dialogue.lines
    assert sunk.dialogue.lines[-1] == "< 221 Bye"


def test_one_refused_recipient_leaves_the_other_alone() -> None:
    with a_sink(Behaviour(refused=frozenset({BOB}))) as sunk:
        report = sunk.send(BOB, ANNA)

    assert report.replies[BOB] == Reply(Stage.RCPT, 550, "5.1.1 User unknown")
    assert outcome(report.replies[ANNA]) is Outcome.ACCEPTED
    assert [mail.recipients for mail in sunk.mails] == [(ANNA,)]


def test_if_all_are_refused_nothing_is_sent() -> None:
    with a_sink(Behaviour(refused=frozenset({ANNA, BOB}))) as sunk:
        report = sunk.send(BOB, ANNA)

    assert {outcome(reply) for reply in report.replies.values()} == {Outcome.REFUSED}
    assert "> DATA" not in sunk.dialogue.lines


@pytest.mark.parametrize(
    ("command", "answer", "stage", "wanted"),
    [
        ("MAIL", "550 5.7.60 not allowed to send as", Stage.MAIL, Outcome.MISCONFIGURED),
        ("MAIL", "451 4.3.2 busy", Stage.MAIL, Outcome.DEFERRED),
        ("MAIL", "421 4.3.2 too many connections", Stage.MAIL, Outcome.DEFERRED),
        ("RCPT", "451 4.7.1 greylisted", Stage.RCPT, Outcome.DEFERRED),
        ("RCPT", "421 4.3.2 closing", Stage.RCPT, Outcome.DEFERRED),
        ("DATA", "554 5.7.1 looks like spam", Stage.END, Outcome.MISCONFIGURED),
        ("DATA", "452 4.3.1 disk full", Stage.END, Outcome.DEFERRED),
    ],
)
def test_each_answer_is_reported_with_its_stage(
    command: str, answer: str, stage: Stage, wanted: Outcome
) -> None:
    with a_sink(Behaviour(answers={command: answer})) as sunk:
        reply = sunk.reply()

    assert reply == Reply(stage, int(answer[:3]), answer[4:])
    assert outcome(reply) is wanted
    assert not sunk.mails


def test_after_421_at_a_recipient_the_later_ones_are_untried() -> None:
    with a_sink(Behaviour(answers={"RCPT": "421 4.3.2 closing"})) as sunk:
        report = sunk.send(ANNA, BOB)

    assert report.replies[ANNA] == Reply(Stage.RCPT, 421, "4.3.2 closing")
    assert report.replies[BOB].stage is Stage.UNTRIED
    assert outcome(report.replies[BOB]) is Outcome.DEFERRED


def test_a_connection_lost_after_the_final_dot_leaves_the_mail_in_doubt() -> None:
    with a_sink(Behaviour(drop_first=1)) as sunk:
        lost, taken = sunk.reply(), sunk.reply()

    assert (lost.stage, lost.code) == (Stage.END, None)
    assert outcome(lost) is Outcome.UNCERTAIN
    assert outcome(taken) is Outcome.ACCEPTED
    assert len(sunk.mails) == 2


def test_an_answer_that_takes_too_long_is_given_up_and_in_doubt() -> None:
    with a_sink(Behaviour(delay_secs=60)) as sunk:
        reply = sunk.reply(timeout_secs=0.2)

    assert (reply.stage, reply.code) == (Stage.END, None)
    assert reply.text == "no answer within 0.8 s"


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    server = SmtpServer(dataclasses.replace(SETTINGS, port=port))
    report = server.send(MAIL, Envelope("c@x.test", (ANNA,), "i.1"))

    assert report.replies == {ANNA: Reply(Stage.CONNECT, None, "Connection refused")}
    assert server.name == f"127.0.0.1:{port}"


# --- TLS ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_mail_goes_encrypted_to_a_server_whose_authority_is_trusted(
    certificates: Certificates, tls: str
) -> None:
    wanted = Behaviour(certificate=certificates.good, tls=tls)  # type: ignore[arg-type]
    with a_sink(wanted) as sunk:
        reply = sunk.reply(tls=tls, ca_file=certificates.authority)

    assert outcome(reply) is Outcome.ACCEPTED
    assert any(line.startswith("* encrypted: TLSv1.") for line in sunk.dialogue.lines)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("other_name", "is for another address"),
        ("expired", "has expired"),
        ("self_signed", "is self-signed and not trusted"),
    ],
)
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
def test_a_certificate_that_does_not_fit_is_told_and_nothing_sent(
    certificates: Certificates, tls: str, name: str, says: str
) -> None:
    pem: Path = getattr(certificates, name)
    with a_sink(Behaviour(certificate=pem, tls=tls)) as sunk:  # type: ignore[arg-type]
        reply = sunk.reply(tls=tls, ca_file=certificates.authority)

    assert (reply.stage, reply.code) == (Stage.TLS, None)
    assert reply.text.startswith(f"the certificate of 127.0.0.1 {says}")
    assert not any(line.startswith("> MAIL") for line in sunk.dialogue.lines)


def test_an_authority_that_nobody_knows_is_told(certificates: Certificates) -> None:
    with a_sink(Behaviour(certificate=certificates.good, tls="starttls")) as sunk:
        reply = sunk.reply(tls="starttls")

    assert reply.stage is Stage.TLS
    assert "an authority that is not known here" in reply.text


def test_a_name_that_does_not_fit_is_told(certificates: Certificates) -> None:
    with a_sink(Behaviour(certificate=certificates.other_name, tls="implicit")) as sunk:
        reply = sunk.reply(tls="implicit", ca_file=certificates.authority, host="localhost")

    assert reply.text == "the certificate of localhost is for another name"


def test_a_server_without_starttls_gets_nothing_in_clear_text() -> None:
    with a_sink() as sunk:
        reply = sunk.reply(tls="starttls")

    assert (reply.stage, reply.code) == (Stage.TLS, None)
    assert "does not offer STARTTLS" in reply.text
    assert not any(line.startswith("> MAIL") for line in sunk.dialogue.lines)


def test_the_wrong_port_for_implicit_tls_is_told() -> None:
    with a_sink() as sunk:
        reply = sunk.reply(tls="implicit")

    assert (reply.stage, reply.code) == (Stage.TLS, None)
    assert "answers in clear text" in reply.text


@pytest.mark.parametrize("content", [None, b"no certificate"])
def test_a_ca_file_that_cannot_be_used_is_told(tmp_path: Path, content: bytes | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_bytes(content)
    with a_sink() as sunk:
        reply = sunk.reply(tls="starttls", ca_file=ca_file)

    assert (reply.stage, reply.code) == (Stage.TLS, None)
    assert str(ca_file) in reply.text


# --- logins ------------------------------------------------------------------------------------

LOGIN_SINK = Behaviour(user="jörg", password=Secret("pa ßwort"))


@pytest.mark.parametrize("mechanism", ["auto", "plain", "login"])
def test_a_login_lets_mail_through_and_is_masked(mechanism: str) -> None:
    login = PasswordLogin("jörg", Secret("pa ßwort"), mechanism)  # type: ignore[arg-type]
    with a_sink(LOGIN_SINK) as sunk:
        reply = sunk.reply(login)

    assert outcome(reply) is Outcome.ACCEPTED
    secret = [line for line in sunk.dialogue.lines if "***" in line]
    assert secret == (["> ***", "> ***"] if mechanism == "login" else ["> AUTH PLAIN ***"])


def test_a_wrong_password_is_a_wrong_setting() -> None:
    with a_sink(LOGIN_SINK) as sunk:
        reply = sunk.reply(PasswordLogin("jörg", Secret("wrong")))

    assert (reply.stage, reply.code) == (Stage.AUTH, 535)
    assert outcome(reply) is Outcome.MISCONFIGURED


def test_a_server_that_wants_a_login_says_so() -> None:
    with a_sink(LOGIN_SINK) as sunk:
        reply = sunk.reply()

    assert (reply.stage, reply.code) == (Stage.MAIL, 530)


def test_a_mechanism_that_is_not_offered_is_told() -> None:
    with a_sink(Behaviour(token=Secret("t"))) as sunk:
        reply = sunk.reply(PasswordLogin("anna", Secret("p")))

    assert (reply.stage, reply.code) == (Stage.AUTH, 504)
    assert reply.text == "the server offers XOAUTH2, and not PLAIN or LOGIN"


# --- addresses and texts -----------------------------------------------------------------------


def test_international_addresses_need_a_server_that_takes_them() -> None:
    with a_sink(Behaviour(takes_utf8=False)) as sunk:
        report = sunk.send("jörg@x.test", "anna@müller.test")
    with a_sink() as able:
        taken = able.send("jörg@x.test")

    assert report.replies["jörg@x.test"].code == 553
    assert "needs SMTPUTF8" in report.replies["jörg@x.test"].text
    assert outcome(report.replies["anna@müller.test"]) is Outcome.ACCEPTED
    assert sunk.mails[0].recipients == ("anna@xn--mller-kva.test",)
    assert outcome(taken.replies["jörg@x.test"]) is Outcome.ACCEPTED
    assert able.mails[0].recipients == ("jörg@x.test",)


@pytest.mark.parametrize(
    "address", ["a@x.test>\r\nRCPT TO:<eve@x.test", "a@x.test\n", "a b@x.test", "a", "@x", "a@"]
)
def test_nothing_in_an_address_becomes_a_command(address: str) -> None:
    with a_sink() as sunk:
        report = sunk.send(address, ANNA)
        as_sender = sunk.send(ANNA, sender=address)

    assert report.replies[address].code == 553
    assert outcome(report.replies[address]) is Outcome.REFUSED
    assert [mail.recipients for mail in sunk.mails] == [(ANNA,)]
    assert as_sender.replies[ANNA].stage is Stage.MAIL
    assert not any("eve" in line for line in sunk.dialogue.lines)


def test_a_mail_that_is_too_large_is_not_even_sent() -> None:
    with a_sink(Behaviour(max_bytes=20)) as sunk:
        reply = sunk.reply()

    assert (reply.stage, reply.code) == (Stage.MAIL, 552)


def test_dots_and_odd_line_ends_arrive_as_text() -> None:
    body = b"Subject: s\r\n\r\n.\r\n..\r\nodd\n.\nMAIL FROM:<e@x.test>\r.\rlast"
    with a_sink() as sunk:
        sunk.send(ANNA, message=body)

    lines = b"Subject: s||.|..|odd|.|MAIL FROM:<e@x.test>|.|last|".replace(b"|", b"\r\n")
    assert [mail.content for mail in sunk.mails] == [lines]
