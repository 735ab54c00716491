"""What can be said of a registry path without a registry."""

from __future__ import annotations

import sys

import pytest

from cmtel.adapters.windows_registry import registry_text
from cmtel.errors import ConfigError


@pytest.mark.parametrize("path", ["", "HKLM", r"HKLM\Value", r"HKXX\Key\Value", r"\Key\Value"])
def test_what_is_no_path_is_told(path: str) -> None:
    with pytest.raises(ConfigError, match="no path of a registry value"):
        registry_text(path)


@pytest.mark.skipif(sys.platform == "win32", reason="there is a registry")
def test_without_a_registry_an_id_is_the_cure() -> None:
    with pytest.raises(ConfigError) as caught:
        registry_text(r"HKLM\SOFTWARE\Hotel\Identificador do Hotel")

    assert "Identificador do Hotel" in caught.value.message
    assert "id" in str(caught.value.hint)
