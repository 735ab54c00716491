from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.bootstrap.orders import IngestWords, ingest_order
from cmtel.bootstrap.sessions import session_for, split_login, switch_for
from cmtel.domain.source_address import SourceKind
from cmtel.errors import ConfigError, UsageError
from cmtel.formats import registry
from cmtel.formats.session import Login, OpenLine, Session
from cmtel.formats.sessions.asterisk_manager import AsteriskManager
from cmtel.formats.sessions.nec_requests import NecRequests
from cmtel.formats.sessions.panasonic_login import PanasonicLogin

TCP = SourceKind.TCP


def session(
    name: str, options: dict[str, str] | None = None, login: Login | None = None,
    kind: SourceKind = TCP,
) -> Session | None:  # fmt: skip
    return session_for(registry.get(name), kind, options or {}, login or Login())


def test_a_format_gets_its_session() -> None:
    assert isinstance(session("panasonic"), PanasonicLogin)
    assert isinstance(session("nec-sl", {"requests": "yes"}), NecRequests)
    assert isinstance(session("asterisk-ami", {}, Login("a", "b")), AsteriskManager)
    assert type(session("avaya-ipo")) is OpenLine


def test_it_can_be_told_to_listen_only() -> None:
    assert type(session("panasonic", {"session": "none"})) is OpenLine


def test_what_does_not_dial_says_nothing() -> None:
    assert session("panasonic", kind=SourceKind.SERIAL) is None
    assert session("asterisk-ami", kind=SourceKind.TCP_LISTEN) is None


@pytest.mark.parametrize(
    ("name", "options", "login", "says"),
    [
        ("avaya-ipo", {}, Login("ann"), "no option 'user'"),
        ("fritzbox", {}, Login("ann", "x"), "no option 'secretRef'"),
        ("mitel-5000", {}, Login("ann"), "no option 'user'"),
        ("panasonic", {"auth": "md5"}, Login(), "no option 'auth'"),
        ("asterisk-ami", {}, Login(), "needs the option 'user'"),
        ("asterisk-ami", {}, Login("ann"), "needs the option 'secretRef'"),
        ("asterisk-ami", {}, Login("ann\r\nx", "x"), "control characters"),
        ("asterisk-ami", {}, Login("ann", "s3cret\n"), "control characters"),
        ("panasonic", {"session": "none"}, Login("ann"), "With session=none"),
        ("panasonic", {"session": "maybe"}, Login(), "'maybe' is no value"),
    ],
)
def test_what_cannot_be_used_is_wrong_usage(
    name: str, options: dict[str, str], login: Login, says: str
) -> None:
    with pytest.raises(UsageError, match=says) as error:
        session(name, options, login)

    assert "s3cret" not in f"{error.value.message} {error.value.hint}"


def test_a_login_is_for_dialling_only() -> None:
    with pytest.raises(UsageError, match="does not log in"):
        session("asterisk-ami", {}, Login("ann", "x"), SourceKind.TCP_LISTEN)


def test_user_and_secret_are_taken_out_of_the_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMI_SECRET", "s3cret")

    rest, login = split_login({"user": "ann", "secretRef": "env:AMI_SECRET", "auth": "md5"}, None)

    assert rest == {"auth": "md5"}
    assert (login.user, login.password) == ("ann", "s3cret")
    assert "s3cret" not in repr(login)


def test_a_reference_without_a_secret_or_that_is_none_is_told() -> None:
    with pytest.raises(ConfigError):
        split_login({"secretRef": "env:NO_SUCH_SECRET_HERE"}, None)
    with pytest.raises(UsageError) as error:
        split_login({"secretRef": "hunter2"}, None)
    assert "hunter2" not in error.value.message


def test_a_simulated_switch_demands_what_it_is_told_to() -> None:
    assert switch_for(registry.get("avaya-ipo"), {}, Login()) is None
    assert switch_for(registry.get("panasonic"), {"session": "none"}, Login()) is None
    assert switch_for(registry.get("asterisk-ami"), {}, Login()) is not None
    with pytest.raises(UsageError, match="no option 'auth'"):
        switch_for(registry.get("panasonic"), {"auth": "md5"}, Login())
    with pytest.raises(UsageError, match="no option 'user'"):
        switch_for(registry.get("avaya-ipo"), {}, Login("ann"))


# --- from the settings file and the command line to the order -------------------------------------

SETTINGS = """<CmTelNotifier version="1"><Database url="sqlite:///x.db"/><Journal>
<Source name="a" kind="tcp" address="h:5038" format="asterisk-ami" user="ann"
        secretRef="file:ami.secret"><SourceOption name="auth" value="md5"/></Source>
<Source name="b" kind="tcp" address="h:1012" format="fritzbox" user="ann" password="x"/>
</Journal></CmTelNotifier>"""


def words(*source_options: str, format_name: str | None = None) -> IngestWords:
    return IngestWords(
        url="sqlite:///x.db", table=None, format_name=format_name, format_options=(),
        source_options=source_options, timezone=None, year_hint=None, spool_folder=None,
        columns=(), names=(), sizes=(), legs=None, legs_wait=None,
    )  # fmt: skip


def test_the_settings_file_has_user_and_secret_and_a_relative_path_counts_from_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "CmTelNotifier.xml"
    path.write_text(SETTINGS, encoding="utf-8")
    secret = tmp_path / "ami.secret"
    secret.write_text("s3cret", encoding="utf-8")
    secret.chmod(0o600)

    asterisk, fritzbox = ingest_order(words(), None, str(path), is_once=False).sources

    assert (asterisk.login.user, asterisk.login.password) == ("ann", "s3cret")
    assert asterisk.options == {"auth": "md5"}
    assert fritzbox.login == Login()
    assert "Source[2]/@user: kind tcp with fritzbox has no login" in caplog.text
    assert "s3cret" not in repr(asterisk)


def test_the_command_line_has_them_as_source_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMI_SECRET", "s3cret")
    given = words("user=ann", "secretRef=env:AMI_SECRET", format_name="asterisk-ami")

    (order,) = ingest_order(given, "tcp:h:5038", None, is_once=True).sources

    assert (order.login.user, order.login.password) == ("ann", "s3cret")
    assert order.options == {}
    assert order.name == "tcp:h:5038"


def test_a_password_itself_is_no_option() -> None:
    given = words("user=ann", "password=hunter2", format_name="asterisk-ami")
    with pytest.raises(UsageError, match="no option 'password'") as error:
        ingest_order(given, "tcp:h:5038", None, is_once=True)

    assert "hunter2" not in f"{error.value.message} {error.value.hint}"
