"""The five prerequisites of the original, each well and not well."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.services.doctor import Verdict
from tests.integration.doctor.examined import (
    MAIL,
    SOURCE,
    examined,
    journal,
    settings_file,
    the,
    verdict,
)

FIVE = ["user-rights", "mail-settings", "xml-settings", "database-login", "hotel-id"]


def test_the_five_are_named_in_their_order_and_can_all_be_well(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret")
    (tmp_path / "secret").chmod(0o600)
    database = '<Database url="postgresql://h/d" user="cmtel" secretRef="file:secret"/>'
    hotel = '<Hotel id="H042" name="Atlântico"/>'
    path = settings_file(tmp_path, hotel + database + journal(tmp_path, SOURCE, MAIL))

    found = examined(path, *FIVE)

    assert [each.name for each in found] == FIVE
    assert {each.finding.verdict for each in found} == {Verdict.OK}
    assert the(found, "hotel-id").text == "H042"
    assert "password by file:" in the(found, "database-login").text
    assert "s3cret" not in repr(found)


def test_settings_that_cannot_be_read_are_the_failure_and_the_rest_is_not_checked(
    tmp_path: Path,
) -> None:
    path = settings_file(tmp_path, "<Check every='never'/><Nonsense/>")

    found = examined(path)

    assert [each.name for each in found] == FIVE
    assert the(found, "xml-settings").verdict is Verdict.FAIL
    assert len(the(found, "xml-settings").details) == 2
    others = {each.finding.verdict for each in found if each.name != "xml-settings"}
    assert others == {Verdict.WARN}


def test_a_missing_file_is_told_with_its_cure(tmp_path: Path) -> None:
    finding = the(examined(tmp_path / "none.xml"), "xml-settings")

    assert finding.verdict is Verdict.FAIL
    assert "none.xml does not exist" in finding.text


def test_settings_that_lack_what_a_job_needs_fail(tmp_path: Path) -> None:
    finding = the(examined(settings_file(tmp_path, MAIL), "xml-settings"), "xml-settings")

    assert finding.verdict is Verdict.FAIL
    assert any("Feed" in line for line in finding.details)


def test_warnings_of_the_settings_are_warnings(tmp_path: Path) -> None:
    content = '<Check every="10s"/><Database url="sqlite:///x.db"/>' + journal(tmp_path, SOURCE)
    finding = the(examined(settings_file(tmp_path, content), "xml-settings"), "xml-settings")

    assert finding.verdict is Verdict.WARN
    assert "less than 1m" in finding.details[0]


@pytest.mark.parametrize(
    ("content", "wanted", "text"),
    [
        ('<Mail from="c@x.test"><Server host="h"/></Mail>', Verdict.FAIL, "nobody could be mailed"),
        (MAIL, Verdict.OK, "from c@x.test through 127.0.0.1 to 1 recipient"),
        (f"<Journal>{SOURCE}</Journal>", Verdict.OK, "none: the settings are for the journal"),
    ],
)
def test_mail_settings(tmp_path: Path, content: str, wanted: Verdict, text: str) -> None:
    found, said = verdict(settings_file(tmp_path, content), "mail-settings")

    assert (found, said[: len(text)]) == (wanted, text)


@pytest.mark.parametrize(
    ("database", "wanted", "text"),
    [
        ("", Verdict.FAIL, "the settings name no database"),
        ('<Database url="sqlite:///x.db"/>', Verdict.OK, "not needed"),
        ('<Database url="postgresql://h/d"/>', Verdict.FAIL, "neither user nor password"),
        ('<Database url="postgresql://h/d" user="u"/>', Verdict.WARN, "user u, and no password"),
        ('<Database url="odbc:DSN=x"/>', Verdict.WARN, "no password is given"),
        ('<Database url="postgresql://u:hunter2@h/d"/>', Verdict.WARN, "user as in the URL, and"),
        (
            '<Database url="mysql://h/d" user="u" password="hunter2"/>',
            Verdict.WARN,
            "user u, and the password stands in the file",
        ),
        (
            '<Database url="mysql://h/d" user="u" secretRef="file:none"/>',
            Verdict.FAIL,
            "The secret file",
        ),
    ],
)
def test_database_user_and_password(
    tmp_path: Path, database: str, wanted: Verdict, text: str
) -> None:
    path = settings_file(tmp_path, database + journal(tmp_path, SOURCE))

    found, said = verdict(path, "database-login")

    assert (found, said[: len(text)]) == (wanted, text)
    assert "hunter2" not in said


def test_a_site_without_identifier_is_a_warning(tmp_path: Path) -> None:
    assert verdict(settings_file(tmp_path, MAIL), "hotel-id")[0] is Verdict.WARN


def test_a_registry_key_can_be_read_on_windows_only(tmp_path: Path) -> None:
    path = settings_file(tmp_path, r'<Hotel registryKey="HKLM\SOFTWARE\CmTel\Hotel"/>' + MAIL)

    found, text = verdict(path, "hotel-id")

    assert found is Verdict.FAIL
    assert "There is no registry here" in text
