"""Texts from the Windows registry."""

from __future__ import annotations

import importlib
import sys
from typing import Any

from cmtel.errors import AccessDenied, ConfigError

#: The roots as settings name them; winreg's names of them.
_ROOTS = {
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKCU": "HKEY_CURRENT_USER",
    "HKU": "HKEY_USERS",
    "HKCR": "HKEY_CLASSES_ROOT",
}


def registry_text(path: str) -> str:
    r"""Return a value of the registry as text, variables expanded.

    Args:
        path: Root, key and value, as in ``HKLM\SOFTWARE\Vendor\Identificador do Hotel``. Where the
            64-bit registry has none, that of 32-bit programs is looked into.

    Raises:
        ConfigError: There is no such value, it is no text or number, or this is not Windows.
        AccessDenied: This user may not read it.
    """
    root, key, name = _parts(path)
    if sys.platform != "win32":
        raise ConfigError(f"There is no registry here to read {path} from.", hint="Give an id.")
    registry: Any = importlib.import_module("winreg")
    for view in (registry.KEY_WOW64_64KEY, registry.KEY_WOW64_32KEY):
        try:
            with registry.OpenKey(getattr(registry, root), key, 0, registry.KEY_READ | view) as at:
                value, kind = registry.QueryValueEx(at, name)
        except FileNotFoundError:
            continue
        except PermissionError as exc:
            raise AccessDenied(f"The registry value {path} may not be read.") from exc
        if kind == registry.REG_EXPAND_SZ:
            value = registry.ExpandEnvironmentStrings(value)
        if not isinstance(value, str | int):
            raise ConfigError(f"The registry value {path} is neither text nor number.")
        return str(value).strip()
    raise ConfigError(
        f"The registry has no value {path}.",
        hint="Its path is the key, then the name of the value, as regedit shows them.",
    )


def _parts(path: str) -> tuple[str, str, str]:
    root, _, rest = path.partition("\\")
    key, _, name = rest.rpartition("\\")
    full = _ROOTS.get(root.upper(), root.upper())
    if full not in _ROOTS.values() or not key or not name:
        raise ConfigError(
            f"{path} is no path of a registry value.",
            hint=r"For example HKLM\SOFTWARE\Vendor\Identificador do Hotel.",
        )
    return full, key, name
