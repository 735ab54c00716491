"""What is asked of Windows to control services: the edge at which tests stand in for it.

The names are Win32's where there are any. Everything here may raise WindowsError.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

#: SERVICE_START values (Win32 CreateService, dwStartType).
AUTO_START, DEMAND_START, DISABLED = 2, 3, 4
#: SERVICE_STATUS.dwCurrentState.
STOPPED, START_PENDING, STOP_PENDING, RUNNING = 1, 2, 3, 4
CONTINUE_PENDING, PAUSE_PENDING, PAUSED = 5, 6, 7
#: ControlService.
CONTROL_STOP, CONTROL_PAUSE, CONTROL_CONTINUE = 1, 2, 3
#: SC_ACTION_TYPE.
ACTION_RESTART = 1


class WindowsError(Exception):
    """Windows refused a call.

    Attributes:
        code: The error number (winerror.h).
        call: The Win32 function.
    """

    def __init__(self, code: int, call: str, text: str) -> None:
        super().__init__(f"{call}: {text} ({code})")
        self.code = code
        self.call = call
        self.text = text


class Registration(NamedTuple):
    """What CreateService and ChangeServiceConfig take."""

    image_path: str
    start: int
    account: str
    display_name: str


class Refinements(NamedTuple):
    """What ChangeServiceConfig2 takes; None: this Windows does not know the setting.

    Attributes:
        is_delayed: Started some minutes after the others.
        failure_actions: Reset period in seconds, then (SC_ACTION_TYPE, delay in ms) in order.
        acts_on_exit_code: The actions are for an end with an error code, too, not only a crash.
        preshutdown_ms: How long the shutdown of the machine waits for it.
    """

    description: str | None
    is_delayed: bool | None
    failure_actions: tuple[int, tuple[tuple[int, int], ...]] | None
    acts_on_exit_code: bool | None
    preshutdown_ms: int | None


class ProcessStatus(NamedTuple):
    """SERVICE_STATUS_PROCESS, as far as it matters."""

    state: int
    process_id: int
    win32_exit_code: int
    service_exit_code: int


class WindowsApi(Protocol):
    """Windows: its service control manager, its accounts, its rights on files."""

    def registration(self, name: str) -> Registration:
        """QueryServiceConfig."""

    def refinements(self, name: str) -> Refinements:
        """QueryServiceConfig2."""

    def status(self, name: str) -> ProcessStatus:
        """QueryServiceStatusEx."""

    def started_at_secs(self, process_id: int) -> float | None:
        """When a process began, in seconds since 1970; None: there is no such process."""

    def create(self, name: str, wanted: Registration, password: str | None) -> None:
        """CreateService, of a process of its own."""

    def change(self, name: str, wanted: Registration, password: str | None) -> None:
        """ChangeServiceConfig; the account is changed only if it is another one."""

    def refine(self, name: str, wanted: Refinements) -> None:
        """ChangeServiceConfig2; what this Windows does not know is left out."""

    def delete(self, name: str) -> None:
        """DeleteService."""

    def start(self, name: str) -> None:
        """StartService."""

    def control(self, name: str, code: int) -> None:
        """ControlService."""

    def rights(self, name: str) -> str:
        """QueryServiceObjectSecurity, as text; "D:" where Windows keeps none."""

    def set_rights(self, name: str, rights: str) -> None:
        """SetServiceObjectSecurity, from text."""

    def sid_of(self, account: str) -> str:
        """LookupAccountName."""

    def let_log_on_as_service(self, account: str) -> None:
        """LsaAddAccountRights: SeServiceLogonRight."""

    def set_file_rights(self, path: str, rights: str) -> None:
        """SetNamedSecurityInfo, from text; what is inherited reaches what is in a folder."""

    def make_folder(self, path: str) -> None:
        """Make a folder and those above it; no error if it is there."""

    def register_event_source(self, source: str) -> None:
        """Let the Event Viewer show the texts of a source."""

    def remove_event_source(self, source: str) -> None:
        """Forget it; no error if there is none."""

    def profiles_folder(self) -> str:
        """Where users' own folders are; usually C:\\Users."""

    def user(self) -> str:
        """Who calls: DOMAIN\\user."""
