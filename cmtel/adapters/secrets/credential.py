"""Secrets that systemd hands to a service: ``cred:NAME``.

Whoever sets one writes a file that only its owner reads, root's /etc/cmtel/credentials/NAME; the
unit names it, and the service sees a copy in a folder of its own.

Source: systemd.exec(5), "LoadCredential=" and "CREDENTIALS_DIRECTORY"; systemd-creds(1).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from cmtel.adapters.secrets.file import MAX_SECRET_BYTES, secret_of
from cmtel.adapters.secrets.private_files import is_there, read_limited, write_private
from cmtel.config.secret import Secret
from cmtel.errors import AccessDenied, ConfigError

_VARIABLE = "CREDENTIALS_DIRECTORY"


class CredentialSecrets:
    """Reads the credentials of the service that this process is; keeps them for its unit."""

    def __init__(self, environment: Mapping[str, str], folder: Path) -> None:
        """``folder``: of the files that units name; systemd reads them as root."""
        self._environment = environment
        self._folder = folder

    def read(self, name: str) -> Secret:
        """Return the credential; see SecretReader.

        Outside a service the file itself is read, for those who may: so a check by root works.
        """
        given = self._environment.get(_VARIABLE)
        path = Path(given or self._folder, name)
        if not is_there(path):
            where = "The service has" if given else f"In {self._folder} there is"
            raise ConfigError(f"{where} no credential {name}.", hint=_hint(name))
        reference = f"cred:{name}"
        return secret_of(read_limited(path, MAX_SECRET_BYTES, "The credential"), reference)

    def write(self, name: str, secret: Secret) -> None:
        """Write the file that the unit's LoadCredential names (0600); see SecretStore."""
        data = secret.reveal().encode("utf-8")
        write_private(self._folder / name, data, "The credential", replace=True)

    def remove(self, name: str) -> bool:
        """Delete that file; see SecretStore."""
        path = self._folder / name
        try:
            path.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AccessDenied(f"The credential {path} cannot be deleted.") from error
        return True


def _hint(name: str) -> str:
    return f"Store it with 'cmtel secret set cred:{name}', and install the service again."
