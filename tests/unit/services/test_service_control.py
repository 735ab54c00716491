"""Every verb on every state: what is asked of the system, what comes out, when it gives up."""

from __future__ import annotations

import pytest

from cmtel.domain.service_states import NOTIFIER, ServiceDefinition, ServiceState
from cmtel.errors import (
    ConfigError,
    ServiceError,
    ServiceNotInstalled,
    ServiceNotRunning,
    ServiceTimeout,
)
from cmtel.services.service_control import Done, ServiceControl
from tests.fakes_clock import FakeClock
from tests.fakes_services import FakeServices

WANTED = ServiceDefinition(NOTIFIER, "cmtel notifier", "Tells.", ("python", "-m", "cmtel"))
OTHER = WANTED._replace(command=("python3", "-m", "cmtel"))


def a_control(services: FakeServices, patience_secs: float = 10) -> ServiceControl:
    return ServiceControl(services, FakeClock(), NOTIFIER, patience_secs)


def a_service(state: ServiceState, **facts: object) -> FakeServices:
    definition = None if state is ServiceState.NOT_INSTALLED else WANTED
    return FakeServices(state=state, definition=definition, **facts)  # type: ignore[arg-type] # keywords come from the tests


def act(control: ServiceControl, verb: str) -> Done:
    if verb == "install":
        return control.install(WANTED)
    if verb == "pause":
        return control.pause(None, "work", "anna")
    if verb == "resume":
        return control.resume("anna")
    done = getattr(control, verb)()
    assert isinstance(done, Done)
    return done


N, S, R, P, F = (
    ServiceState.NOT_INSTALLED, ServiceState.STOPPED, ServiceState.RUNNING, ServiceState.PAUSED,
    ServiceState.FAILED,
)  # fmt: skip


@pytest.mark.parametrize(
    ("verb", "state", "did", "asked", "after"),
    [
        ("install", N, "installed", ["create"], S),
        ("install", S, "unchanged", [], S),
        ("install", R, "unchanged", [], R),
        ("uninstall", N, "already", [], N),
        ("uninstall", S, "uninstalled", ["remove"], N),
        ("uninstall", R, "uninstalled", ["stop", "remove"], N),
        ("uninstall", P, "uninstalled", ["stop", "remove"], N),
        ("start", S, "started", ["start"], R),
        ("start", F, "started", ["start"], R),
        ("start", R, "already", [], R),
        ("start", P, "already", [], P),
        ("stop", R, "stopped", ["stop"], S),
        ("stop", P, "stopped", ["stop"], S),
        ("stop", S, "already", [], S),
        ("stop", F, "already", [], F),
        ("restart", R, "restarted", ["stop", "start"], R),
        ("restart", S, "restarted", ["start"], R),
        ("pause", R, "paused", ["pause"], P),
        ("pause", P, "already", [], P),
        ("resume", P, "resumed", ["resume"], R),
        ("resume", R, "already", [], R),
    ],
)
def test_a_verb(
    verb: str, state: ServiceState, did: str, asked: list[str], after: ServiceState
) -> None:
    services = a_service(state)
    done = act(a_control(services), verb)
    assert (done.did, services.asked, done.status.state) == (did, asked, after)


@pytest.mark.parametrize("verb", ["start", "stop", "restart", "pause", "resume"])
def test_what_is_not_installed_is_said(verb: str) -> None:
    with pytest.raises(ServiceNotInstalled, match="cmtel-notifier is not installed"):
        act(a_control(a_service(N)), verb)


@pytest.mark.parametrize("verb", ["pause", "resume"])
@pytest.mark.parametrize("state", [S, F])
def test_only_a_running_one_is_paused_or_resumed(verb: str, state: ServiceState) -> None:
    with pytest.raises(ServiceNotRunning, match=str(state)):
        act(a_control(a_service(state)), verb)


@pytest.mark.parametrize("verb", ["install", "uninstall", "start", "stop", "pause", "resume"])
def test_a_foreign_service_is_named_and_left_alone(verb: str) -> None:
    services = a_service(R, foreign=r"C:\Vendor\CmTelNotifier.exe")
    with pytest.raises(ConfigError, match="Vendor"):
        act(a_control(services), verb)
    assert services.asked == []


def test_a_foreign_service_can_be_replaced_when_told_to() -> None:
    services = a_service(S, foreign="vendor.exe")
    services.definition = OTHER
    assert a_control(services).install(WANTED, replaces=True).did == "updated"


def test_install_mends_drift_and_restarts_what_ran() -> None:
    services = a_service(R)
    services.definition = OTHER
    done = a_control(services).install(WANTED)
    assert (done.did, services.asked) == ("updated", ["stop", "update", "start"])
    assert [drift.what for drift in done.drift] == ["command"]


def test_a_service_that_ends_at_its_start_is_no_timeout() -> None:
    services = a_service(S, breaks="The settings are broken.")
    with pytest.raises(ServiceError, match=r"ended again: The settings are broken\.") as raised:
        a_control(services).start()
    assert not isinstance(raised.value, ServiceTimeout)


@pytest.mark.parametrize("verb", ["start", "stop", "pause"])
def test_waiting_ends(verb: str) -> None:
    services = a_service(S if verb == "start" else R, looks_needed=None)
    with pytest.raises(ServiceTimeout) as raised:
        act(a_control(services, patience_secs=3), verb)
    assert 3 <= raised.value.waited_secs < 4
    assert raised.value.seen in ("starting", "stopping", "running")


def test_a_second_start_waits_for_the_first() -> None:
    services = a_service(S)
    services.start(NOTIFIER)
    services.asked.clear()
    assert a_control(services).start().did == "started"
    assert services.asked == []
