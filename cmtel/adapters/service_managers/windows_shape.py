"""What a service of ours is on Windows, and how Windows' answers about it read."""

from __future__ import annotations

from collections.abc import Iterator

from cmtel.adapters.service_managers import windows_api as win32
from cmtel.adapters.service_managers.windows_api import ProcessStatus, Refinements, Registration
from cmtel.adapters.service_managers.windows_command import image_path
from cmtel.adapters.service_managers.windows_errors import NEVER_STARTED, SPECIFIC_ERROR
from cmtel.domain.service_states import Drift, ServiceDefinition, ServiceState, StartMode
from cmtel.errors import ExitStatus

#: After a day without failures the next one counts as the first again.
_RESET_SECS = 86_400
#: Restarts after 5 s, a minute, and then every five minutes.
_RESTARTS = tuple((win32.ACTION_RESTART, delay_ms) for delay_ms in (5_000, 60_000, 300_000))
#: How long a shutdown of the machine waits: mails under way have 5 s, a batch 10.
_PRESHUTDOWN_MS = 30_000
_STATES = {
    win32.STOPPED: ServiceState.STOPPED,
    win32.START_PENDING: ServiceState.STARTING,
    win32.STOP_PENDING: ServiceState.STOPPING,
    win32.RUNNING: ServiceState.RUNNING,
    # Under way is not there yet.
    win32.PAUSE_PENDING: ServiceState.RUNNING,
    win32.PAUSED: ServiceState.PAUSED,
    win32.CONTINUE_PENDING: ServiceState.PAUSED,
}
ALIVE = (ServiceState.RUNNING, ServiceState.PAUSED, ServiceState.STOPPING)


def registration(wanted: ServiceDefinition, account: str) -> Registration:
    """Return what is wanted; ``account``: whose it is if ``wanted`` names none."""
    start = win32.DEMAND_START if wanted.start is StartMode.MANUAL else win32.AUTO_START
    command = image_path(wanted.command)
    return Registration(command, start, wanted.account or account, wanted.display_name)


def refinements(wanted: ServiceDefinition) -> Refinements:
    """Return what CreateService does not take."""
    return Refinements(
        description=wanted.description,
        is_delayed=wanted.start is StartMode.DELAYED,
        failure_actions=(_RESET_SECS, _RESTARTS),
        acts_on_exit_code=True,
        preshutdown_ms=_PRESHUTDOWN_MS,
    )


def refinement_drift(found: Refinements, wanted: Refinements) -> Iterator[Drift]:
    """Yield what differs; what this Windows does not know is no drift."""
    for what, here, there in zip(Refinements._fields, found, wanted, strict=True):
        if what != "is_delayed" and here is not None:  # the start mode has it
            yield Drift(what.replace("_", " "), str(here), str(there))


def start_mode(found: Registration, refined: Refinements) -> StartMode:
    """Return when Windows starts it."""
    if found.start != win32.AUTO_START:
        return StartMode.MANUAL
    return StartMode.DELAYED if refined.is_delayed else StartMode.AUTO


def start_drift(found: Registration, refined: Refinements, wanted: StartMode) -> Drift:
    """Return how the start differs, if it does; where nothing is delayed, delayed is auto."""
    here = "disabled" if found.start == win32.DISABLED else str(start_mode(found, refined))
    is_unknown = wanted is StartMode.DELAYED and refined.is_delayed is None
    return Drift("start", here, str(StartMode.AUTO if is_unknown else wanted))


def state_of(now: ProcessStatus, *, has_process: bool) -> ServiceState:
    """Return how it stands; without a process nothing runs, whatever Windows believes."""
    state = _STATES.get(now.state, ServiceState.STOPPED)
    if state in ALIVE and not has_process:
        return ServiceState.FAILED
    is_failed = state is ServiceState.STOPPED and exit_code_of(now)
    return ServiceState.FAILED if is_failed else state


def exit_code_of(now: ProcessStatus) -> int | None:
    """Return how it ended: our exit status, or Windows' error; None: it has not."""
    if now.state != win32.STOPPED or now.win32_exit_code == NEVER_STARTED:
        return None
    if now.win32_exit_code == SPECIFIC_ERROR:
        return now.service_exit_code
    return now.win32_exit_code


def in_words(code: int) -> str:
    """Return an exit status of ours in words, after a comma; no text: it is none."""
    known = {int(status): status.name for status in ExitStatus}
    return f", {known[code].lower().replace('_', ' ')}" if code in known else ""


def plain_account(account: str) -> str:
    """Return an account for comparison: Windows writes .\\user for one of this machine."""
    return account.casefold().removeprefix(".\\")
