"""What is examined: the settings, who runs the services by them, and where their folders are."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cmtel.adapters.account_rights import Account, account_called, own_account
from cmtel.bootstrap.folders import places
from cmtel.bootstrap.notifier_log import FILE_NAME as LOG_NAME
from cmtel.bootstrap.services import Job
from cmtel.domain.service_states import ServiceState, ServiceStatus
from cmtel.errors import CmtelError

if TYPE_CHECKING:
    from cmtel.config.model import Config
    from cmtel.config.places import Places
    from cmtel.services.ports import Clock
    from cmtel.services.service_ports import ServiceManager


@dataclass(frozen=True)
class Site:
    """One installation, as far as it is known before anything is probed.

    Attributes:
        path: The settings file.
        installed: The services that are installed, by their jobs.
        accounts: Who runs which job; where no service is installed, this user.
        foreign: What services of our names run that are not ours.
        problems: Why an account is not known; empty where all are.
    """

    path: Path
    config: Config
    clock: Clock
    manager: ServiceManager
    installed: dict[Job, ServiceStatus]
    accounts: dict[Job, Account]
    foreign: dict[Job, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    places: Places = field(default_factory=places)

    @property
    def jobs(self) -> list[Job]:
        """What the settings ask for."""
        config = self.config
        has_journal = bool(config.journal.sources)
        has_notifier = bool(config.mail or config.recipients or config.feeds)
        wanted = {Job.JOURNAL: has_journal, Job.NOTIFIER: has_notifier}
        return [job for job in Job if wanted[job] or job in self.installed]

    @property
    def is_service(self) -> bool:
        """Whether a service is installed, so that its account and folders count."""
        return bool(self.installed)

    @property
    def state_folder(self) -> Path:
        """Where the services keep their state."""
        return Path(self.places.state_folder)

    @property
    def spool_folder(self) -> Path:
        """Where the spool lies."""
        return self.config.journal.spool.folder or self.state_folder / "spool"

    @property
    def log_file(self) -> Path:
        """CmTelNotifier.log."""
        return self.config.log.file or Path(self.places.log_folder) / LOG_NAME

    def is_made_later(self, folder: Path) -> bool:
        """Whether the service manager makes a folder at the first start (StateDirectory=)."""
        own = (self.state_folder, Path(self.places.log_folder))
        made = [each for each in own if folder.is_relative_to(each)]
        return self.is_service and any(not os.path.lexists(each) for each in made)

    def account(self, job: Job) -> Account:
        """Who does a job."""
        return self.accounts.get(job) or own_account()

    @property
    def account_set(self) -> list[tuple[str, Account]]:
        """Every account once, with the jobs it does."""
        found: dict[str, tuple[list[str], Account]] = {}
        for job in self.jobs:
            account = self.account(job)
            found.setdefault(account.name, ([], account))[0].append(job.value)
        return [(" and ".join(jobs), account) for jobs, account in found.values()]


def make_site(path: Path, config: Config, clock: Clock, manager: ServiceManager) -> Site:
    """Return what is to be examined."""
    installed: dict[Job, ServiceStatus] = {}
    accounts: dict[Job, Account] = {}
    foreign: dict[Job, str] = {}
    problems: list[str] = []
    for job in Job:
        try:
            status = manager.look(job.service_name)
            if status.state is ServiceState.NOT_INSTALLED:
                continue
            owner = manager.foreign_owner(job.service_name)
            if owner:
                foreign[job] = owner
                continue
            installed[job] = status
            accounts[job] = _account_of(status)
        except CmtelError as error:
            problems.append(f"{error.message} {error.hint or ''}".strip())
    found = _places(is_service=bool(installed))
    return Site(path, config, clock, manager, installed, accounts, foreign, tuple(problems), found)


def _account_of(status: ServiceStatus) -> Account:
    """A user's own service has no account of its own."""
    return account_called(status.account, status.groups) if status.account else own_account()


def _places(*, is_service: bool) -> Places:
    """A system's service has the system's folders, whoever asks."""
    from cmtel.config.places import find_places

    if not is_service or sys.platform == "win32":
        return places()
    return find_places(sys.platform, {}, is_root=True)
