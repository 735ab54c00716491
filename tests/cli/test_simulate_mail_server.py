"""cmtel simulate mail-server, as a process of its own."""

from __future__ import annotations

import json
import signal
import smtplib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus

MAIL = "Subject: =?utf-8?q?Gespr=C3=A4che?=\r\nMessage-ID: <1@x.test>\r\n\r\nText\r\n"


class Running(NamedTuple):
    """The process and its port."""

    process: subprocess.Popen[str]
    port: int

    def send(self, *recipients: str) -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", self.port, "test.example", timeout=10) as client:
            return client.sendmail("c@x.test", list(recipients), MAIL)

    def end(self) -> tuple[str, int]:
        out, _ = self.process.communicate(timeout=20)
        return out, self.process.returncode


@contextmanager
def running(*words: str) -> Iterator[Running]:
    command = [sys.executable, "-m", "cmtel", "simulate", "mail-server", "--listen", "127.0.0.1:0"]
    process = subprocess.Popen(
        [*command, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8",
    )  # fmt: skip
    assert process.stderr is not None
    try:
        yield Running(process, int(process.stderr.readline().rpartition(":")[2]))
    finally:
        process.kill()
        process.communicate()


def test_a_line_for_each_mail_until_enough_came(tmp_path: Path) -> None:
    with running("--mails", "2", "--folder", str(tmp_path / "mails")) as server:
        server.send("a@x.test", "b@x.test")
        server.send("a@x.test")
        out, status = server.end()

    assert out == "c@x.test -> a@x.test, b@x.test: Gespräche\nc@x.test -> a@x.test: Gespräche\n"
    assert status == ExitStatus.DONE
    assert [path.read_bytes() for path in (tmp_path / "mails").iterdir()] == [MAIL.encode()] * 2


def test_json_is_an_object_a_line_and_a_signal_ends_it_well() -> None:
    with running("--json") as server:
        server.send("a@x.test")
        assert server.process.stdout is not None
        document = json.loads(server.process.stdout.readline())
        server.process.send_signal(signal.SIGTERM)
        _, status = server.end()

    assert (document["from"], document["to"]) == ("c@x.test", ["a@x.test"])
    assert (document["subject"], document["message_id"]) == ("Gespräche", "<1@x.test>")
    assert status == ExitStatus.DONE


def test_faults_are_played() -> None:
    words = ("--reject", "Bob@x.test", "--defer", "1", "--drop", "1", "--mails", "2")
    with running(*words) as server:
        with pytest.raises(smtplib.SMTPDataError) as put_off:
            server.send("a@x.test")
        with pytest.raises(smtplib.SMTPServerDisconnected):
            server.send("a@x.test")
        refused = server.send("a@x.test", "bob@x.test")
        out, _ = server.end()

    assert put_off.value.smtp_code == 451
    assert refused["bob@x.test"][0] == 550
    assert len(out.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--answer", "HELP=450 x"), "HELP=450 x is no answer"),
        (("--answer", "RCPT=250 ok"), "RCPT=250 ok is no answer"),
        (("--login", "anna"), "--login is written USER:PASSWORD"),
        (("--tls", "starttls"), "--tls and --certificate are used together"),
        (("--listen", "nowhere"), "nowhere is no address"),
    ],
)
def test_words_that_cannot_be_are_told(
    capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    assert main(["simulate", "mail-server", *words]) == ExitStatus.USAGE
    assert says in capsys.readouterr().err


def test_an_address_that_is_taken_and_a_certificate_that_is_none_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running() as server:
        taken = main(["simulate", "mail-server", "--listen", f"127.0.0.1:{server.port}"])
    words = ["--tls", "starttls", "--certificate", str(tmp_path / "none.pem")]
    missing = main(["simulate", "mail-server", "--listen", "127.0.0.1:0", *words])

    assert (taken, missing) == (ExitStatus.FAILURE, ExitStatus.FAILURE)
    told = capsys.readouterr().err
    assert "The mail sink cannot listen on 127.0.0.1:" in told
    assert "none.pem: No such file or directory." in told
