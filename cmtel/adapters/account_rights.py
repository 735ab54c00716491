"""What an account of this machine may do with files and folders, found out without trying.

For the account that asks, the system is asked (access(2), which knows capabilities, ACLs and
read-only file systems). For another one the mode bits along the path are read; where an ACL
stands beside them, they do not tell, and nobody but that account can.

Source:
    path_resolution(7), access(2), acl(5) "CORRESPONDENCE BETWEEN ACL ENTRIES AND FILE PERMISSION
    BITS".
"""

from __future__ import annotations

import getpass
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from cmtel.errors import ConfigError

READ, WRITE, EXECUTE = 4, 2, 1
_ACL = "system.posix_acl_access"


class Access(NamedTuple):
    """Whether something is allowed; ``is_allowed`` None: that cannot be told from here.

    Attributes:
        culprit: What forbids it, or hides whether it is allowed.
        why: In words.
    """

    is_allowed: bool | None
    culprit: Path
    why: str = ""


@dataclass(frozen=True, slots=True)
class Account:
    """Who is asked about. ``user_id`` -1 where accounts have no numbers (Windows)."""

    name: str
    user_id: int = -1
    group_ids: frozenset[int] = frozenset()
    is_own: bool = False

    @property
    def how(self) -> str:
        """By what its rights are found out, for people."""
        return "asked as that account" if self.is_own else "by the mode bits, not as that account"

    def may(self, path: Path, wanted: int) -> Access:
        """Return whether the account may use a path that is there: READ, WRITE, EXECUTE or'ed."""
        if self.is_own:
            return _asked(path, wanted)
        if sys.platform == "win32":
            return Access(None, path, "only that account itself can tell")
        return self._by_bits(path.absolute(), wanted)

    def may_make(self, folder: Path) -> Access:
        """Return whether the account may write in a folder, or make it where it is not there."""
        nearest = existing(folder)
        return self.may(nearest, WRITE | EXECUTE)

    def _by_bits(self, path: Path, wanted: int) -> Access:
        try:
            for folder in reversed(path.parents):
                found = self._one(folder, EXECUTE)
                if not found.is_allowed:
                    return found
            return self._one(path, wanted)
        except PermissionError as exc:
            return Access(None, Path(exc.filename or path), "this user may not look there")

    def _one(self, path: Path, wanted: int) -> Access:
        if self.user_id == 0:
            return Access(True, path)
        status = path.stat()
        bits = status.st_mode & 7
        if status.st_uid == self.user_id:
            bits = status.st_mode >> 6 & 7
        elif status.st_gid in self.group_ids:
            bits = status.st_mode >> 3 & 7
        if bits & wanted == wanted:
            return Access(True, path)
        if _has_acl(path):
            return Access(None, path, "it has an ACL, which only that account can be asked about")
        return Access(False, path, f"mode {status.st_mode & 0o7777:04o}, owner {_owner(status)}")


def own_account() -> Account:
    """Return the account that runs this process."""
    if sys.platform == "win32":
        return Account(getpass.getuser(), is_own=True)
    return Account(_name_of(os.geteuid()), os.geteuid(), frozenset(os.getgroups()), is_own=True)


def account_called(name: str, groups: tuple[str, ...] = ()) -> Account:
    """Return an account by its name, with further groups that a service gives it.

    Raises:
        ConfigError: There is none of that name.
    """
    if sys.platform == "win32":
        return Account(name, is_own=name.casefold() == getpass.getuser().casefold())
    import grp
    import pwd

    try:
        entry = pwd.getpwnam(name)
        extra = {grp.getgrnam(group).gr_gid for group in groups}
    except KeyError as exc:
        raise ConfigError(
            f"The account {name}, which runs the service, does not exist here: {exc.args[0]}.",
            hint="'cmtel notifier install' and 'cmtel journal install' make it, or --account.",
        ) from exc
    if entry.pw_uid == os.geteuid() and extra <= {*os.getgroups()}:
        return own_account()
    ids = frozenset(os.getgrouplist(name, entry.pw_gid)) | extra
    return Account(name, entry.pw_uid, ids)


def existing(path: Path) -> Path:
    """Return the path itself, or the nearest folder above it that is there."""
    path = path.absolute()
    return next(each for each in (path, *path.parents) if os.path.lexists(each))


def _asked(path: Path, wanted: int) -> Access:
    is_effective = os.access in os.supports_effective_ids
    is_allowed = os.access(path, wanted, effective_ids=is_effective)
    return Access(is_allowed, path, "" if is_allowed else "the system refuses it")


def _has_acl(path: Path) -> bool:
    if sys.platform != "linux":
        return False
    try:
        return _ACL in os.listxattr(path)
    except OSError:  # a file system without ACLs
        return False


def _owner(status: os.stat_result) -> str:
    return _name_of(status.st_uid)


def _name_of(user_id: int) -> str:
    if sys.platform == "win32":
        return str(user_id)
    import pwd

    try:
        return pwd.getpwuid(user_id).pw_name
    except KeyError:
        return str(user_id)
