"""systemd as service manager: units of our own, written atomically; pause by our own means.

systemd knows no pause. A service of ours pauses by what stands in its own state, so this adapter
is given the means to ask for it, and to see whether it is so.
"""

from __future__ import annotations

import os
import pwd
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cmtel.adapters.service_managers.account_access import (
    access_of,
    access_wanted,
    ensure_account,
    ensure_groups,
    ensure_reachable,
    give_settings,
)
from cmtel.adapters.service_managers.systemctl import Systemctl, refusal, run
from cmtel.adapters.service_managers.systemd_unit import (
    ACCOUNT,
    MARK,
    is_started_at_boot,
    unit_text,
)
from cmtel.domain.service_states import (
    Drift,
    ServiceDefinition,
    ServiceState,
    ServiceStatus,
    StartMode,
)
from cmtel.errors import AccessDenied, ServiceError

#: There where systemd runs. Source: sd_booted(3), "Notes".
_BOOTED = Path("/run/systemd/system")
SYSTEM_UNITS = Path("/etc/systemd/system")
#: systemd-sysusers makes the account from it, the same at each installation.
_SYSUSERS = Path("/etc/sysusers.d/cmtel.conf")
_SYSUSERS_TEXT = f'{MARK}\nu {ACCOUNT} - "Call journal and notifier of cmtel" /var/lib/cmtel\n'
_SHOWN = (
    "LoadState", "ActiveState", "SubState", "UnitFileState", "MainPID", "User", "StatusText",
    "StateChangeTimestamp", "ExecMainStatus", "FragmentPath", "Job", "Result",
    "SupplementaryGroups",
)  # fmt: skip
_STATES = {
    "active": ServiceState.RUNNING,
    "reloading": ServiceState.RUNNING,
    "activating": ServiceState.STARTING,
    "deactivating": ServiceState.STOPPING,
    "failed": ServiceState.FAILED,
}


class Pausing(Protocol):
    """How our services pause: by a request in their state, which they answer within seconds."""

    def is_paused(self, name: str) -> bool: ...

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None: ...

    def resume(self, name: str, by: str) -> None: ...


class SystemdServices:
    """Implements ``ServiceManager`` on the system's systemd, or the calling user's own."""

    def __init__(
        self, pausing: Pausing, *, is_user: bool = False, folder: Path | None = None
    ) -> None:
        self._pausing = pausing
        self._is_user = is_user
        self._folder = folder or (_user_units() if is_user else SYSTEM_UNITS)
        self._systemctl = Systemctl(is_user=is_user)

    def look(self, name: str) -> ServiceStatus:
        """Return how it stands; a unit that is installed but not loaded yet is STOPPED.

        Where systemd does not run nothing is installed.
        """
        if not _BOOTED.is_dir():
            return ServiceStatus(name, ServiceState.NOT_INSTALLED)
        shown = self._systemctl.properties(_unit(name), _SHOWN)
        if shown["LoadState"] == "not-found":
            return ServiceStatus(name, ServiceState.NOT_INSTALLED)
        state = self._state(name, shown)
        return ServiceStatus(
            name, state,
            since=_since(shown["StateChangeTimestamp"]),
            account=shown["User"] or ("" if self._is_user else "root"),
            start=_start_mode(shown["UnitFileState"]),
            process_id=int(shown["MainPID"]) or None,
            exit_code=int(shown["ExecMainStatus"]) if state is ServiceState.FAILED else None,
            text=shown["StatusText"],
            groups=tuple(shown.get("SupplementaryGroups", "").split()),
        )  # fmt: skip

    def foreign_owner(self, name: str) -> str:
        """Return the unit file of a service that lacks our mark; empty: ours, or none."""
        shown = self._systemctl.properties(_unit(name), ("LoadState", "FragmentPath"))
        if shown["LoadState"] == "not-found" or not shown["FragmentPath"]:
            return ""
        path = Path(shown["FragmentPath"])
        return "" if _text_of(path).startswith(MARK) else str(path)

    def drift(self, wanted: ServiceDefinition) -> Sequence[Drift]:
        """Return the lines of the unit that differ, another start mode, settings out of reach."""
        found = _text_of(self._path(wanted.name)).splitlines()
        lines = unit_text(wanted, is_user=self._is_user).splitlines()
        return [
            *_line_drift(found, lines), *self._start_drift(wanted), *self._access_drift(wanted),
        ]  # fmt: skip

    def create(self, wanted: ServiceDefinition) -> None:
        """Make the account, give it what it needs, and write the unit."""
        self.update(wanted)

    def update(self, wanted: ServiceDefinition) -> None:
        """Write the unit anew and let systemd read it; what the account needs, too.

        Raises:
            ConfigError: The account or a group is unknown, or cannot reach program or settings.
        """
        if not self._is_user:
            self._prepare_account(wanted)
        self._give_folders(wanted)
        _write(self._path(wanted.name), unit_text(wanted, is_user=self._is_user))
        self._systemctl.do("daemon-reload")
        verb = "enable" if is_started_at_boot(wanted.start) else "disable"
        self._systemctl.do(verb, _unit(wanted.name))

    def remove(self, name: str) -> None:
        """Remove the unit; account, settings, state and logs stay."""
        self._systemctl.do("disable", _unit(name))
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as exc:
            raise _not_written(self._path(name), exc) from exc
        self._systemctl.do("daemon-reload")
        self._systemctl.ask("reset-failed", _unit(name))  # of one that never failed: refused

    def start(self, name: str) -> None:
        """Ask for a start; forgotten are earlier failures, which could forbid it."""
        self._systemctl.ask("reset-failed", _unit(name))
        self._systemctl.do("start", "--no-block", _unit(name))

    def stop(self, name: str) -> None:
        """Ask for a stop."""
        self._systemctl.do("stop", "--no-block", _unit(name))

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None:
        """Leave a request for the service."""
        self._pausing.pause(name, secs, reason, by)

    def resume(self, name: str, by: str) -> None:
        """Leave a request for the service."""
        self._pausing.resume(name, by)

    def why_it_ended(self, name: str) -> str:
        """Return systemd's word for it, the exit status and the last line of the journal."""
        shown = self._systemctl.properties(_unit(name), ("Result", "ExecMainStatus"))
        words = ["journalctl", "--unit", _unit(name), "--lines=30", "--output=cat", "--no-pager"]
        said = run(words[:1] + (["--user"] if self._is_user else []) + words[1:]).out.splitlines()
        last = next((line for line in reversed(said) if line.startswith("error:")), "")
        told = f"{shown['Result']}, exit status {shown['ExecMainStatus']}"
        return f"{told}; {last.removeprefix('error: ')}" if last else told

    def _state(self, name: str, shown: dict[str, str]) -> ServiceState:
        state = _STATES.get(shown["ActiveState"], ServiceState.STOPPED)
        if state is ServiceState.STOPPED and shown["Job"] not in ("", "0"):
            return ServiceState.STARTING
        if shown["SubState"] == "auto-restart":
            return ServiceState.FAILED
        if state is ServiceState.RUNNING and self._pausing.is_paused(name):
            return ServiceState.PAUSED
        return state

    def _start_drift(self, wanted: ServiceDefinition) -> Iterator[Drift]:
        shown = self._systemctl.properties(_unit(wanted.name), ("UnitFileState",))
        found = _start_mode(shown["UnitFileState"])
        is_wanted = is_started_at_boot(wanted.start)
        if (found is StartMode.AUTO) is not is_wanted:
            yield Drift("start", str(found), str(wanted.start))

    def _access_drift(self, wanted: ServiceDefinition) -> Iterator[Drift]:
        """A settings file that was made anew is root's alone."""
        path = Path(wanted.config_file)
        if self._is_user or not wanted.config_file:
            return
        found, should = access_of(path), access_wanted(wanted.account or ACCOUNT)
        if found != should:
            yield Drift(f"access to {path}", found, should)

    def _prepare_account(self, wanted: ServiceDefinition) -> None:
        """Before the unit is written: what cannot run is not installed."""
        account = wanted.account or ACCOUNT
        if not wanted.account:
            _write(_SYSUSERS, _SYSUSERS_TEXT)
            _must(["systemd-sysusers", str(_SYSUSERS)])
        ensure_account(account)
        ensure_groups(wanted.groups)
        for program in (Path(wanted.command[0]), Path(__file__).parents[2]):
            ensure_reachable(program, account)
        if wanted.config_file:
            give_settings(Path(wanted.config_file), account)

    def _give_folders(self, wanted: ServiceDefinition) -> None:
        """Give the account its folders of the settings' choice; systemd makes the usual ones."""
        for folder in wanted.folders:
            path = Path(folder)
            try:
                path.mkdir(parents=True, exist_ok=True, mode=0o750)
                if not self._is_user:
                    shutil.chown(path, wanted.account or ACCOUNT)
            except (OSError, LookupError) as exc:
                raise _not_written(path, exc) from exc

    def _path(self, name: str) -> Path:
        return self._folder / _unit(name)


def _unit(name: str) -> str:
    return f"{name}.service"


def _user_units() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base, "systemd", "user")


def _start_mode(unit_file_state: str) -> StartMode:
    return StartMode.AUTO if unit_file_state.startswith("enabled") else StartMode.MANUAL


def _since(stamp: str) -> datetime | None:
    """Return the instant of a time stamp as systemctl shows it where TZ is UTC."""
    try:
        return datetime.strptime(stamp, "%a %Y-%m-%d %H:%M:%S UTC").replace(tzinfo=UTC)
    except ValueError:  # empty, or n/a: it has not changed since the system started
        return None


def _line_drift(found: Sequence[str], wanted: Sequence[str]) -> Iterator[Drift]:
    known, lines = set(found), set(wanted)
    for line in wanted:
        if line not in known and not line.startswith("#"):
            name, _, value = line.partition("=")
            before = next((old for old in found if old.startswith(f"{name}=")), "")
            yield Drift(name, before.partition("=")[2], value)
    for line in found:
        if line not in lines and not line.startswith("#") and "=" in line:
            name, _, value = line.partition("=")
            if not any(new.startswith(f"{name}=") for new in wanted):
                yield Drift(name, value, "")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except OSError as exc:
        raise AccessDenied(f"{path} cannot be read ({exc.strerror}).") from exc


def _write(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as exc:
        raise _not_written(path, exc) from exc


def _not_written(path: Path, exc: Exception) -> ServiceError | AccessDenied:
    if isinstance(exc, PermissionError):
        return AccessDenied(
            f"{path} cannot be written by {pwd.getpwuid(os.geteuid()).pw_name} ({exc.strerror}).",
            hint="Run it as root, for example with sudo; or install a service of your own: --user.",
        )
    return ServiceError(f"{path} cannot be written ({exc}).")


def _must(words: Sequence[str]) -> None:
    answer = run(words)
    if answer.status != 0:
        raise refusal(" ".join(words), answer)
