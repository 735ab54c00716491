"""Values of the Windows registry, by a library that is like winreg."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from cmtel.adapters.registry_value import read_registry
from cmtel.errors import AccessDenied, ConfigError

KEY = r"SOFTWARE\CmTel"
PATH = rf"HKLM\{KEY}\Hotel"


@dataclass
class Registry:
    """winreg, as far as it is used: values by view, key and name."""

    values: dict[tuple[int, str, str], object] = field(default_factory=dict)
    is_denied: bool = False
    HKEY_LOCAL_MACHINE: int = 1
    HKEY_CURRENT_USER: int = 2
    KEY_READ: int = 0x20019
    KEY_WOW64_64KEY: int = 0x100
    KEY_WOW64_32KEY: int = 0x200

    @contextmanager
    def OpenKey(self, root: int, key: str, _zero: int, access: int) -> Iterator[tuple[int, str]]:  # noqa: N802 - winreg's name
        if self.is_denied:
            raise PermissionError
        assert root == self.HKEY_LOCAL_MACHINE
        yield access & 0x300, key

    def QueryValueEx(self, opened: tuple[int, str], name: str) -> tuple[object, int]:  # noqa: N802 - winreg's name
        if (*opened, name) not in self.values:
            raise FileNotFoundError
        return self.values[*opened, name], 1


@pytest.mark.parametrize("path", [PATH, PATH.replace("HKLM", "HKEY_LOCAL_MACHINE")])
@pytest.mark.parametrize(("value", "text"), [("H042 ", "H042"), (42, "42")])
def test_a_value_is_a_text(path: str, value: object, text: str) -> None:
    assert read_registry(path, Registry({(0, KEY, "Hotel"): value})) == text


def test_the_keys_of_a_32_bit_program_are_found() -> None:
    assert read_registry(PATH, Registry({(0x200, KEY, "Hotel"): "H7"})) == "H7"


@pytest.mark.parametrize(
    ("registry", "path", "message"),
    [
        (Registry(), PATH, "There is no registry value"),
        (Registry({(0, KEY, "Hotel"): " "}), PATH, "is empty"),
        (Registry(), r"HKEY_NONE\A\B", "There is no part HKEY_NONE"),
    ],
)
def test_what_is_not_there_is_an_error(registry: Registry, path: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_registry(path, registry)


def test_what_may_not_be_read_is_another_error() -> None:
    with pytest.raises(AccessDenied, match="cannot be read by this user"):
        read_registry(PATH, Registry(is_denied=True))


def test_elsewhere_there_is_no_registry() -> None:
    assert sys.platform != "win32"
    with pytest.raises(ConfigError, match="on Windows only"):
        read_registry(PATH)
