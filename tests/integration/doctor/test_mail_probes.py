"""The probes of mail, against a real SMTP server that takes, refuses, hangs; and the other ways."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path

import pytest

from cmtel.adapters.mail_sink.behaviour import Behaviour, SunkMail
from cmtel.adapters.mail_sink.sink import MailSink
from cmtel.config.secret import Secret
from cmtel.services.doctor import Finding, Verdict
from tests.certificates import Certificates, make_certificates
from tests.integration.doctor.examined import examined, settings_file, the, verdict
from tests.servers import free_port
from tests.web_server import a_web_server


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


def path_for(folder: Path, server: str, more: str = "", recipients: str = "") -> Path:
    return settings_file(
        folder,
        f'<Mail from="c@x.test">{server}{more}</Mail>'
        f"<Recipients><To>a@x.test</To>{recipients}</Recipients>",
    )


def looked(folder: Path, behaviour: Behaviour, words: str) -> Finding:
    """What is found of a server that behaves so; it never gets a mail."""
    mails: list[SunkMail] = []
    with MailSink("127.0.0.1", 0, mails.append, behaviour) as sink:
        server = f'<Server host="127.0.0.1" port="{sink.port}" {words}/>'
        finding = the(examined(path_for(folder, server), "mail-server"), "mail-server")
    assert mails == []
    return finding


def test_a_server_without_tls_and_login(tmp_path: Path) -> None:
    finding = looked(tmp_path, Behaviour(), 'tls="none"')

    assert (finding.verdict, finding.text) == (
        Verdict.OK,
        "answers, not encrypted, without a login",
    )


def test_a_server_with_tls_and_login(tmp_path: Path, certificates: Certificates) -> None:
    behaviour = Behaviour(certificates.good, "starttls", user="cmtel", password=Secret("hunter2"))
    words = f'tls="starttls" caFile="{certificates.authority}" user="cmtel" password="hunter2"'

    finding = looked(tmp_path, behaviour, words)

    assert finding.verdict is Verdict.OK
    assert finding.text.endswith(", logged in")
    assert "encrypted: TLSv1" in finding.text


def test_a_wrong_password_is_a_failure_with_its_cure(tmp_path: Path) -> None:
    behaviour = Behaviour(user="cmtel", password=Secret("other"))

    finding = looked(tmp_path, behaviour, 'tls="none" user="cmtel" password="hunter2"')

    assert finding.verdict is Verdict.FAIL
    assert finding.text.startswith("at auth: 535")
    assert "cmtel secret set" in finding.cure
    assert finding.details
    assert "hunter2" not in repr(finding)


def test_a_certificate_that_is_not_trusted_is_a_failure(
    tmp_path: Path, certificates: Certificates
) -> None:
    finding = looked(tmp_path, Behaviour(certificates.good, "starttls"), 'tls="starttls"')

    assert finding.verdict is Verdict.FAIL
    assert finding.text.startswith("at tls:")


def test_a_server_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    path = path_for(tmp_path, f'<Server host="127.0.0.1" port="{free_port()}" tls="none"/>')

    found, text = verdict(path, "mail-server")

    assert (found, text) == (Verdict.FAIL, "at connect: Connection refused")


def test_a_server_that_is_silent_is_a_failure(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        port = silent.getsockname()[1]
        server = f'<Server host="127.0.0.1" port="{port}" tls="none" timeout="1s"/>'
        found, text = verdict(path_for(tmp_path, server), "mail-server")

    assert (found, text) == (Verdict.FAIL, "at connect: no answer within 1 s")


TOKENS = (
    'tls="none" auth="xoauth2" clientId="id" tokenUrl="URL" scope="s" password="hunter2"'
    ' user="c@x.test"'
)


def test_a_token_is_fetched_and_logged_in_with(tmp_path: Path) -> None:
    with a_web_server(lambda: (200, {"access_token": "t0ken", "expires_in": 3600})) as web:
        behaviour = Behaviour(token=Secret("t0ken"))
        finding = looked(tmp_path, behaviour, TOKENS.replace("URL", web.url))

    assert finding.verdict is Verdict.OK
    assert len(web.forms) == 1


def test_a_token_server_that_refuses_is_a_failure(tmp_path: Path) -> None:
    with a_web_server(lambda: (401, {"error": "invalid_client"})) as web:
        behaviour = Behaviour(token=Secret("t0ken"))
        finding = looked(tmp_path, behaviour, TOKENS.replace("URL", web.url))

    assert finding.verdict is Verdict.FAIL
    assert "invalid_client" in finding.text
    assert "client secret" in finding.cure


def test_a_refresh_token_is_left_alone(tmp_path: Path) -> None:
    with a_web_server(lambda: (200, {"access_token": "t", "refresh_token": "new"})) as web:
        words = TOKENS.replace("URL", web.url)
        more = ' grant="refresh-token" refreshTokenRef="file:token"'
        finding = looked(tmp_path, Behaviour(), words + more)

    assert finding.verdict is Verdict.WARN
    assert "the login was not tried" in finding.text
    assert web.forms == []


def test_a_channel_is_only_parsed(tmp_path: Path) -> None:
    server = '<Server host="127.0.0.1" port="9" tls="none"/>'
    good = '<Channel name="ops" url="json://127.0.0.1:9/x"/>'
    bad = '<Channel name="none" url="nonsense://hunter2"/>'

    found = examined(path_for(tmp_path, server, "", good + bad), "channel")

    assert the(found, "channel", "ops").verdict is Verdict.OK
    assert the(found, "channel", "none").verdict is Verdict.FAIL
    assert "hunter2" not in repr(found)


def last_resort(folder: Path, words: str) -> tuple[Verdict, str]:
    server = '<Server host="127.0.0.1" port="9" tls="none"/>'
    return verdict(path_for(folder, server, f"<LastResort {words}/>"), "last-resort")


def test_a_last_resort_that_can_be_used_is_not(tmp_path: Path) -> None:
    program = tmp_path / "run"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n")
    program.chmod(0o755)

    found, text = last_resort(tmp_path, f'folder="{tmp_path}/mails" command="{program}"')

    assert found is Verdict.OK
    assert f"mails go to {tmp_path}/mails" in text
    assert not (tmp_path / "mails").exists()
    assert not (tmp_path / "was-run").exists()


def test_a_last_resort_that_cannot_be_run_is_a_failure(tmp_path: Path) -> None:
    program = tmp_path / "run"
    assert last_resort(tmp_path, f'command="{program}"')[1] == f"there is no program {program}"

    program.write_text("x")
    program.chmod(0o644)
    found, text = last_resort(tmp_path, f'command="{program}"')

    assert found is Verdict.FAIL
    assert f"may not run {program}" in text
