"""The two services of cmtel: what their installation is, and the system's manager for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.clock import SystemClock
from cmtel.adapters.restart_note import RestartNote
from cmtel.bootstrap.config import load_config, locate_config
from cmtel.bootstrap.folders import credentials_folder, state_folder
from cmtel.domain.service_names import service_description, service_title
from cmtel.domain.service_states import (
    JOURNAL,
    NOTIFIER,
    ORIGINAL,
    ServiceDefinition,
    ServiceState,
    StartMode,
)
from cmtel.errors import ConfigError, UsageError
from cmtel.services.service_control import Done, ServiceControl

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.services.service_ports import ServiceManager


class Job(StrEnum):
    """What a service does."""

    NOTIFIER = "notifier"
    JOURNAL = "journal"

    @property
    def service_name(self) -> str:
        """The name under which it is installed, unless told otherwise."""
        return NOTIFIER if self is Job.NOTIFIER else JOURNAL

    def names(self, *, is_drop_in: bool) -> tuple[str, ...]:
        """Return the names under which it may be installed, the preferred one first."""
        if self is Job.JOURNAL or sys.platform != "win32":
            return (self.service_name,)
        return (ORIGINAL, NOTIFIER) if is_drop_in else (NOTIFIER, ORIGINAL)

    @property
    def words(self) -> tuple[str, ...]:
        """The command that runs it."""
        if sys.platform == "win32":
            return (self.value, "service")
        return ("notifier", "run") if self is Job.NOTIFIER else ("journal", "ingest")

    def missing(self, config: Config) -> list[str]:
        """Return what it cannot run without and the settings do not have."""
        from cmtel.config.advice import missing_for_journal, missing_for_notifier

        look = missing_for_notifier if self is Job.NOTIFIER else missing_for_journal
        return look(config)


@dataclass(frozen=True, slots=True)
class InstallWords:
    """The options of ``install``, as they were typed; language None: that of the settings.

    ``is_drop_in``: as ``CmTelNotifier /install``, under the original's name where that is free.
    """

    account: str = ""
    start: str = "auto"
    operators: str = ""
    groups: Sequence[str] = ()
    is_now: bool = False
    replaces: bool = False
    language: str | None = None
    is_drop_in: bool = False


def control(job: Job, *, is_user: bool = False, is_drop_in: bool = False) -> ServiceControl:
    """Return the verbs of a service: of ours that is installed, whatever its name.

    Args:
        is_user: A service of the calling user's own systemd.
        is_drop_in: The original's name is preferred.

    Raises:
        UsageError: This system has none of that kind.
    """
    found = manager(is_user=is_user)
    name = _name(found, job.names(is_drop_in=is_drop_in))
    note = RestartNote(state_folder())
    is_noted = job is Job.NOTIFIER  # whose operators are mailed that it was stopped
    before_restart = note.leave if is_noted else lambda: None
    return ServiceControl(found, SystemClock(), name, before_restart=before_restart)


def _name(found: ServiceManager, names: Sequence[str]) -> str:
    """Return the name under which one of ours is installed, else the preferred one."""
    if len(names) == 1:
        return names[0]
    for name in names:
        is_there = found.look(name).state is not ServiceState.NOT_INSTALLED
        if is_there and not found.foreign_owner(name):
            return name
    return names[0]


def manager(*, is_user: bool = False) -> ServiceManager:
    """Return the service manager of this system.

    Raises:
        UsageError: A user's own services are asked for where there are none.
    """
    if sys.platform == "win32":
        if is_user:
            raise UsageError("Windows has no services of a user's own.", hint="Leave --user out.")
        from cmtel.bootstrap.windows_services import windows_services

        return windows_services()
    from cmtel.adapters.service_managers.systemd import SystemdServices
    from cmtel.bootstrap.pausing import StoredPauses

    return SystemdServices(StoredPauses(is_user=is_user), is_user=is_user)


def install(job: Job, words: InstallWords, config_path: str | None, *, is_user: bool) -> Done:
    """Install a service for the settings file, or bring an installed one up to date.

    Raises:
        ConfigError: There were no settings (a commented file was made), they cannot be used, or
            a service of this name is not ours.
        UsageError: A word is not understood.
        AccessDenied, ServiceError, ServiceTimeout: The system refused, or did not follow.
    """
    start = _start_mode(words.start)
    path = _settings_file(config_path)
    verbs = control(job, is_user=is_user, is_drop_in=words.is_drop_in)
    wanted = definition(job, words, path, start)._replace(name=verbs.name)
    done = verbs.install(wanted, replaces=words.replaces)
    if not words.is_now:
        return done
    return done._replace(status=verbs.start().status)


def definition(job: Job, words: InstallWords, path: Path, start: StartMode) -> ServiceDefinition:
    """Return what the installation is to be, by options and settings.

    Raises:
        ConfigError: With these settings the service could not run: every reason.
    """
    config = load_config(str(path))
    problems = [*job.missing(config), *_missing_credentials(config)]
    if problems:
        raise ConfigError(
            f"{path} lacks what the {job} needs. Nothing was installed.",
            hint="Fill it in, and install again.", source=str(path), problems=problems,
        )  # fmt: skip
    language = words.language or config.language
    devices = _devices(config) if job is Job.JOURNAL else ()
    return ServiceDefinition(
        name=job.service_name,
        display_name=service_title(job.value, language),
        description=service_description(job.value, language),
        command=(sys.executable, "-P", "-m", "cmtel", "--config", str(path), *job.words),
        start=start,
        account=words.account,
        folders=_folders(config),
        groups=(*words.groups, *_groups_for(devices)),
        operators=words.operators,
        config_file=str(path),
        devices=devices,
        credentials=_credentials(config),
    )


def _settings_file(config_path: str | None) -> Path:
    """Return the settings file; where there is none, make a commented one and say what it lacks."""
    from cmtel.adapters.secrets.private_files import is_there
    from cmtel.bootstrap.init import write_settings
    from cmtel.config.starter import Wishes

    path = locate_config(config_path)
    if path is not None and is_there(path):
        return path
    written = write_settings(Wishes(), config_path, force=False)
    raise ConfigError(
        f"There were no settings; {written.path} has been made. Nothing was installed.",
        hint="Fill it in, look at it with 'cmtel config check', and install again.",
        source=str(written.path), problems=written.to_fill_in,
    )  # fmt: skip


def _start_mode(text: str) -> StartMode:
    try:
        return StartMode(text)
    except ValueError as exc:
        raise UsageError(f"--start {text} is not known.", hint=f"There are {_MODES}.") from exc


_MODES = ", ".join(StartMode)


def _folders(config: Config) -> tuple[str, ...]:
    """Return the folders of the settings' choice that a service writes."""
    chosen = [config.journal.spool.folder, config.log.file and config.log.file.parent]
    if config.mail is not None:
        chosen.append(config.mail.last_resort.folder)
    return tuple(dict.fromkeys(str(folder) for folder in chosen if folder is not None))


def _devices(config: Config) -> tuple[str, ...]:
    return tuple(source.device for source in config.journal.sources if source.device)


def _groups_for(devices: Sequence[str]) -> tuple[str, ...]:
    """Serial lines belong to a group of their own on Linux."""
    return ("dialout",) if devices and sys.platform != "win32" else ()


def _credential_names(config: Config) -> list[str]:
    from cmtel.config.advice import secret_references  # the settings' model takes its time

    names = [ref.name for _, ref in secret_references(config) if ref.scheme == "cred"]
    return list(dict.fromkeys(names))


def _credentials(config: Config) -> tuple[tuple[str, str], ...]:
    """Return the credentials that systemd is to hand over, and their files."""
    folder = credentials_folder()
    return tuple((name, str(folder / name)) for name in _credential_names(config))


def _missing_credentials(config: Config) -> Iterator[str]:
    """systemd does not even start a service whose credential has no file."""
    for name, file in _credentials(config):
        if not Path(file).exists():
            yield f"cred:{name}: has no file {file}; 'cmtel secret set cred:{name}' makes it"
