"""A service's command line: cut into the words that it was made of, whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cmtel.adapters.service_managers.windows_access import (
    operators_of,
    service_rights,
    service_sid,
)
from cmtel.adapters.service_managers.windows_command import (
    config_file_of,
    image_path,
    is_ours,
    words_of,
)

PROGRAM = st.text("abcü \\.:()", min_size=1).filter(lambda text: not text.endswith("\\"))
WORDS = st.lists(st.text('ab ü"\\\t%$'))


@given(PROGRAM, WORDS)
def test_the_words_come_back(program: str, others: list[str]) -> None:
    assert words_of(image_path([program, *others])) == [program, *others]


@pytest.mark.parametrize(
    ("line", "words"),
    [  # "Parsing C command-line arguments" of Microsoft Learn
        (r'x "a b c" d e', ["x", "a b c", "d", "e"]),
        (r'x "ab\"c" "\\" d', ["x", 'ab"c', "\\", "d"]),
        (r'x a\\\b d"e f"g h', ["x", r"a\\\b", "de fg", "h"]),
        (r"x a\\\"b c d", ["x", r"a\"b", "c", "d"]),
        (r'x a\\\\"b c" d e', ["x", r"a\\b c", "d", "e"]),
        (r'"C:\Program Files\x.exe" ""', [r"C:\Program Files\x.exe", ""]),
    ],
)
def test_lines_are_cut_as_windows_cuts_them(line: str, words: list[str]) -> None:
    assert words_of(line) == words


def test_the_program_is_always_quoted() -> None:
    assert image_path([r"C:\python.exe", "-m", "cmtel"]) == r'"C:\python.exe" -m cmtel'
    with pytest.raises(ValueError, match="no path"):
        image_path(['C:\\"python.exe'])


@pytest.mark.parametrize(
    ("line", "is_so"),
    [
        (r'"C:\py\python.exe" -P -m cmtel --config "C:\a b.xml" notifier service', True),
        (r'"C:\py\python.exe" -m cmtel journal service', True),
        (r'"C:\py\python.exe" -m cmtel notifier run', False),
        (r"C:\Vendor\CmTelNotifier.exe", False),
        (r'"C:\Program Files\Vendor\cmtel.exe" service', False),
        ("", False),
    ],
)
def test_ours_is_what_runs_cmtel_as_a_service(line: str, *, is_so: bool) -> None:
    assert is_ours(line) is is_so


def test_the_settings_file_stands_in_the_command_line() -> None:
    assert config_file_of(r'"p.exe" -m cmtel --config "C:\a b.xml" notifier service') == (
        r"C:\a b.xml"
    )
    assert config_file_of('"p.exe" -m cmtel notifier service') == ""


def test_the_identifier_of_a_services_account_is_that_of_windows() -> None:
    assert service_sid("TrustedInstaller") == (
        "S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464"
    )


@pytest.mark.parametrize("group", ["", "S-1-5-32-545"])
def test_operators_are_read_back(group: str) -> None:
    assert operators_of(service_rights(group)) == group
