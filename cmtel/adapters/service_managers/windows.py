"""Windows' service control manager: services of ours, with the least rights that do.

A service runs ``python -m cmtel ... service`` itself, no wrapper: what a wrapper could not find it
would hide behind error 1053. Unless told otherwise it runs as its own virtual account, which
Windows makes for it, and which may write state and logs and read the settings, and nothing else.

What this Windows does not know (Wine, in tests) is left out and is no drift.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PureWindowsPath
from typing import Protocol

from cmtel.adapters.service_managers import windows_api as win32
from cmtel.adapters.service_managers.windows_access import (
    folder_rights,
    is_built_in,
    operators_of,
    service_rights,
    service_sid,
    settings_rights,
    virtual_account,
)
from cmtel.adapters.service_managers.windows_api import (
    WindowsApi,
    WindowsError,
)
from cmtel.adapters.service_managers.windows_command import config_file_of, is_ours
from cmtel.adapters.service_managers.windows_errors import (
    ALREADY_RUNNING,
    NOT_ACTIVE,
    NOT_INSTALLED,
    SPECIFIC_ERROR,
    meaning,
)
from cmtel.adapters.service_managers.windows_replaced import ReplacedServices
from cmtel.adapters.service_managers.windows_shape import (
    ALIVE,
    exit_code_of,
    in_words,
    plain_account,
    refinement_drift,
    refinements,
    registration,
    start_drift,
    start_mode,
    state_of,
)
from cmtel.domain.service_states import (
    JOURNAL,
    NOTIFIER,
    Drift,
    ServiceDefinition,
    ServiceState,
    ServiceStatus,
)
from cmtel.errors import CmtelError, ConfigError

#: The source of our events in the Event Log, for both services.
EVENT_SOURCE = "cmtel"


class Pausing(Protocol):
    """How a service is told more than "pause": by a request in its state."""

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None: ...


class WindowsServices:
    """Implements ``ServiceManager`` on Windows."""

    def __init__(
        self, api: WindowsApi, pausing: Pausing, folders: Sequence[str],
        ask_password: Callable[[str], str], public_folder: str = "",
    ) -> None:  # fmt: skip
        """Make it; Windows is not asked for anything yet.

        Args:
            folders: The platform's folders for state and logs, the one for state first.
            public_folder: Where the services leave what everybody may read.
            ask_password: Returns the password of an account; asked only when one is set.
        """
        self._api = api
        self._pausing = pausing
        self._folders = folders
        self._replaced = ReplacedServices(Path(folders[0]))
        self._public_folder = public_folder
        self._ask_password = ask_password

    def look(self, name: str) -> ServiceStatus:
        """Return how it stands; a process that has just died is FAILED before Windows notices."""
        try:
            found = self._api.registration(name)
            now = self._api.status(name)
            refined = self._api.refinements(name)
        except WindowsError as error:
            if error.code == NOT_INSTALLED:
                return ServiceStatus(name, ServiceState.NOT_INSTALLED)
            raise self._meaning(error, name, f"look at the service {name}") from error
        began = self._api.started_at_secs(now.process_id) if now.process_id else None
        state = state_of(now, has_process=began is not None)
        is_alive = state in ALIVE
        return ServiceStatus(
            name, state,
            since=datetime.fromtimestamp(began, UTC) if began is not None and is_alive else None,
            account=found.account,
            start=start_mode(found, refined),
            process_id=now.process_id if is_alive else None,
            exit_code=exit_code_of(now) if state is ServiceState.FAILED else None,
            config_file=config_file_of(found.image_path),
            text="disabled" if found.start == win32.DISABLED else "",
        )  # fmt: skip

    def foreign_owner(self, name: str) -> str:
        """Return the command line of a service that does not run cmtel; "": ours, or none."""
        try:
            found = self._api.registration(name).image_path
        except WindowsError as error:
            if error.code == NOT_INSTALLED:
                return ""
            raise self._meaning(error, name, f"look at the service {name}") from error
        return "" if is_ours(found) else found

    def drift(self, wanted: ServiceDefinition) -> Sequence[Drift]:
        """Return what differs; an account or operators that ``wanted`` does not name stay."""
        name = wanted.name
        with self._asking(name, f"look at the service {name}"):
            found = self._api.registration(name)
            refined = self._api.refinements(name)
            operators = self._operators(name)
            wanted_operators = self._operators_sid(wanted) or operators
        target = registration(wanted, found.account)
        differences = [
            Drift("command", found.image_path, target.image_path),
            start_drift(found, refined, wanted.start),
            Drift("account", plain_account(found.account), plain_account(target.account)),
            Drift("display name", found.display_name, target.display_name),
            Drift("operators", operators or "", wanted_operators or ""),
            *refinement_drift(refined, refinements(wanted)),
        ]
        return [each for each in differences if each.found != each.wanted]

    def create(self, wanted: ServiceDefinition) -> None:
        """Install it; if a step fails, what was there before is there again."""
        target = registration(wanted, virtual_account(wanted.name))
        self._ensure_reachable(wanted.command[0], target.account)
        password = self._password(target.account)
        with self._asking(wanted.name, f"install the service {wanted.name}"):
            if not is_built_in(target.account):
                self._api.let_log_on_as_service(target.account)
            self._give_files(wanted, target.account)
            self._api.create(wanted.name, target, password)
            try:
                self._finish(wanted)
            except WindowsError:
                self._api.delete(wanted.name)
                raise

    def update(self, wanted: ServiceDefinition) -> None:
        """Change the installed one; a password is asked for only with another account."""
        with self._asking(wanted.name, f"change the service {wanted.name}"):
            before = self._api.registration(wanted.name)
            account = before.account
            if not is_ours(before.image_path):
                self._replaced.keep(wanted.name, before)
                account = virtual_account(wanted.name)
            target = registration(wanted, account)
            self._ensure_reachable(wanted.command[0], target.account)
            password = None
            if plain_account(before.account) != plain_account(target.account):
                password = self._password(target.account)
                if not is_built_in(target.account):
                    self._api.let_log_on_as_service(target.account)
            self._give_files(wanted, target.account)
            self._api.change(wanted.name, target, password)
            self._finish(wanted)

    def remove(self, name: str) -> None:
        """Remove the service, or give its name back to the one that it had replaced.

        Settings, state and logs stay, with the rights on them.
        """
        with self._asking(name, f"remove the service {name}"):
            replaced = self._replaced.take(name)
            if replaced is None:
                self._api.delete(name)
            else:
                self._api.change(name, replaced, None)
                self._replaced.forget(name)
            others = [other for other in (NOTIFIER, JOURNAL) if other != name]
            if all(self._is_absent(other) for other in others):
                self._api.remove_event_source(EVENT_SOURCE)

    def start(self, name: str) -> None:
        """Ask for a start."""
        with self._asking(name, f"start the service {name}", fine=ALREADY_RUNNING):
            self._api.start(name)

    def stop(self, name: str) -> None:
        """Ask for a stop."""
        with self._asking(name, f"stop the service {name}", fine=NOT_ACTIVE):
            self._api.control(name, win32.CONTROL_STOP)

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None:
        """Ask for a pause: through Windows, which carries no words; else by a request."""
        if secs is not None or reason:
            self._pausing.pause(name, secs, reason, by)
            return
        with self._asking(name, f"pause the service {name}"):
            self._api.control(name, win32.CONTROL_PAUSE)

    def resume(self, name: str, by: str) -> None:
        """Ask to go on."""
        with self._asking(name, f"resume the service {name}"):
            self._api.control(name, win32.CONTROL_CONTINUE)

    def why_it_ended(self, name: str) -> str:
        """Return the exit status, in words."""
        with self._asking(name, f"look at the service {name}"):
            now = self._api.status(name)
        code = exit_code_of(now)
        if code and now.win32_exit_code == SPECIFIC_ERROR:
            return f"exit status {code}{in_words(code)}"
        if code:
            refusal = WindowsError(code, "SERVICE_STATUS", "error")
            known = self._meaning(refusal, name, "run")
            return " ".join(filter(None, (known.message, known.hint)))
        return "exit status 0" if code == 0 else "its process has died"

    def _finish(self, wanted: ServiceDefinition) -> None:
        """What CreateService does not take."""
        self._api.refine(wanted.name, refinements(wanted))
        operators = self._operators_sid(wanted) or self._operators(wanted.name)
        self._api.set_rights(wanted.name, service_rights(operators or ""))
        self._api.register_event_source(EVENT_SOURCE)

    def _give_files(self, wanted: ServiceDefinition, account: str) -> None:
        """Both services share spool, state and logs, so both accounts have rights on them."""
        sids = [service_sid(name) for name in dict.fromkeys((NOTIFIER, JOURNAL, wanted.name))]
        if not is_built_in(account):
            sids.append(self._api.sid_of(account))
        elif account.casefold().startswith("nt authority\\"):
            sids.append(self._api.sid_of(account.partition("\\")[2]))
        for folder in dict.fromkeys((*self._folders, *wanted.folders)):
            self._api.make_folder(folder)
            self._api.set_file_rights(folder, folder_rights(sids))
        if self._public_folder:
            self._api.make_folder(self._public_folder)
            rights = folder_rights(sids, is_for_all_to_see=True)
            self._api.set_file_rights(self._public_folder, rights)
        if wanted.config_file:
            self._api.set_file_rights(wanted.config_file, settings_rights(sids))

    def _ensure_reachable(self, program: str, account: str) -> None:
        """Refuse what would end as error 1053: a Python in a user's own folder."""
        is_stranger = is_built_in(account) and account.casefold() != "localsystem"
        with self._asking("", "ask where users' folders are"):
            profiles = PureWindowsPath(self._api.profiles_folder())
        if is_stranger and PureWindowsPath(program).is_relative_to(profiles):
            raise ConfigError(
                f"{account} cannot read {program}, which is in a user's own folder.",
                hint="Install Python for all users, and cmtel with it; or give that user's "
                "account: install --account 'DOMAIN\\user'.",
            )

    def _password(self, account: str) -> str | None:
        """Ask for a password; accounts of Windows and managed ones (gMSA, with a $) have none."""
        if is_built_in(account) or account.endswith("$"):
            return None
        return self._ask_password(account)

    def _operators_sid(self, wanted: ServiceDefinition) -> str:
        return self._api.sid_of(wanted.operators) if wanted.operators else ""

    def _operators(self, name: str) -> str | None:
        """Return who else may control it; None: this Windows keeps no rights."""
        rights = self._api.rights(name)
        # An empty list would let nobody in, us neither.
        return None if rights in ("", "D:") else operators_of(rights)

    def _is_absent(self, name: str) -> bool:
        return self.look(name).state is ServiceState.NOT_INSTALLED

    def _meaning(self, error: WindowsError, name: str, what: str) -> CmtelError:
        return meaning(error, name, what, self._api.user())

    @contextmanager
    def _asking(self, name: str, what: str, *, fine: int | None = None) -> Iterator[None]:
        """Turn refusals into errors of ours; ``fine``: it is so already."""
        try:
            yield
        except WindowsError as error:
            if error.code != fine:
                raise self._meaning(error, name, what) from error
