"""The edge to Windows for real, by pywin32: each method one call, opened with the right it needs.

Nothing here decides anything; what does stands in windows.py and is tested everywhere.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cmtel.adapters.service_managers.windows_api import (
    ProcessStatus,
    Refinements,
    Registration,
    WindowsError,
)
from cmtel.adapters.service_managers.windows_errors import INVALID_LEVEL
from cmtel.errors import MissingExtra

#: SERVICE_WIN32_OWN_PROCESS, SERVICE_ERROR_NORMAL, SERVICE_NO_CHANGE (winsvc.h).
_OWN_PROCESS, _ERROR_NORMAL, _NO_CHANGE = 0x10, 1, 0xFFFFFFFF
#: DACL_SECURITY_INFORMATION and PROTECTED_DACL_SECURITY_INFORMATION, as a signed number.
_DACL, _PROTECTED_DACL = 4, 4 - 0x80000000
#: SE_FILE_OBJECT; SDDL_REVISION_1 (accctrl.h, sddl.h).
_FILE_OBJECT, _SDDL = 1, 1
#: PROCESS_QUERY_LIMITED_INFORMATION: granted for most processes of others, too.
_QUERY_LIMITED = 0x1000
#: POLICY_CREATE_ACCOUNT | POLICY_LOOKUP_NAMES (ntsecapi.h).
_LSA_RIGHTS = 0x10 | 0x800
_LOGON_AS_SERVICE = "SeServiceLogonRight"
_EVENT_LOG = r"SYSTEM\CurrentControlSet\Services\EventLog\Application"


class Pywin32:
    """Implements WindowsApi."""

    def __init__(self) -> None:
        """Load pywin32.

        Raises:
            MissingExtra: It is not installed.
        """
        self._service = _load("win32service")
        self._security = _load("win32security")
        self._api = _load("win32api")
        self._error: type[Exception] = _load("pywintypes").error

    def registration(self, name: str) -> Registration:
        with self._opened(name, self._service.SERVICE_QUERY_CONFIG) as handle:
            found = self._service.QueryServiceConfig(handle)
        return Registration(found[3], found[1], found[7], found[8])

    def refinements(self, name: str) -> Refinements:
        service = self._service
        with self._opened(name, service.SERVICE_QUERY_CONFIG) as handle:

            def ask(level: int) -> Any:
                return self._known(lambda: service.QueryServiceConfig2(handle, level))

            return Refinements(
                description=ask(service.SERVICE_CONFIG_DESCRIPTION) or "",
                is_delayed=ask(service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO),
                failure_actions=_actions(ask(service.SERVICE_CONFIG_FAILURE_ACTIONS)),
                acts_on_exit_code=ask(service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG),
                preshutdown_ms=ask(service.SERVICE_CONFIG_PRESHUTDOWN_INFO),
            )

    def status(self, name: str) -> ProcessStatus:
        with self._opened(name, self._service.SERVICE_QUERY_STATUS) as handle:
            found = self._service.QueryServiceStatusEx(handle)
        names = ("CurrentState", "ProcessId", "Win32ExitCode", "ServiceSpecificExitCode")
        return ProcessStatus(*(found[each] for each in names))

    def started_at_secs(self, process_id: int) -> float | None:
        process = _load("win32process")
        with suppress(self._error):
            handle = self._api.OpenProcess(_QUERY_LIMITED, False, process_id)
            began: float = process.GetProcessTimes(handle)["CreationTime"].timestamp()
            is_alive = process.GetExitCodeProcess(handle) == _load("win32con").STILL_ACTIVE
            return began if is_alive else None
        return None

    def create(self, name: str, wanted: Registration, password: str | None) -> None:
        service = self._service
        with self._manager(service.SC_MANAGER_CONNECT | service.SC_MANAGER_CREATE_SERVICE) as scm:
            handle = service.CreateService(
                scm, name, wanted.display_name, service.SERVICE_QUERY_STATUS, _OWN_PROCESS,
                wanted.start, _ERROR_NORMAL, wanted.image_path, None, 0, None, wanted.account,
                password,
            )  # fmt: skip
            service.CloseServiceHandle(handle)

    def change(self, name: str, wanted: Registration, password: str | None) -> None:
        service = self._service
        rights = service.SERVICE_CHANGE_CONFIG | service.SERVICE_QUERY_CONFIG
        with self._opened(name, rights) as handle:
            before = service.QueryServiceConfig(handle)[7]
            account = wanted.account if before.casefold() != wanted.account.casefold() else None
            service.ChangeServiceConfig(
                handle, _OWN_PROCESS, wanted.start, _ERROR_NORMAL, wanted.image_path, None, 0,
                None, account, password if account else None, wanted.display_name,
            )  # fmt: skip

    def refine(self, name: str, wanted: Refinements) -> None:
        service = self._service
        # Whoever sets a restart must be allowed to start (ChangeServiceConfig2).
        rights = service.SERVICE_CHANGE_CONFIG | service.SERVICE_START
        with self._opened(name, rights) as handle:
            for level, value in (
                (service.SERVICE_CONFIG_DESCRIPTION, wanted.description),
                (service.SERVICE_CONFIG_DELAYED_AUTO_START_INFO, wanted.is_delayed),
                (service.SERVICE_CONFIG_FAILURE_ACTIONS, _as_actions(wanted.failure_actions)),
                (service.SERVICE_CONFIG_FAILURE_ACTIONS_FLAG, wanted.acts_on_exit_code),
                (service.SERVICE_CONFIG_PRESHUTDOWN_INFO, wanted.preshutdown_ms),
            ):
                if value is not None:
                    self._refine_one(handle, level, value)

    def delete(self, name: str) -> None:
        with self._opened(name, 0x10000) as handle:  # DELETE
            self._service.DeleteService(handle)

    def start(self, name: str) -> None:
        with self._opened(name, self._service.SERVICE_START) as handle:
            self._service.StartService(handle, None)

    def control(self, name: str, code: int) -> None:
        service = self._service
        is_stop = code == service.SERVICE_CONTROL_STOP
        right = service.SERVICE_STOP if is_stop else service.SERVICE_PAUSE_CONTINUE
        with self._opened(name, right) as handle:
            service.ControlService(handle, code)

    def rights(self, name: str) -> str:
        with self._opened(name, 0x20000) as handle:  # READ_CONTROL
            found = self._service.QueryServiceObjectSecurity(handle, _DACL)
            as_text = self._security.ConvertSecurityDescriptorToStringSecurityDescriptor
            text: str = as_text(found, _SDDL, _DACL)
        return text

    def set_rights(self, name: str, rights: str) -> None:
        with self._opened(name, 0x40000) as handle:  # WRITE_DAC
            self._service.SetServiceObjectSecurity(handle, _DACL, self._descriptor(rights))

    def sid_of(self, account: str) -> str:
        with self._told():
            bare = account.removeprefix(".\\")
            sid = self._security.LookupAccountName(None, bare)[0]
            text: str = self._security.ConvertSidToStringSid(sid)
        return text

    def let_log_on_as_service(self, account: str) -> None:
        security = self._security
        with self._told():
            sid = security.LookupAccountName(None, account.removeprefix(".\\"))[0]
            policy = security.LsaOpenPolicy(None, _LSA_RIGHTS)
            try:
                security.LsaAddAccountRights(policy, sid, [_LOGON_AS_SERVICE])
            finally:
                security.LsaClose(policy)

    def set_file_rights(self, path: str, rights: str) -> None:
        with self._told():
            wanted = self._descriptor(rights).GetSecurityDescriptorDacl()
            self._security.SetNamedSecurityInfo(
                path, _FILE_OBJECT, _PROTECTED_DACL, None, None, wanted, None
            )

    def make_folder(self, path: str) -> None:
        try:
            Path(path).mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            code = getattr(exc, "winerror", None) or exc.errno or 0
            raise WindowsError(code, "CreateDirectory", f"{path}: {exc.strerror}") from exc

    def register_event_source(self, source: str) -> None:
        with self._told():
            # The file that has the texts: pywin32's, in which every text is our own.
            texts = _load("win32evtlog").__file__
            _load("win32evtlogutil").AddSourceToRegistry(source, texts, "Application")

    def remove_event_source(self, source: str) -> None:
        registry = _load("winreg")
        with suppress(FileNotFoundError):
            registry.DeleteKey(registry.HKEY_LOCAL_MACHINE, rf"{_EVENT_LOG}\{source}")

    def profiles_folder(self) -> str:
        with self._told():
            folder: str = _load("win32profile").GetProfilesDirectory()
        return folder

    def user(self) -> str:
        name_sam_compatible = 2
        try:
            name: str = self._api.GetUserNameEx(name_sam_compatible)
        except self._error:
            name = self._api.GetUserName()
        return name

    def _refine_one(self, handle: Any, level: int, value: Any) -> None:
        self._known(lambda: self._service.ChangeServiceConfig2(handle, level, value))

    def _known(self, call: Callable[[], Any]) -> Any:
        """Call; None if this Windows knows no such setting."""
        try:
            return call()
        except self._error as error:
            if error.args[0] == INVALID_LEVEL:
                return None
            raise

    def _descriptor(self, text: str) -> Any:
        as_descriptor = self._security.ConvertStringSecurityDescriptorToSecurityDescriptor
        return as_descriptor(text, _SDDL)

    @contextmanager
    def _opened(self, name: str, rights: int) -> Iterator[Any]:
        service = self._service
        with self._manager(service.SC_MANAGER_CONNECT) as manager:
            handle = service.OpenService(manager, name, rights)
            try:
                yield handle
            finally:
                service.CloseServiceHandle(handle)

    @contextmanager
    def _manager(self, rights: int) -> Iterator[Any]:
        with self._told():
            manager = self._service.OpenSCManager(None, None, rights)
            try:
                yield manager
            finally:
                self._service.CloseServiceHandle(manager)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except self._error as error:
            code, call, text = (*error.args, "", "")[:3]
            raise WindowsError(code, call, text.rstrip(".\r\n ")) from error


def _actions(found: Any) -> tuple[int, tuple[tuple[int, int], ...]] | None:
    if found is None:
        return None
    return found["ResetPeriod"], tuple(tuple(each) for each in found["Actions"] or ())


def _as_actions(wanted: tuple[int, tuple[tuple[int, int], ...]] | None) -> Any:
    if wanted is None:
        return None
    reset_secs, actions = wanted
    return {"ResetPeriod": reset_secs, "RebootMsg": "", "Command": "", "Actions": list(actions)}


def _load(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        message = f"Services need the package pywin32 ({module} is missing)."
        raise MissingExtra(message, hint="pip install pywin32") from error
