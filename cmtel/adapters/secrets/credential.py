"""Secrets that systemd hands to a service: ``cred:NAME``.

Source: systemd.exec(5), "LoadCredential=" and "CREDENTIALS_DIRECTORY"; systemd-creds(1).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cmtel.adapters.secrets.file import MAX_SECRET_BYTES, secret_of
from cmtel.adapters.secrets.private_files import is_there, read_limited
from cmtel.config.secret import Secret
from cmtel.errors import ConfigError, UsageError

_VARIABLE = "CREDENTIALS_DIRECTORY"


class CredentialSecrets:
    """Reads the credentials of the service that this process is."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def read(self, name: str) -> Secret:
        """Return the credential; see SecretReader."""
        folder = self._environment.get(_VARIABLE)
        if not folder:
            message = f"The secret cred:{name} can only be read in a service of systemd."
            raise ConfigError(message, hint=_hint(name))
        path = Path(folder, name)
        if not is_there(path):
            raise ConfigError(f"The service has no credential {name}.", hint=_hint(name))
        reference = f"cred:{name}"
        return secret_of(read_limited(path, MAX_SECRET_BYTES, "The credential"), reference)

    def write(self, name: str, secret: Secret) -> None:
        """Refuse; see SecretStore."""
        del secret
        raise UsageError(f"cred:{name} cannot be set from here.", hint=_hint(name))

    def remove(self, name: str) -> bool:
        """Refuse; see SecretStore."""
        raise UsageError(f"cred:{name} cannot be removed from here.", hint=_hint(name))


def _hint(name: str) -> str:
    return (
        f"Make it with 'systemd-creds encrypt --name={name} - FILE' and name it in the unit: "
        f"LoadCredentialEncrypted={name}:FILE."
    )
