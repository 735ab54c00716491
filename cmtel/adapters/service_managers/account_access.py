"""Whether the account of a service reaches its program and settings, and giving it the latter."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import stat
from pathlib import Path

from cmtel.errors import AccessDenied, ConfigError

#: /etc/cmtel: made private by 'cmtel init'; a service's account has to get at its files.
_SETTINGS_FOLDER = Path("/etc/cmtel")
_SETTINGS_MODE = 0o640


def ensure_reachable(path: Path, account: str) -> None:
    """Return if the account may read and execute what is at ``path``.

    Raises:
        ConfigError: It may not; the message names the folder that keeps it out.
    """
    for step in _steps(path):
        if not _may_enter(step, account):
            raise ConfigError(
                f"The account {account} cannot use {path}: {step} is closed to it.",
                hint="Install cmtel where everybody may read it, for example in a virtual "
                "environment in /opt, and install the service from there.",
            )


def give_settings(path: Path, account: str) -> None:
    """Let the account read the settings file, and nobody else but its owner (0640).

    Raises:
        ConfigError: The folder of the file is closed to the account.
        AccessDenied: This user may not change the file.
    """
    group = pwd.getpwnam(account).pw_gid
    try:
        if path.parent == _SETTINGS_FOLDER:
            _share(path.parent, group, 0o750)
        _share(path, group, _SETTINGS_MODE)
    except OSError as exc:
        message = f"{path} cannot be given to the account {account} ({exc.strerror})."
        raise AccessDenied(message, hint="Run it as root, for example with sudo.") from exc
    closed = next((step for step in path.parents if not _may_enter(step, account)), None)
    if closed is not None:
        raise ConfigError(
            f"The account {account} cannot read {path}: {closed} is closed to it.",
            hint=f"Move the file to {_SETTINGS_FOLDER}, and install with --config.",
        )


def access_of(path: Path) -> str:
    """Return group and mode of a file, as :func:`access_wanted` writes them."""
    found = path.stat()
    return _access(found.st_gid, stat.S_IMODE(found.st_mode))


def access_wanted(account: str) -> str:
    """Return what :func:`give_settings` makes of a settings file; empty: no such account."""
    try:
        return _access(pwd.getpwnam(account).pw_gid, _SETTINGS_MODE)
    except KeyError:
        return ""


def ensure_account(name: str) -> None:
    """Return if there is such an account.

    Raises:
        ConfigError: There is none.
    """
    try:
        pwd.getpwnam(name)
    except KeyError as exc:
        message = f"There is no account {name}."
        raise ConfigError(message, hint="Make it first, or leave --account out.") from exc


def ensure_groups(names: tuple[str, ...]) -> None:
    """Return if there are such groups.

    Raises:
        ConfigError: One of them is not there.
    """
    known = {group.gr_name for group in grp.getgrall()}
    missing = [name for name in names if name not in known]
    if missing:
        raise ConfigError(f"There is no group {', '.join(missing)}.", hint="See 'getent group'.")


def _share(path: Path, group: int, mode: int) -> None:
    shutil.chown(path, group=group)
    path.chmod(mode)


def _access(group_id: int, mode: int) -> str:
    try:
        group = grp.getgrgid(group_id).gr_name
    except KeyError:
        group = str(group_id)
    return f"{mode:04o} group {group}"


def _steps(path: Path) -> list[Path]:
    """The way to a program: its links and where they lead, each folder above it first."""
    steps: list[Path] = []
    while True:
        steps += [*reversed(path.parents), path]
        if not path.is_symlink():
            return [step for step in steps if not step.is_symlink()]
        path = path.parent / path.readlink()


def _may_enter(step: Path, account: str) -> bool:
    found, who = step.stat(), pwd.getpwnam(account)
    if who.pw_uid in (0, found.st_uid):
        return who.pw_uid == 0 or bool(found.st_mode & stat.S_IXUSR)
    if found.st_gid in os.getgrouplist(account, who.pw_gid):
        return bool(found.st_mode & stat.S_IXGRP)
    return bool(found.st_mode & stat.S_IXOTH)
