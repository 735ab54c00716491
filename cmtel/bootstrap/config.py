"""From a path to settings, and from a reference to a secret."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.bootstrap.folders import credentials_folder, places, state_folder
from cmtel.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from cmtel.config.kinds import Known
    from cmtel.config.model import Config
    from cmtel.config.secret import Secret, SecretRef
    from cmtel.services.secret_ports import SecretStore


def locate_config(config_path: str | None) -> Path | None:
    """Return the absolute path of the settings file, which need not exist if it was named.

    Args:
        config_path: What ``--config`` or CMTEL_CONFIG say; None: the platform's places, of
            which the first that exists counts; None is returned if none does.
    """
    from cmtel.adapters.secrets.private_files import is_there

    if config_path is not None:
        return Path(config_path).absolute()
    files = map(Path, places().settings_files)
    return next((path for path in files if is_there(path)), None)


def load_config(config_path: str | None) -> Config:
    """Return the settings, checked.

    Raises:
        ConfigError: There is no file, it is another program's, or it has problems: every one.
        AccessDenied: This user may not read it.
    """
    path = locate_config(config_path)
    if path is None:
        looked = ", ".join(map(str, places().settings_files))
        hint = "'cmtel init' writes one; --config names another place."
        raise ConfigError(f"There is no settings file; looked for {looked}.", hint=hint)
    return _load(path)


def load_config_or_defaults(config_path: str | None) -> Config:
    """Return the settings, or all defaults if no file was named and there is none of ours.

    For commands that can do with their options alone.
    """
    from cmtel.config.load import ForeignSettings
    from cmtel.config.model import Config

    path = locate_config(config_path)
    if path is None:
        return Config(version="1")
    try:
        return _load(path)
    except ForeignSettings:
        if config_path is not None:
            raise
        return Config(version="1")


def known_to(folder: Path) -> Known:
    """Return what a settings file in ``folder`` is checked against."""
    from cmtel.adapters.country_numbers import KnownCountries
    from cmtel.config.kinds import Known
    from cmtel.formats import registry

    formats = frozenset(registry.names())
    return Known(folder, os.environ, formats, KnownCountries())


def secret_store(scheme: str) -> SecretStore:
    """Return the store for the references of ``scheme``."""
    from cmtel.adapters.secrets.credential import CredentialSecrets
    from cmtel.adapters.secrets.dpapi import DpapiSecrets, WindowsProtector
    from cmtel.adapters.secrets.environment import EnvironmentSecrets
    from cmtel.adapters.secrets.file import FileSecrets
    from cmtel.adapters.secrets.keyring import KeyringSecrets

    if scheme == "env":
        return EnvironmentSecrets(os.environ)
    if scheme == "file":
        return FileSecrets()
    if scheme == "cred":
        return CredentialSecrets(os.environ, credentials_folder())
    if scheme == "keyring":
        return KeyringSecrets()
    return DpapiSecrets(state_folder() / "secrets", WindowsProtector())


def resolve_secret(reference: SecretRef) -> Secret:
    """Return the secret that ``reference`` names.

    Raises:
        ConfigError, MissingExtra, AccessDenied: It cannot be had; the hint says the cure.
    """
    return secret_store(reference.scheme).read(reference.name)


def resolve_password(password: Secret | None, reference: SecretRef | None) -> Secret | None:
    """Return the literal or the referenced secret of a section, or None if it has neither."""
    return resolve_secret(reference) if reference is not None else password


def _load(path: Path) -> Config:
    from cmtel.adapters.secrets.private_files import read_limited
    from cmtel.config.load import MAX_FILE_BYTES, load
    from cmtel.config.parse import parse

    data = read_limited(path, MAX_FILE_BYTES, "The settings file")
    config = parse(load(data, str(path)), known_to(path.parent))
    problems = [*_decoder_problems(config), *_session_problems(config)]
    if problems:
        message = f"{path} has problems in the options of formats."
        raise ConfigError(message, source=str(path), problems=problems)
    return config


def _decoder_problems(config: Config) -> Iterator[str]:
    """What the formats themselves say about their options."""
    from cmtel.formats import registry
    from cmtel.formats.seam import DecodeOptions

    for index, source in enumerate(config.journal.sources):
        values = {option.name: option.value for option in source.options}
        zone = source.time_zone or config.time_zone
        try:
            registry.get(source.format).make_decoder(DecodeOptions(zone, source.year_hint, values))
        except UsageError as error:
            yield f"CmTelNotifier/Journal/Source[{index + 1}]/Option: {error.message}"


def _session_problems(config: Config) -> Iterator[str]:
    """What the sessions of the switches say about their options; no secret is looked up."""
    from cmtel.bootstrap.sessions import session_for
    from cmtel.config.advice import logs_in
    from cmtel.domain.source_address import SourceKind
    from cmtel.formats import registry
    from cmtel.formats.session import Login

    for index, source in enumerate(config.journal.sources):
        has_secret = source.password is not None or source.secret_ref is not None
        login = Login(source.user, "?" if has_secret else None) if logs_in(source) else Login()
        options = {each.name: each.value for each in source.source_options}
        try:
            session_for(registry.get(source.format), SourceKind(source.kind), options, login)
        except UsageError as error:
            yield f"CmTelNotifier/Journal/Source[{index + 1}]: {error.message}"
