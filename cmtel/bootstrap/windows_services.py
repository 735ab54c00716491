"""Windows' service manager, put together."""

from __future__ import annotations

import getpass
import sys

from cmtel.adapters.service_managers.windows import WindowsServices
from cmtel.adapters.service_managers.windows_pywin32 import Pywin32
from cmtel.bootstrap.folders import log_folder, state_folder
from cmtel.bootstrap.pausing import StoredPauses
from cmtel.bootstrap.status_files import public_status_folder
from cmtel.errors import UsageError


def windows_services() -> WindowsServices:
    """Return the manager of this machine's services."""
    folders = tuple(dict.fromkeys((str(state_folder()), str(log_folder()))))
    public_folder = str(public_status_folder())
    return WindowsServices(Pywin32(), StoredPauses(), folders, typed_password, public_folder)


def typed_password(account: str) -> str:
    """Return an account's password: typed unseen, or the first line of what is piped in.

    Raises:
        UsageError: There was none.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        password = getpass.getpass(f"Password of {account}: ")
    else:
        password = (sys.stdin.readline() if sys.stdin is not None else "").rstrip("\r\n")
    if not password:
        raise UsageError(
            f"The service cannot run as {account} without its password.",
            hint="Type it, or pipe it in: type password.txt | cmtel notifier install --account A",
        )
    return password
