"""Secrets protected by Windows for this machine: ``dpapi:NAME``.

The protected bytes are a file in a folder of cmtel's own. Machine scope means that any account of
this machine that can read the file can unprotect it; hence the folder is for SYSTEM,
administrators and its maker only. A service under an account of its own needs the right to read.

Source: Microsoft CryptProtectData, "CRYPTPROTECT_LOCAL_MACHINE".
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any, Protocol

from cmtel.adapters.secrets.file import MAX_SECRET_BYTES, secret_of
from cmtel.adapters.secrets.private_files import (
    is_there,
    make_private_folder,
    read_limited,
    write_private,
)
from cmtel.config.secret import Secret
from cmtel.errors import AccessDenied, ConfigError, MissingExtra

#: CRYPTPROTECT_UI_FORBIDDEN: a service has nobody to ask.
_UI_FORBIDDEN = 0x1
#: CRYPTPROTECT_LOCAL_MACHINE.
_LOCAL_MACHINE = 0x4
#: SYSTEM, administrators and the owner have all rights, and pass them on; nothing comes from
#: above (SDDL).
_SDDL = "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FA;;;OW)"


class Protector(Protocol):
    """What protects and unprotects bytes."""

    def protect(self, data: bytes) -> bytes: ...

    def unprotect(self, data: bytes) -> bytes: ...

    def close_to_others(self, folder: Path) -> None:
        """Leave a folder, and what will be in it, to owner, SYSTEM and administrators."""


class DpapiSecrets:
    """Protected files in one folder."""

    def __init__(self, folder: Path, protector: Protector) -> None:
        self._folder = folder
        self._protector = protector

    def read(self, name: str) -> Secret:
        """Return the unprotected secret; see SecretReader."""
        path = self._path(name)
        if not is_there(path):
            hint = f"cmtel secret set dpapi:{name}"
            raise ConfigError(f"There is no secret dpapi:{name} on this machine.", hint=hint)
        data = read_limited(path, 2 * MAX_SECRET_BYTES, "The protected secret")
        return secret_of(self._protector.unprotect(data), f"dpapi:{name}")

    def write(self, name: str, secret: Secret) -> None:
        """Protect and keep it; see SecretStore."""
        data = self._protector.protect(secret.reveal().encode("utf-8"))
        if not is_there(self._folder):
            make_private_folder(self._folder)
            # Only once: a service's account may be given the right to read later.
            self._protector.close_to_others(self._folder)
        write_private(self._path(name), data, "The protected secret", replace=True)

    def remove(self, name: str) -> bool:
        """Delete the file; see SecretStore."""
        path = self._path(name)
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AccessDenied(f"The protected secret {path} cannot be deleted.") from error
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.dpapi"


class WindowsProtector:
    """DPAPI with machine scope, through pywin32."""

    def protect(self, data: bytes) -> bytes:
        """Return the protected bytes."""
        flags = _LOCAL_MACHINE | _UI_FORBIDDEN
        made: bytes = _pywin32("win32crypt").CryptProtectData(
            data, "cmtel", None, None, None, flags
        )
        return made

    def unprotect(self, data: bytes) -> bytes:
        """Return the bytes again.

        Raises:
            ConfigError: They were protected on another machine.
        """
        win32crypt = _pywin32("win32crypt")
        try:
            made: bytes = win32crypt.CryptUnprotectData(data, None, None, None, _UI_FORBIDDEN)[1]
        except _pywin32("pywintypes").error as error:
            message = "A protected secret cannot be unprotected; it was made on another machine."
            raise ConfigError(message, hint="Set it again with 'cmtel secret set'.") from error
        return made

    def close_to_others(self, folder: Path) -> None:
        """Give the folder a protected access list."""
        win32security = _pywin32("win32security")
        descriptor = win32security.ConvertStringSecurityDescriptorToSecurityDescriptor(
            _SDDL, win32security.SDDL_REVISION_1
        )
        what = win32security.DACL_SECURITY_INFORMATION
        win32security.SetFileSecurity(str(folder), what, descriptor)


def _pywin32(module: str) -> Any:
    if sys.platform != "win32":
        hint = "Use file:, cred: or env: on this system."
        raise ConfigError("dpapi: secrets exist on Windows only.", hint=hint)
    try:
        return importlib.import_module(module)
    except ImportError as error:
        hint = "pip install pywin32"
        raise MissingExtra("dpapi: secrets need the package pywin32.", hint=hint) from error
