"""Secrets in files of their own: ``file:PATH``, readable by their owner only."""

from __future__ import annotations

import shlex
import stat
import sys
from pathlib import Path

from cmtel.adapters.secrets.private_files import read_limited, write_private
from cmtel.config.secret import Secret
from cmtel.errors import AccessDenied, ConfigError

#: Keys and tokens have a few kilobytes at most.
MAX_SECRET_BYTES = 65_536


class FileSecrets:
    """One file a secret; one line end at its end is not part of it."""

    def read(self, name: str) -> Secret:
        """Return the file's content; see SecretReader. On POSIX others must not have access."""
        path = Path(name)
        data = read_limited(path, MAX_SECRET_BYTES, "The secret file")
        if sys.platform != "win32" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            message = f"The secret file {path} is open to others than its owner; it is not used."
            raise ConfigError(message, hint=f"chmod 600 {shlex.quote(str(path))}")
        return secret_of(data, f"file:{path}")

    def write(self, name: str, secret: Secret) -> None:
        """Write the file (0600); see SecretStore."""
        data = secret.reveal().encode("utf-8")
        write_private(Path(name), data, "The secret file", replace=True)

    def remove(self, name: str) -> bool:
        """Delete the file; see SecretStore."""
        try:
            Path(name).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AccessDenied(f"The secret file {name} cannot be deleted.") from error
        return True


def secret_of(data: bytes, reference: str) -> Secret:
    """Return the secret that the bytes of a file are.

    Raises:
        ConfigError: They are empty, too many, or no UTF-8.
    """
    if len(data) > MAX_SECRET_BYTES:
        raise ConfigError(f"The secret {reference} has more than {MAX_SECRET_BYTES} bytes.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # The error itself would show the bytes.
        raise ConfigError(f"The secret {reference} is no UTF-8.") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ConfigError(f"The secret {reference} is empty.")
    return Secret(text)
