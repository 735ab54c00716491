"""The text of a unit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.adapters.service_managers.systemd_unit import MARK, quoted, unit_text
from cmtel.domain.service_states import NOTIFIER, ServiceDefinition

WANTED = ServiceDefinition(
    NOTIFIER, "Serviço de Notificação", "Tells.",
    ("/opt/cm tel/bin/python", "-m", "cmtel", "--config", "/etc/cmtel/50 % ü.xml", "notifier",
     "run"),
)  # fmt: skip


def lines(wanted: ServiceDefinition = WANTED, *, is_user: bool = False) -> list[str]:
    return unit_text(wanted, is_user=is_user).splitlines()


def test_it_says_who_wrote_it_and_begins_with_that() -> None:
    assert unit_text(WANTED).startswith(MARK)


def test_paths_with_blanks_percent_and_umlauts_stay_one_word() -> None:
    expected = '"/opt/cm tel/bin/python" "-m" "cmtel" "--config" "/etc/cmtel/50 %% ü.xml"'
    assert f'ExecStart={expected} "notifier" "run"' in lines()


def test_it_runs_as_an_account_without_rights() -> None:
    assert "User=cmtel" in lines()
    assert "User=tel" in lines(WANTED._replace(account="tel"))
    assert "Group=cmtel" not in lines(WANTED._replace(account="tel"))


def test_a_users_own_unit_changes_no_account_and_starts_with_him() -> None:
    text = lines(is_user=True)
    assert not [line for line in text if line.startswith(("User=", "Protect"))]
    assert "WantedBy=default.target" in text


def test_devices_and_groups_are_those_that_are_named() -> None:
    wanted = WANTED._replace(devices=("/dev/ttyUSB0",), groups=("dialout", "asterisk"))
    text = lines(wanted)
    assert "DeviceAllow=/dev/ttyUSB0 rw" in text
    assert "SupplementaryGroups=dialout asterisk" in text
    assert "PrivateDevices=yes" not in text
    assert "PrivateDevices=yes" in lines()


def test_credentials_are_handed_over_by_systemd() -> None:
    wanted = WANTED._replace(credentials=(("mail", "/etc/cmtel/secrets/mail"),))
    assert "LoadCredential=mail:/etc/cmtel/secrets/mail" in lines(wanted)


def test_every_hardening_directive_has_its_reason() -> None:
    text = lines()
    first = text.index("NoNewPrivileges=yes")
    for number in range(first, text.index("PrivateDevices=yes") + 1, 2):
        assert text[number - 1].startswith("# ")


@given(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_a_quoted_word_is_read_back_as_it_was(word: str) -> None:
    inner = quoted(word)[1:-1]
    plain = inner.replace("%%", "%").replace("$$", "$")
    assert plain.replace('\\"', '"').replace("\\\\", "\\") == word or "\\" in word
    assert quoted(word)[0] == quoted(word)[-1] == '"'


def test_control_characters_are_refused() -> None:
    with pytest.raises(ValueError, match="control"):
        quoted("a\nb")


def test_a_name_cannot_add_a_line() -> None:
    text = lines(WANTED._replace(display_name="x\nUser=root"))
    assert "User=root" not in text
