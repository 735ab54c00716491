"""One value of the Windows registry, as the original program keeps 'Identificador do Hotel'.

The path is HIVE\\KEY\\...\\VALUE. A 32-bit program's keys lie apart on a 64-bit Windows; both
places are looked at, our own first.

Source: Microsoft, "Registry Key Security and Access Rights" (KEY_WOW64_32KEY, KEY_WOW64_64KEY).
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

from cmtel.errors import AccessDenied, ConfigError

_HIVES = {"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER"}


def read_registry(path: str, library: Any = None) -> str:
    """Return the text or number that a registry value has.

    Args:
        library: What has the functions of ``winreg``, which it is unless given.

    Raises:
        ConfigError: There is no such value, or no registry.
        AccessDenied: This user may not read it.
    """
    if library is None:
        if sys.platform != "win32":
            raise ConfigError(
                f"The registry value {path} can be read on Windows only.",
                hint='Give the identifier itself: <Hotel id="..."/>.',
            )
        library = importlib.import_module("winreg")
    hive, _, rest = path.partition("\\")
    key, _, name = rest.rpartition("\\")
    root = getattr(library, _HIVES.get(hive, hive), None)
    if root is None:
        raise ConfigError(f"There is no part {hive} of the registry, as in {path}.")
    for view in (0, library.KEY_WOW64_64KEY, library.KEY_WOW64_32KEY):
        try:
            with library.OpenKey(root, key, 0, library.KEY_READ | view) as opened:
                value, _kind = library.QueryValueEx(opened, name)
        except PermissionError as exc:
            raise AccessDenied(f"The registry value {path} cannot be read by this user.") from exc
        except OSError:
            continue
        text = str(value).strip()
        if text:
            return text
        raise ConfigError(f"The registry value {path} is empty.")
    raise ConfigError(
        f"There is no registry value {path}.",
        hint='Correct Hotel/@registryKey, or give the identifier itself: <Hotel id="..."/>.',
    )
