"""Windows, as far as services need it, in memory; every call that changes something is recorded."""

from __future__ import annotations

from dataclasses import dataclass, field

from cmtel.adapters.service_managers import windows_api as win32
from cmtel.adapters.service_managers.windows_api import (
    ProcessStatus,
    Refinements,
    Registration,
    WindowsError,
)

_SIDS = {
    "hotel\\anna": "S-1-5-21-1-2-3-1001",
    "hotel\\gmsa$": "S-1-5-21-1-2-3-1002",
    "operators": "S-1-5-32-777",
}
_AS_MADE = Refinements("", False, (0, ()), False, 180_000)
_NEVER_STARTED = ProcessStatus(win32.STOPPED, 0, 1077, 0)
_NOTHING = Refinements("", None, None, None, None)


@dataclass
class FakeService:
    """One installed service."""

    registration: Registration
    refinements: Refinements = _AS_MADE
    status: ProcessStatus = _NEVER_STARTED
    rights: str = "D:(A;;CCLCSWLOCRRC;;;IU)"
    password: str | None = None


@dataclass
class FakeWindows:
    """Implements WindowsApi; ``refuses`` has the error with which a call is refused."""

    services: dict[str, FakeService] = field(default_factory=dict)
    refuses: dict[str, int] = field(default_factory=dict)
    #: As Wine: it knows no refinements but the description, and keeps no rights.
    is_poor: bool = False
    processes: dict[int, float] = field(default_factory=dict)
    file_rights: dict[str, str] = field(default_factory=dict)
    logon_rights: list[str] = field(default_factory=list)
    event_sources: set[str] = field(default_factory=set)
    controls: list[tuple[str, int]] = field(default_factory=list)

    def registration(self, name: str) -> Registration:
        return self._service(name, "QueryServiceConfig").registration

    def refinements(self, name: str) -> Refinements:
        return self._service(name, "QueryServiceConfig2").refinements

    def status(self, name: str) -> ProcessStatus:
        return self._service(name, "QueryServiceStatusEx").status

    def started_at_secs(self, process_id: int) -> float | None:
        return self.processes.get(process_id)

    def create(self, name: str, wanted: Registration, password: str | None) -> None:
        self._refuse("CreateService")
        self.services[name] = FakeService(wanted, password=password)

    def change(self, name: str, wanted: Registration, password: str | None) -> None:
        service = self._service(name, "ChangeServiceConfig")
        service.registration, service.password = wanted, password

    def refine(self, name: str, wanted: Refinements) -> None:
        service = self._service(name, "ChangeServiceConfig2")
        known = _NOTHING._replace(description=wanted.description) if self.is_poor else wanted
        service.refinements = known

    def delete(self, name: str) -> None:
        self._service(name, "DeleteService")
        del self.services[name]

    def start(self, name: str) -> None:
        self._service(name, "StartService").status = ProcessStatus(win32.RUNNING, 7, 0, 0)

    def control(self, name: str, code: int) -> None:
        self._service(name, "ControlService")
        self.controls.append((name, code))

    def rights(self, name: str) -> str:
        return "D:" if self.is_poor else self._service(name, "QueryServiceObjectSecurity").rights

    def set_rights(self, name: str, rights: str) -> None:
        self._service(name, "SetServiceObjectSecurity").rights = rights

    def sid_of(self, account: str) -> str:
        if account.casefold() not in _SIDS:
            raise WindowsError(1332, "LookupAccountName", "No mapping")
        return _SIDS[account.casefold()]

    def let_log_on_as_service(self, account: str) -> None:
        self._refuse("LsaAddAccountRights")
        self.logon_rights.append(account)

    def set_file_rights(self, path: str, rights: str) -> None:
        self._refuse("SetNamedSecurityInfo")
        self.file_rights[path] = rights

    def make_folder(self, path: str) -> None:
        self._refuse("CreateDirectory")

    def register_event_source(self, source: str) -> None:
        self._refuse("RegCreateKey")
        self.event_sources.add(source)

    def remove_event_source(self, source: str) -> None:
        self.event_sources.discard(source)

    def profiles_folder(self) -> str:
        return "C:\\Users"

    def user(self) -> str:
        return "HOTEL\\rita"

    def _service(self, name: str, call: str) -> FakeService:
        self._refuse(call)
        if name not in self.services:
            raise WindowsError(1060, "OpenService", "The service does not exist")
        return self.services[name]

    def _refuse(self, call: str) -> None:
        if call in self.refuses:
            raise WindowsError(self.refuses[call], call, "refused")
