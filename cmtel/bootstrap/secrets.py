"""Secrets by their references: set, remove, and whether those of the settings resolve."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.bootstrap.config import (
    known_to,
    load_config,
    locate_config,
    resolve_secret,
    secret_store,
)
from cmtel.errors import CmtelError, UsageError

if TYPE_CHECKING:
    from cmtel.config.secret import Secret, SecretRef


@dataclass(frozen=True, slots=True)
class UsedSecret:
    """A reference in the settings file, and whether there is a secret behind it.

    Attributes:
        setting: Where it stands, as a path.
        reference: The reference itself.
        problem: Why it does not resolve; None if it does.
    """

    setting: str
    reference: str
    problem: str | None


def read_reference(text: str, config_path: str | None) -> SecretRef:
    """Return the reference; a relative ``file:`` counts from the settings file, as it does there.

    Raises:
        UsageError: It is no reference. Its text is not repeated: it may be the secret.
    """
    from cmtel.config.secret import SecretReference

    settings_file = locate_config(config_path)
    folder = settings_file.parent if settings_file is not None else Path.cwd()
    try:
        return SecretReference().read(text, known_to(folder))
    except ValueError as error:
        hint = "For example: cmtel secret set file:database.secret"
        raise UsageError(f"The reference {error}.", hint=hint) from error


def set_secret(reference: SecretRef, secret: Secret) -> None:
    """Store a secret; see SecretStore.write."""
    secret_store(reference.scheme).write(reference.name, secret)


def check_settable(reference: SecretRef) -> None:
    """Raise what :func:`set_secret` would for a place that cannot be written, before asking."""
    if reference.scheme == "env":
        from cmtel.config.secret import Secret

        set_secret(reference, Secret(""))


def remove_secret(reference: SecretRef) -> bool:
    """Forget a secret; False if there was none; see SecretStore.remove."""
    return secret_store(reference.scheme).remove(reference.name)


def used_secrets(config_path: str | None) -> list[UsedSecret]:
    """Return the references of the settings file, in its order, each tried.

    Raises:
        ConfigError: The settings file is not usable.
    """
    from cmtel.config.advice import secret_references

    found = secret_references(load_config(config_path))
    return [UsedSecret(path, str(reference), _problem(reference)) for path, reference in found]


def _problem(reference: SecretRef) -> str | None:
    try:
        resolve_secret(reference)
    except CmtelError as error:
        return f"{error.message} {error.hint or ''}".strip()
    return None
