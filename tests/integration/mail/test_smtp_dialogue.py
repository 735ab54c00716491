"""SmtpServer against answers that few servers give: each is an answer, none an exception."""

from __future__ import annotations

import socket
import threading
import time
from email import message_from_bytes, policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cmtel.adapters.smtp.dialogue import Dialogue
from cmtel.adapters.smtp.login import PasswordLogin
from cmtel.adapters.smtp.server import SmtpServer, SmtpSettings
from cmtel.config.secret import Secret
from cmtel.domain.mails.replies import Outcome, Reply, SendReport, Stage, outcome
from cmtel.services.notifier.ports import Envelope
from tests.integration.mail.scripted_server import ScriptedAnswer, ScriptedServer, scripted

ANNA, BOB, CARL = "anna@x.test", "bob@x.test", "carl@x.test"
MAIL = "From: c@x.test\r\nSubject: s\r\n\r\nGespräche\r\n".encode()


def send(
    server: ScriptedServer, *recipients: str, tls: str = "none", timeout_secs: float = 5,
    message: bytes = MAIL, dialogue: Dialogue | None = None,
) -> SendReport:  # fmt: skip
    where = SmtpSettings(
        "127.0.0.1", server.port, tls, None, "test.example", timeout_secs  # type: ignore[arg-type]
    )  # fmt: skip
    envelope = Envelope("c@x.test", recipients or (ANNA,), "7f3a.1+2=3")
    return SmtpServer(where, None, dialogue).send(message, envelope)


@pytest.mark.parametrize(
    ("verb", "stage"),
    [
        ("GREETING", Stage.CONNECT),
        ("EHLO", Stage.CONNECT),
        ("MAIL", Stage.MAIL),
        ("RCPT", Stage.RCPT),
        ("DATA", Stage.DATA),
        ("END", Stage.END),
    ],
)
@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (None, "the server closed the connection"),
        (b"HTTP/1.1 400 Bad Request\r\n", "no answer of a mail server"),
        (b"999 hm\r\n", "no answer of a mail server"),
        (b"2" * 10_000 + b"\r\n", "no answer of a mail server"),
        (b"", "no answer within"),
    ],
    ids=["closed", "http", "odd code", "endless line", "silence"],
)
def test_no_answer_is_told_with_its_stage(
    verb: str, stage: Stage, answer: ScriptedAnswer, says: str
) -> None:
    with scripted(**{verb: answer}, HELO=answer) as server:
        reply = send(server, timeout_secs=0.2).replies[ANNA]

    assert (reply.stage, reply.code) == (stage, None)
    assert says in reply.text
    assert outcome(reply) is (Outcome.UNCERTAIN if stage is Stage.END else Outcome.DEFERRED)


@pytest.mark.parametrize(
    ("verb", "answer", "wanted"),
    [
        ("GREETING", b"554 no service here\r\n", Reply(Stage.CONNECT, 554, "no service here")),
        ("GREETING", b"421-busy\r\n421 later\r\n", Reply(Stage.CONNECT, 421, "busy later")),
        ("DATA", b"554 no valid recipients\r\n", Reply(Stage.DATA, 554, "no valid recipients")),
        ("DATA", b"250 what?\r\n", Reply(Stage.DATA, 250, "what?")),
        ("END", b"250-taken\r\n250 id=\xff\x00\x1b1\r\n", None),
    ],
)
def test_answers_at_odd_places(verb: str, answer: bytes, wanted: Reply | None) -> None:
    with scripted(**{verb: answer}) as server:
        reply = send(server).replies[ANNA]

    if wanted is None:
        assert outcome(reply) is Outcome.ACCEPTED
    else:
        assert reply == wanted
        assert outcome(reply) in (Outcome.DEFERRED, Outcome.MISCONFIGURED)


def test_a_server_that_knows_no_ehlo_is_greeted_with_helo() -> None:
    with scripted(EHLO=b"502 what?\r\n", HELO=b"250 hello\r\n") as server:
        report = send(server)

    assert outcome(report.replies[ANNA]) is Outcome.ACCEPTED
    assert server.lines[:3] == [
        b"ehlo test.example\r\n", b"helo test.example\r\n", b"MAIL FROM:<c@x.test>\r\n"
    ]  # fmt: skip


def test_delivery_reports_are_asked_for_where_they_are_offered() -> None:
    with scripted(EHLO=b"250-scripted\r\n250-SIZE 0\r\n250 DSN\r\n") as server:
        send(server)

    assert b"RET=HDRS ENVID=7f3a.1+2B2+3D3" in server.lines[1]
    assert server.lines[2] == b"RCPT TO:<anna@x.test> NOTIFY=FAILURE\r\n"


def test_a_server_for_seven_bits_gets_seven_bits() -> None:
    mail = b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n" + MAIL
    with scripted() as server:
        send(server, message=mail)
    first = server.lines.index(b"DATA\r\n") + 1
    sent = b"".join(server.lines[first : server.lines.index(b".\r\n")])

    assert sent.isascii()
    assert message_from_bytes(sent, policy=policy.default).get_content().strip() == "Gespräche"


def test_after_421_at_the_second_recipient_nothing_is_decided_for_the_first() -> None:
    with scripted(RCPT=[b"250 ok\r\n", b"421 4.3.2 busy\r\n"]) as server:
        replies = send(server, ANNA, BOB, CARL).replies

    assert replies[ANNA] == replies[BOB] == Reply(Stage.RCPT, 421, "4.3.2 busy")
    assert (replies[CARL].stage, replies[CARL].code) == (Stage.UNTRIED, None)


def test_who_was_refused_before_the_connection_broke_stays_refused() -> None:
    with scripted(RCPT=[b"550 5.1.1 unknown\r\n", b"250 ok\r\n", None]) as server:
        replies = send(server, ANNA, BOB, CARL).replies

    assert replies[ANNA] == Reply(Stage.RCPT, 550, "5.1.1 unknown")
    assert [replies[to].stage for to in (BOB, CARL)] == [Stage.RCPT, Stage.RCPT]
    assert outcome(replies[BOB]) is Outcome.DEFERRED


def test_a_connection_that_breaks_amid_the_text_leaves_no_doubt() -> None:
    """The final dot was not sent: the server cannot have taken the mail."""

    def hang_up(client: socket.socket) -> None:
        client.sendall(b"354 go\r\n")
        client.recv(1000)
        raise ConnectionAbortedError  # the server's thread ends, with bytes unread: a reset

    with scripted(DATA=hang_up) as server:
        reply = send(server, message=b"Subject: s\r\n\r\n" + b"x" * 20_000_000)

    assert (reply.replies[ANNA].stage, reply.replies[ANNA].code) == (Stage.DATA, None)
    assert outcome(reply.replies[ANNA]) is Outcome.DEFERRED


def test_a_server_that_drips_is_not_waited_for_longer_than_one_that_is_silent() -> None:
    stop = threading.Event()

    def drip(client: socket.socket) -> None:
        while not stop.wait(0.05):
            client.sendall(b"2")

    with scripted(MAIL=drip) as server:
        begun = time.monotonic()
        reply = send(server, timeout_secs=0.5).replies[ANNA]
        took_secs = time.monotonic() - begun
        stop.set()

    assert reply.text == "no answer within 0.5 s"
    assert took_secs < 3


@pytest.mark.parametrize("answer", [None, b"", b"500 stay\r\n"])
def test_what_is_said_to_quit_changes_nothing(answer: ScriptedAnswer) -> None:
    with scripted(QUIT=answer) as server:
        reply = send(server, timeout_secs=0.2).replies[ANNA]

    assert outcome(reply) is Outcome.ACCEPTED


def test_what_was_sent_in_clear_before_tls_is_not_believed() -> None:
    """A line slipped in behind the 220 by somebody on the way must not count as TLS's first."""
    dialogue = Dialogue()
    ehlo = b"250-scripted\r\n250 STARTTLS\r\n"
    with scripted(EHLO=ehlo, STARTTLS=b"220 go\r\n250 AUTH PLAIN\r\n") as server:
        reply = send(server, tls="starttls", timeout_secs=0.5, dialogue=dialogue).replies[ANNA]

    assert (reply.stage, reply.code) == (Stage.TLS, None)
    assert not any("AUTH PLAIN" in line for line in dialogue.lines)


def test_starttls_that_is_refused_is_the_answer() -> None:
    with scripted(EHLO=b"250-x\r\n250 STARTTLS\r\n", STARTTLS=b"454 not now\r\n") as server:
        reply = send(server, tls="starttls").replies[ANNA]

    assert reply == Reply(Stage.TLS, 454, "not now")


def test_a_login_that_is_challenged_for_ever_ends() -> None:
    ehlo = b"250-scripted\r\n250 AUTH LOGIN\r\n"
    login = PasswordLogin("anna", Secret("s3cret"))
    with scripted(EHLO=ehlo, AUTH=b"334 VXNlcm5hbWU6\r\n") as server:
        server._answers |= {"YW5UYQ==": b"334 x\r\n", "YW5UYQ": b"334 x\r\n"}
        own = SmtpSettings("127.0.0.1", server.port, "none", timeout_secs=5)
        dialogue = Dialogue()
        report = SmtpServer(own, login, dialogue).send(MAIL, Envelope("c@x.test", (ANNA,), ""))

    assert report.replies[ANNA].stage is Stage.AUTH
    assert "s3cret" not in "".join(dialogue.lines)


_ANSWERS = st.sampled_from(
    [None, b"250 ok\r\n", b"354 go\r\n", b"220 go\r\n", b"334 \r\n", b"421 busy\r\n", b"451 no\r\n",
     b"550 no\r\n", b"250-more\r\n250-SIZE x\r\n250-AUTH\r\n250 DSN\r\n", b"\r\n", b"\xff\xfe\r\n",
     b"25", b"250\r\n", b"250-\r\n"]
)  # fmt: skip
_VERBS = ("GREETING", "EHLO", "HELO", "MAIL", "RCPT", "DATA", "END", "QUIT")


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(_VERBS), _ANSWERS, max_size=3))
def test_whatever_a_server_says_every_recipient_has_an_answer(
    answers: dict[str, ScriptedAnswer],
) -> None:
    with scripted(**answers) as server:
        replies = send(server, ANNA, BOB, timeout_secs=0.05).replies

    meanings = {outcome(reply) for reply in replies.values()}
    last = answers.get("END", b"250 taken\r\n") or b""
    assert set(replies) == {ANNA, BOB}
    if Outcome.ACCEPTED in meanings:
        assert last.startswith(b"2")  # type: ignore[union-attr] # no functions among these
        assert b".\r\n" in server.lines
    if Outcome.UNCERTAIN in meanings:
        assert b".\r\n" in server.lines
