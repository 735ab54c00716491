"""What Windows' refusals mean, and what cures them.

Source:
    Microsoft Learn, "System Error Codes" (winerror.h); the cures are those that users of service
    wrappers found: see docs/services-windows.md.
"""

from __future__ import annotations

from cmtel.adapters.service_managers.windows_api import WindowsError
from cmtel.errors import AccessDenied, CmtelError, ServiceError, ServiceNotInstalled, UsageError

ACCESS_DENIED = 5
INVALID_LEVEL = 124
REQUEST_TIMEOUT = 1053
ALREADY_RUNNING = 1056
BAD_ACCOUNT = 1057
DISABLED = 1058
NOT_INSTALLED = 1060
CANNOT_ACCEPT = 1061
NOT_ACTIVE = 1062
SPECIFIC_ERROR = 1066
LOGON_FAILED = 1069
MARKED_FOR_DELETE = 1072
EXISTS = 1073
NEVER_STARTED = 1077
_NO_SUCH_FILE = (2, 3)
_PRIVILEGE_NOT_HELD = 1314
_NO_SUCH_ACCOUNT = 1332

_RIGHTS = (
    "Run it in a console that was opened as administrator; or let an administrator allow you to "
    "start, stop and pause it: install --operators GROUP."
)
_ACCOUNT = (
    "Its account lacks a right, or cannot read Python or cmtel. Give it another account: "
    "install --account 'DOMAIN\\user' (LocalSystem to try)."
)
_MEANINGS: dict[int, tuple[type[CmtelError], str, str]] = {
    REQUEST_TIMEOUT: (
        ServiceError,
        "The service {name} did not answer Windows in time: its program could not begin.",
        _ACCOUNT,
    ),
    LOGON_FAILED: (
        ServiceError,
        "Windows could not log the account of the service {name} on.",
        "Its password was changed, or it may not log on as a service: "
        "install --account 'DOMAIN\\user' sets both.",
    ),
    BAD_ACCOUNT: (
        UsageError,
        "Windows knows no such account for the service {name}.",
        "Give it as DOMAIN\\user, .\\user, LocalSystem or NT AUTHORITY\\NetworkService.",
    ),
    _NO_SUCH_ACCOUNT: (UsageError, "{what}: Windows knows no such account or group.", ""),
    DISABLED: (ServiceError, "The service {name} is disabled.", "install enables it again."),
    CANNOT_ACCEPT: (
        ServiceError,
        "The service {name} takes no orders just now: it is starting or stopping.",
        "Try again in some seconds.",
    ),
    MARKED_FOR_DELETE: (
        ServiceError,
        "The service {name} is being removed, and somebody still holds it.",
        "Close services.msc, the Task Manager and the Event Viewer, and try again.",
    ),
    EXISTS: (ServiceError, "A service {name} is there already.", "Try again."),
    **dict.fromkeys(
        _NO_SUCH_FILE,
        (
            ServiceError,
            "The program of the service {name} is not there any more.",
            "install puts the present one in.",
        ),
    ),
}


def meaning(error: WindowsError, name: str, what: str, user: str) -> CmtelError:
    """Return the error of ours for a refusal.

    Args:
        what: What was asked for, as in "start the service cmtel-notifier".
        user: Who asked.
    """
    if error.code in (ACCESS_DENIED, _PRIVILEGE_NOT_HELD):
        message = f"Windows does not let {user} {what} ({error.call}, error {error.code})."
        return AccessDenied(message, hint=_RIGHTS)
    if error.code == NOT_INSTALLED:
        return ServiceNotInstalled(f"The service {name} is not installed.")
    if error.code in _MEANINGS:
        kind, message, hint = _MEANINGS[error.code]
        told = message.format(name=name, what=what)
        return kind(f"{told} ({error.call}, error {error.code})", hint=hint or None)
    return ServiceError(
        f"Windows refused to {what}: {error.text} ({error.call}, error {error.code})."
    )
