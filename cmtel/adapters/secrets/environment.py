"""Secrets in environment variables: ``env:NAME``."""

from __future__ import annotations

from collections.abc import Mapping

from cmtel.config.secret import Secret
from cmtel.errors import ConfigError, UsageError


class EnvironmentSecrets:
    """Reads variables of this process; it cannot set those of another."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def read(self, name: str) -> Secret:
        """Return the variable's value; see SecretReader."""
        value = self._environment.get(name)
        if not value:
            state = "not set" if value is None else "empty"
            raise ConfigError(f"The secret env:{name} is {state} in the environment.")
        return Secret(value)

    def write(self, name: str, secret: Secret) -> None:
        """Refuse; see SecretStore."""
        del secret
        raise UsageError(f"env:{name} cannot be set from here.", hint=_hint(name))

    def remove(self, name: str) -> bool:
        """Refuse; see SecretStore."""
        raise UsageError(f"env:{name} cannot be removed from here.", hint=_hint(name))


def _hint(name: str) -> str:
    return f"Set {name} where the program is started: in the shell, or the service's definition."
