"""A service of the operating system: what is to be installed, what is found, how it stands."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

#: The services that cmtel installs under names of its own.
NOTIFIER = "cmtel-notifier"
JOURNAL = "cmtel-journal"
#: The original's name; ours only where it is free, or told to replace.
ORIGINAL = "CmTelNotifier"


class ServiceState(StrEnum):
    """How a service stands; the words stand in ``--json`` and are never translated."""

    NOT_INSTALLED = "not installed"
    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    #: It ended by itself, with an error.
    FAILED = "failed"


class StartMode(StrEnum):
    """When the system starts a service."""

    AUTO = "auto"
    #: Some minutes after the others; Windows only, elsewhere as auto.
    DELAYED = "delayed"
    MANUAL = "manual"


class ServiceDefinition(NamedTuple):
    """What an installation is to be.

    Attributes:
        name: As the system knows it.
        command: The program and its words, each as it is; quoting is the backend's.
        account: Who it runs as; empty: the backend's own unprivileged account.
        folders: What that account must be able to write.
        groups: What else it belongs to, as for serial lines; Linux only.
        operators: A group that may start, stop and pause it; Windows only.
    """

    name: str
    display_name: str
    description: str
    command: tuple[str, ...]
    start: StartMode = StartMode.AUTO
    account: str = ""
    folders: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    operators: str = ""
    #: The settings file that it is bound to; readable by the account.
    config_file: str = ""
    #: Devices that it opens, as serial lines.
    devices: tuple[str, ...] = ()
    #: References of secrets that the system hands over (systemd credentials): name, file.
    credentials: tuple[tuple[str, str], ...] = ()


class Drift(NamedTuple):
    """A difference between what is installed and what would be installed now."""

    what: str
    found: str
    wanted: str


class ServiceStatus(NamedTuple):
    """How one service stands; None and empty: the system does not say."""

    name: str
    state: ServiceState
    since: datetime | None = None
    account: str = ""
    start: StartMode | None = None
    process_id: int | None = None
    exit_code: int | None = None
    #: The settings file that it is bound to.
    config_file: str = ""
    #: What it, or the system, says of itself; one line.
    text: str = ""
    #: What its account belongs to as this service alone; Linux.
    groups: tuple[str, ...] = ()
