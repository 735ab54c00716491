"""What accounts may do, by real files with real modes; who else may read the settings."""

from __future__ import annotations

import grp
import os
import pwd
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cmtel.adapters.account_rights import (
    EXECUTE,
    READ,
    WRITE,
    Account,
    account_called,
    existing,
    own_account,
)
from cmtel.adapters.clock import SystemClock
from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.doctor.rights import account_finding
from cmtel.bootstrap.doctor.secrets import secret_probes
from cmtel.bootstrap.doctor.site import Site, make_site
from cmtel.bootstrap.services import Job
from cmtel.config.places import Places
from cmtel.domain.service_states import ServiceState, ServiceStatus
from cmtel.errors import ConfigError, ServiceError
from cmtel.services.doctor import Finding, Verdict
from tests.fakes_services import FakeServices
from tests.integration.doctor.examined import MAIL, SOURCE, journal, settings_file, verdict

#: Nobody on this machine has these numbers.
STRANGER = Account("stranger", 54_321, frozenset({54_321}))
LITERAL = '<Database url="mysql://h/d" user="u" password="hunter2"/>'
BY_URL = '<Database url="mysql://u:hunter2@h/d"/>'


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody may look into, up to the root."""
    with tempfile.TemporaryDirectory(prefix="cmtel-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def file_with(folder: Path, mode: int, name: str = "file") -> Path:
    path = folder / name
    path.write_text("x")
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("mode", "wanted", "is_allowed"),
    [
        (0o644, READ, True),
        (0o640, READ, False),
        (0o644, WRITE, False),
        (0o646, READ | WRITE, True),
        (0o644, EXECUTE, False),
        (0o755, READ | EXECUTE, True),
    ],
)
def test_the_bits_for_others_decide_for_a_stranger(
    open_folder: Path, mode: int, wanted: int, is_allowed: bool
) -> None:
    path = file_with(open_folder, mode)

    found = STRANGER.may(path, wanted)

    assert (found.is_allowed, found.culprit) == (is_allowed, path)


def test_owner_and_group_have_bits_of_their_own(open_folder: Path) -> None:
    path = file_with(open_folder, 0o047)
    status = path.stat()
    owner = Account("owner", status.st_uid or 1)
    member = Account("member", 54_321, frozenset({status.st_gid}))

    assert STRANGER.may(path, READ | WRITE | EXECUTE).is_allowed
    assert member.may(path, READ).is_allowed
    assert not member.may(path, WRITE).is_allowed
    if status.st_uid:
        assert not owner.may(path, READ).is_allowed


def test_a_closed_folder_on_the_way_is_the_culprit(open_folder: Path) -> None:
    closed = open_folder / "closed"
    closed.mkdir(mode=0o700)

    found = STRANGER.may(file_with(closed, 0o644), READ)

    assert (found.is_allowed, found.culprit) == (False, closed)
    assert "mode 0700" in found.why


def test_root_may_whatever_the_bits_say(open_folder: Path) -> None:
    assert Account("root", 0).may(file_with(open_folder, 0o000), READ).is_allowed


def test_what_is_not_there_is_made_in_the_nearest_folder(open_folder: Path) -> None:
    assert existing(open_folder / "a" / "b") == open_folder
    assert own_account().may_make(open_folder / "a" / "b").is_allowed
    assert STRANGER.may_make(open_folder / "a" / "b").is_allowed is False


def test_an_acl_beside_the_bits_leaves_it_open(open_folder: Path) -> None:
    path = file_with(open_folder, 0o600)
    # Version 2; owner rw, user 54321 r, group none, mask r, others none. Source: acl(5).
    entries = [(1, 6, -1), (2, 4, 54_321), (4, 0, -1), (16, 4, -1), (32, 0, -1)]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little")
        + bits.to_bytes(2, "little")
        + who.to_bytes(4, "little", signed=True)
        for tag, bits, who in entries
    )
    os.setxattr(path, "system.posix_acl_access", acl)

    found = Account("another", 54_322).may(path, READ)

    assert found.is_allowed is None
    assert "ACL" in found.why


def test_an_account_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ConfigError, match="The account no-such-account"):
        account_called("no-such-account")


def test_ones_own_account_is_asked_about_itself() -> None:
    assert account_called(own_account().name).is_own


def site_of(folder: Path, path: Path, account: Account) -> Site:
    """The settings as a system's service of that account has them."""
    status = ServiceStatus("cmtel-journal", ServiceState.RUNNING, account=account.name)
    site = make_site(path, load_config(str(path)), SystemClock(), FakeServices())
    state = folder / "state"
    return replace(
        site,
        installed={Job.JOURNAL: status},
        accounts={Job.JOURNAL: account},
        places=Places((path,), state, state),
    )


def look(folder: Path, content: str, account: Account) -> Finding:
    path = settings_file(folder, content)
    (folder / "state").mkdir(exist_ok=True)
    # A test's folder lies below /tmp, which a service does not see.
    return account_finding(replace(site_of(folder, path, account), installed={}))


def test_the_account_that_may_all_is_well(tmp_path: Path) -> None:
    finding = look(tmp_path, journal(tmp_path, SOURCE), own_account())

    assert finding.verdict is Verdict.OK
    assert own_account().name in finding.text
    assert "asked as that account" in finding.text


def test_each_right_that_is_missing_is_named(open_folder: Path) -> None:
    (open_folder / "calls.log").write_text("x")
    (open_folder / "calls.log").chmod(0o600)
    source = f'<Source name="f" kind="file" path="{open_folder}/calls.log" format="jsonl"/>'

    finding = look(open_folder, journal(open_folder, source), STRANGER)

    told = "\n".join(finding.details)
    assert finding.verdict is Verdict.FAIL
    assert "stranger may not read the settings file" in told
    assert "stranger may not write in the spool" in told
    assert f"may not read the file of source f {open_folder}/calls.log" in told


def test_a_file_behind_a_closed_folder_is_a_missing_right(open_folder: Path) -> None:
    (open_folder / "closed").mkdir(mode=0o700)
    database = '<Database url="mysql://h/d" user="u" secretRef="file:closed/none"/>'

    finding = look(open_folder, database + journal(open_folder, SOURCE), STRANGER)

    assert any(f"({open_folder}/closed: mode 0700" in line for line in finding.details)


def test_a_service_does_not_see_what_lies_in_tmp(open_folder: Path) -> None:
    path = settings_file(open_folder, journal(open_folder, SOURCE))

    finding = account_finding(site_of(open_folder, path, own_account()))

    assert finding.verdict is Verdict.FAIL
    assert any("a service sees a /tmp of its own" in line for line in finding.details)


def test_an_account_of_a_service_that_is_gone_is_a_failure(tmp_path: Path) -> None:
    class Gone(FakeServices):
        def look(self, name: str) -> ServiceStatus:
            return ServiceStatus(name, ServiceState.STOPPED, account="no-such-account")

    path = settings_file(tmp_path, journal(tmp_path, SOURCE))
    site = make_site(path, load_config(str(path)), SystemClock(), Gone())

    finding = account_finding(site)

    assert finding.verdict is Verdict.FAIL
    assert "The account no-such-account" in finding.details[0]


@pytest.mark.parametrize(
    ("content", "mode", "wanted"),
    [
        (MAIL, 0o644, Verdict.OK),
        (MAIL, 0o646, Verdict.FAIL),
        (LITERAL, 0o644, Verdict.FAIL),
        (BY_URL, 0o644, Verdict.FAIL),
        (LITERAL, 0o640, Verdict.OK),
        (LITERAL, 0o600, Verdict.OK),
    ],
)
def test_who_else_may_read_passwords_in_the_settings(
    tmp_path: Path, content: str, mode: int, wanted: Verdict
) -> None:
    path = settings_file(tmp_path, content)
    path.chmod(mode)

    found, text = verdict(path, "settings-access")

    assert found is wanted
    assert f"mode {mode:04o}" in text
    assert "hunter2" not in text


def with_secret(folder: Path, reference: str) -> Path:
    return settings_file(folder, f'<Database url="mysql://h/d" user="u" secretRef="{reference}"/>')


def test_a_secret_that_is_there(tmp_path: Path) -> None:
    file_with(tmp_path, 0o600, "s")

    assert verdict(with_secret(tmp_path, "file:s"), "secret") == (Verdict.OK, "it is there")


def test_a_secret_that_is_not_there_or_open_to_others(tmp_path: Path) -> None:
    path = with_secret(tmp_path, "file:s")

    assert verdict(path, "secret")[0] is Verdict.FAIL
    file_with(tmp_path, 0o644, "s")
    assert "is open to others" in verdict(path, "secret")[1]


def test_a_credential_is_looked_for_where_systemd_takes_it_from(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    path = with_secret(tmp_path, "cred:cmtel-no-such")

    found, text = verdict(path, "secret")

    assert found is Verdict.FAIL
    assert "no credential cmtel-no-such" in text


def test_what_a_service_cannot_have_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMTEL_TEST_SECRET", "x")
    path = with_secret(tmp_path, "env:CMTEL_TEST_SECRET")
    ((probe,),) = secret_probes(site_of(tmp_path, path, own_account()))

    assert verdict(path, "secret")[0] is Verdict.OK
    assert probe.look().verdict is Verdict.WARN


def test_the_groups_that_a_service_gives_its_account_count(open_folder: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    path = file_with(open_folder, 0o040)
    user = next(each.pw_name for each in pwd.getpwall() if each.pw_uid not in (0, os.geteuid()))

    assert account_called(user, (group,)).may(path, READ).is_allowed


def test_a_service_manager_that_does_not_answer_is_told(tmp_path: Path) -> None:
    class Silent(FakeServices):
        def look(self, name: str) -> ServiceStatus:
            raise ServiceError("systemctl does not answer.")

    path = settings_file(tmp_path, journal(tmp_path, SOURCE))

    finding = account_finding(make_site(path, load_config(str(path)), SystemClock(), Silent()))

    assert finding.verdict is Verdict.FAIL
    assert finding.details[0] == "systemctl does not answer."
