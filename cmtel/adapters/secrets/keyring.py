"""Secrets in the user's keyring: ``keyring:SERVICE/NAME``, through the package keyring.

A keyring belongs to a user who is logged in, so a service cannot read it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cmtel.config.secret import Secret
from cmtel.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend


class KeyringSecrets:
    """The keyring that the package finds, or the one given."""

    def __init__(self, backend: KeyringBackend | None = None) -> None:
        self._given = backend

    def read(self, name: str) -> Secret:
        """Return the entry; see SecretReader."""
        with _told(name):
            value = self._backend().get_password(*_split(name))
        if not value:
            hint = f"cmtel secret set keyring:{name}"
            raise ConfigError(f"The keyring has no secret keyring:{name}.", hint=hint)
        return Secret(value)

    def write(self, name: str, secret: Secret) -> None:
        """Make or change the entry; see SecretStore."""
        with _told(name):
            self._backend().set_password(*_split(name), secret.reveal())

    def remove(self, name: str) -> bool:
        """Delete the entry; see SecretStore."""
        with _told(name):
            if self._backend().get_password(*_split(name)) is None:
                return False
            self._backend().delete_password(*_split(name))
        return True

    def _backend(self) -> KeyringBackend:
        if self._given is None:
            import keyring

            self._given = keyring.get_keyring()
        return self._given


def _split(name: str) -> tuple[str, str]:
    service, _, entry = name.partition("/")
    return service, entry


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    """Translate a missing package and what the keyring says into errors of ours."""
    try:
        from keyring.errors import KeyringError, NoKeyringError
    except ImportError as error:
        hint = "pip install 'cmtel[keyring]'"
        raise MissingExtra(f"keyring:{name} needs the package keyring.", hint=hint) from error
    try:
        yield
    except NoKeyringError as error:
        hint = "Use file:, cred: or dpapi: for a service."
        raise ConfigError("There is no keyring on this machine.", hint=hint) from error
    except KeyringError as error:
        raise ConfigError(f"The keyring refused keyring:{name}.") from error
