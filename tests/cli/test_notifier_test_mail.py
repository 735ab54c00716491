"""cmtel notifier test-mail against servers on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.cli.boundary import main
from cmtel.config.secret import Secret
from cmtel.errors import ExitStatus
from tests.web_server import a_web_server

PASSWORD = "hunter2"  # noqa: S105 - the test's own
RECIPIENTS = "<Recipients><To>anna@x.test</To><To>bob@x.test</To></Recipients>"


class Site:
    """A settings file with servers on loopback."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "CmTelNotifier.xml"

    def write(self, *servers: str, recipients: str = RECIPIENTS) -> None:
        mail = f'<Mail from="cmtel@x.test" language="en">{"".join(servers)}</Mail>'
        text = f'<CmTelNotifier version="1">{mail}{recipients}</CmTelNotifier>'
        self.path.write_text(text, encoding="utf-8")

    def run(self, *words: str) -> int:
        return main(["--config", str(self.path), "notifier", "test-mail", *words])


def a_server(sink: MailSink, more: str = "") -> str:
    return f'<Server host="127.0.0.1" port="{sink.port}" tls="none" timeout="5s" {more}/>'


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


@pytest.fixture
def mails() -> list[SunkMail]:
    return []


@pytest.fixture
def sink(mails: list[SunkMail]) -> Iterator[MailSink]:
    with MailSink("127.0.0.1", 0, mails.append) as sink:
        yield sink


@pytest.fixture
def locked() -> Iterator[MailSink]:
    """A server that wants a login, and has another password."""
    wanted = Behaviour(user="cmtel", password=Secret("another"))
    with MailSink("127.0.0.1", 0, lambda _: None, wanted) as sink:
        yield sink


def test_a_real_mail_is_sent_and_the_answer_shown(
    site: Site, sink: MailSink, mails: list[SunkMail], capsys: pytest.CaptureFixture[str]
) -> None:
    site.write(a_server(sink))
    status = site.run()
    told = capsys.readouterr()

    parsed = message_from_bytes(mails[0].content, policy=policy.default)
    assert status == ExitStatus.DONE
    assert told.out == (
        f"anna@x.test: accepted by 127.0.0.1:{sink.port}, 250 2.0.0 OK\n"
        f"bob@x.test: accepted by 127.0.0.1:{sink.port}, 250 2.0.0 OK\n"
    )
    assert told.err == ""
    assert [mail.recipients for mail in mails] == [("anna@x.test",), ("bob@x.test",)]
    assert parsed["Subject"] == "[CmTel] Test mail"
    body = parsed.get_body(("plain",))
    assert body is not None
    assert f"127.0.0.1:{sink.port}" in body.get_content()


def test_a_failure_shows_the_dialogue_without_secrets_and_the_remedy(
    site: Site, locked: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write(a_server(locked, f'user="cmtel" password="{PASSWORD}"'))
    status = site.run("--to", "eve@x.test")
    told = capsys.readouterr()

    assert status == ExitStatus.FAILURE
    assert told.out == ""
    assert "> AUTH PLAIN ***\n< 535 5.7.8" in told.err
    assert f"was not accepted by 127.0.0.1:{locked.port} (auth), 535 5.7.8" in told.err
    assert "hint: check user and password ('cmtel secret set')" in told.err
    assert PASSWORD not in told.err


def test_each_server_is_tried_or_the_one_that_is_chosen(
    site: Site, sink: MailSink, locked: MailSink, mails: list[SunkMail],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    site.write(a_server(locked), a_server(sink))
    all_of_them = site.run("--to", "eve@x.test")
    second = site.run("--to", "eve@x.test", "--server", "2", "--json")
    document = json.loads(capsys.readouterr().out.splitlines()[-1])

    assert (all_of_them, second) == (ExitStatus.FAILURE, ExitStatus.DONE)
    assert [mail.recipients for mail in mails] == [("eve@x.test",)] * 2
    assert document[0]["through"] == f"127.0.0.1:{sink.port}"
    assert document[0]["is_accepted"]
    assert "> DATA" in document[0]["dialogue"]


def test_channels_are_tried_too_and_their_url_is_not_shown(
    site: Site, sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_web_server(lambda: (500, "")) as web:
        url = web.url.replace("http", "json").replace("token", "a-secret-key")
        channel = f'<Channel name="teams" url="{url}"/>'
        site.write(a_server(sink), recipients=f"<Recipients>{channel}</Recipients>")
        status = site.run("--to", "channel:teams")
    told = capsys.readouterr()

    assert status == ExitStatus.FAILURE
    assert len(web.bodies) == 1
    assert "The mail to channel:teams was not accepted by channel:teams" in told.err
    assert "a-secret-key" not in told.err


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--server", "2"), ExitStatus.USAGE, "There is no server 2"),
        (("--to", "nobody"), ExitStatus.USAGE, "must be a mail address"),
        (("--to", "channel:x"), ExitStatus.USAGE, "There is no channel:x"),
    ],
)
def test_words_that_fit_nothing_are_told(
    site: Site, sink: MailSink, capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...], status: ExitStatus, says: str,
) -> None:  # fmt: skip
    site.write(a_server(sink))

    assert site.run(*words) == status
    assert says in capsys.readouterr().err


def test_settings_without_mail_or_recipients_are_told(
    site: Site, sink: MailSink, capsys: pytest.CaptureFixture[str]
) -> None:
    site.write(a_server(sink), recipients="")
    nobody = site.run()
    site.path.write_text('<CmTelNotifier version="1"/>', encoding="utf-8")
    nothing = site.run("--to", "a@x.test")
    told = capsys.readouterr().err

    assert (nobody, nothing) == (ExitStatus.CONFIGURATION, ExitStatus.CONFIGURATION)
    assert "There are no recipients in the settings." in told
    assert "The settings say nothing of mail." in told
