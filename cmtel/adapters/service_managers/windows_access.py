"""Who may do what with a service and its files, as Windows' security descriptors say it.

Source:
    Microsoft Learn, "Security Descriptor String Format", "ACE Strings", "Service Security and
    Access Rights", "File Access Rights Constants"; "Virtual accounts". The rights of a new
    service are those that `sc sdshow` shows.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable

#: A virtual account: Windows makes and removes it with the service; it has no password.
VIRTUAL = "NT SERVICE\\"
#: Accounts of Windows' own: no password, and the right to log on as a service.
_BUILT_IN = ("localsystem", "nt authority\\", "nt service\\")
#: What a new service has: the system, administrators, who is logged on here, other services.
_SERVICE_ACES = (
    "(A;;CCLCSWRPWPDTLOCRRC;;;SY)",
    "(A;;CCDCLCSWRPWPDTLOCRSDRCWDWO;;;BA)",
    "(A;;CCLCSWLOCRRC;;;IU)",
    "(A;;CCLCSWLOCRRC;;;SU)",
)
#: CC read its settings, LC its status, RP start, WP stop, DT pause and go on, LO interrogate, RC
#: read these rights. Not DC and WD: who may change the command or the rights is administrator.
_OPERATOR_RIGHTS = "CCLCRPWPDTLORC"
#: Read, write, delete, traverse; not the right to change rights ("Modify" of the Explorer).
_MODIFY = "0x1301bf"
#: Administrators and the system keep every right on what is ours.
_OWNERS = ("(A;{flags};FA;;;SY)", "(A;{flags};FA;;;BA)")
#: For files and folders made later.
_INHERITED = "OICI"


def virtual_account(service: str) -> str:
    """Return the name of a service's own account."""
    return VIRTUAL + service


def is_built_in(account: str) -> bool:
    """Tell whether an account is one of Windows' own."""
    return account.casefold().startswith(_BUILT_IN)


def service_sid(service: str) -> str:
    """Return the identifier of a service's own account, whether or not the service is there.

    Windows computes it from the name: SHA-1 of it in capitals, UTF-16LE, as five numbers
    (`sc showsid`).
    """
    digest = hashlib.sha1(service.upper().encode("utf-16-le"), usedforsecurity=False).digest()
    return "S-1-5-80-" + "-".join(map(str, struct.unpack("<5I", digest)))


def service_rights(operators_sid: str = "") -> str:
    """Return who may control a service; ``operators_sid``: a group that may, beside the usual."""
    operators = f"(A;;{_OPERATOR_RIGHTS};;;{operators_sid})" if operators_sid else ""
    return "D:" + "".join(_SERVICE_ACES) + operators


def operators_of(rights: str) -> str:
    """Return the group that ``service_rights`` was told; "" if there is none."""
    _, found, rest = rights.partition(f"(A;;{_OPERATOR_RIGHTS};;;")
    return rest.partition(")")[0] if found else ""


def folder_rights(sids: Iterable[str], *, is_for_all_to_see: bool = False) -> str:
    """Return who may use a folder of state and logs: the services write, nobody else reads.

    Args:
        is_for_all_to_see: Everybody who is logged on may read it.
    """
    aces = [owner.format(flags=_INHERITED) for owner in _OWNERS]
    aces += [f"(A;{_INHERITED};{_MODIFY};;;{sid})" for sid in sids]
    if is_for_all_to_see:
        aces.append(f"(A;{_INHERITED};0x1200a9;;;BU)")
    return "D:P" + "".join(aces)


def settings_rights(sids: Iterable[str]) -> str:
    """Return who may use the settings file: the services read it, administrators write it."""
    aces = [owner.format(flags="") for owner in _OWNERS]
    return "D:P" + "".join([*aces, *(f"(A;;FR;;;{sid})" for sid in sids)])
