"""Services on Windows, over a recording stand-in: what is asked for, also what Wine drops."""

from __future__ import annotations

from pathlib import Path

import pytest

from cmtel.adapters.service_managers import windows_api as win32
from cmtel.adapters.service_managers.windows import WindowsServices
from cmtel.adapters.service_managers.windows_access import service_sid
from cmtel.adapters.service_managers.windows_api import ProcessStatus, Registration
from cmtel.domain.service_states import (
    JOURNAL,
    NOTIFIER,
    ServiceDefinition,
    ServiceState,
    StartMode,
)
from cmtel.errors import AccessDenied, ConfigError, ServiceError, ServiceNotInstalled, UsageError
from tests.fakes_windows import FakeService, FakeWindows

PYTHON = r"C:\Program Files\Python\python.exe"
CONFIG = r"C:\Dados do Hotel\CmTelNotifier.xml"
WANTED = ServiceDefinition(
    NOTIFIER, "cmtel: Notification", "Mails.",
    (PYTHON, "-P", "-m", "cmtel", "--config", CONFIG, "notifier", "service"),
    folders=("D:\\spool",), config_file=CONFIG,
)  # fmt: skip
THEIRS = Registration(r"C:\Vendor\CmTelNotifier.exe", win32.AUTO_START, "LocalSystem", "Vendor")


class Passwords:
    """Answers as a person who knows one password; ``asked``: for which accounts."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, account: str) -> str:
        self.asked.append(account)
        return "s3cret"


class Requests:
    """Takes pauses that Windows could not carry."""

    def __init__(self) -> None:
        self.left: list[tuple[str, int | None, str, str]] = []

    def pause(self, name: str, secs: int | None, reason: str, by: str) -> None:
        self.left.append((name, secs, reason, by))


@pytest.fixture
def passwords() -> Passwords:
    return Passwords()


@pytest.fixture
def windows() -> FakeWindows:
    return FakeWindows()


@pytest.fixture
def services(windows: FakeWindows, passwords: Passwords, tmp_path: Path) -> WindowsServices:
    return WindowsServices(windows, Requests(), (str(tmp_path),), passwords)


def test_a_service_runs_python_itself_as_an_account_of_its_own(
    services: WindowsServices, windows: FakeWindows
) -> None:
    services.create(WANTED)

    made = windows.services[NOTIFIER]
    assert made.registration == Registration(
        f'"{PYTHON}" -P -m cmtel --config "{CONFIG}" notifier service',
        win32.AUTO_START, r"NT SERVICE\cmtel-notifier", "cmtel: Notification",
    )  # fmt: skip
    assert made.password is None
    assert windows.logon_rights == []
    assert windows.event_sources == {"cmtel"}


def test_what_wine_drops_is_asked_for(services: WindowsServices, windows: FakeWindows) -> None:
    services.create(WANTED._replace(start=StartMode.DELAYED, operators="Operators"))

    made = windows.services[NOTIFIER]
    assert made.refinements.is_delayed is True
    assert made.refinements.acts_on_exit_code is True
    assert made.refinements.failure_actions == (
        86_400, ((1, 5_000), (1, 60_000), (1, 300_000)),
    )  # fmt: skip
    assert made.refinements.preshutdown_ms == 30_000
    assert "(A;;CCLCRPWPDTLORC;;;S-1-5-32-777)" in made.rights
    assert services.look(NOTIFIER).start is StartMode.DELAYED


def test_both_services_may_write_what_they_share_and_read_the_settings(
    services: WindowsServices, windows: FakeWindows, tmp_path: Path
) -> None:
    services.create(WANTED)

    for folder in (str(tmp_path), "D:\\spool"):
        rights = windows.file_rights[folder]
        assert rights.startswith("D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)")
        for name in (NOTIFIER, JOURNAL):
            assert f"(A;OICI;0x1301bf;;;{service_sid(name)})" in rights
    assert f"(A;;FR;;;{service_sid(NOTIFIER)})" in windows.file_rights[CONFIG]


def test_everybody_may_read_what_is_for_everybody(windows: FakeWindows, tmp_path: Path) -> None:
    folders, public = (str(tmp_path),), str(tmp_path / "status")
    WindowsServices(windows, Requests(), folders, Passwords(), public).create(WANTED)

    assert "(A;OICI;0x1200a9;;;BU)" in windows.file_rights[public]
    assert ";;;BU)" not in windows.file_rights[str(tmp_path)]


def test_a_named_account_gets_the_right_to_log_on_and_its_password_is_asked_for_once(
    services: WindowsServices, windows: FakeWindows, passwords: Passwords
) -> None:
    wanted = WANTED._replace(account="HOTEL\\anna")
    services.create(wanted)
    services.update(wanted._replace(start=StartMode.MANUAL))

    assert windows.logon_rights == ["HOTEL\\anna"]
    assert passwords.asked == ["HOTEL\\anna"]
    assert "S-1-5-21-1-2-3-1001" in windows.file_rights[CONFIG]


@pytest.mark.parametrize("account", ["LocalSystem", r"NT SERVICE\other", "hotel\\gmsa$"])
def test_accounts_without_a_password_are_not_asked_for_one(
    services: WindowsServices, passwords: Passwords, account: str
) -> None:
    services.create(WANTED._replace(account=account))

    assert passwords.asked == []


def test_an_account_that_windows_does_not_know_is_wrong_usage(
    services: WindowsServices, windows: FakeWindows
) -> None:
    with pytest.raises(UsageError):
        services.create(WANTED._replace(account="HOTEL\\nobody"))

    assert windows.services == {}


@pytest.mark.parametrize(
    "account", ["", r"NT AUTHORITY\LocalService", "LocalSystem", "HOTEL\\anna"]
)
def test_a_python_in_a_users_own_folder_is_refused_to_strangers(
    services: WindowsServices, windows: FakeWindows, account: str
) -> None:
    program = r"c:\users\Anna\AppData\Local\Programs\Python\python.exe"
    wanted = WANTED._replace(account=account, command=(program, *WANTED.command[1:]))
    if account in ("LocalSystem", "HOTEL\\anna"):
        services.create(wanted)
        return
    with pytest.raises(ConfigError, match="own folder"):
        services.create(wanted)

    assert windows.services == {}


def test_a_half_made_service_is_taken_back(services: WindowsServices, windows: FakeWindows) -> None:
    windows.refuses["RegCreateKey"] = 5
    with pytest.raises(AccessDenied) as caught:
        services.create(WANTED)

    assert windows.services == {}
    assert "HOTEL\\rita" in caught.value.message
    assert "--operators" in str(caught.value.hint)


@pytest.mark.parametrize("is_poor", [False, True])
def test_what_was_installed_so_has_no_drift(
    windows: FakeWindows, tmp_path: Path, *, is_poor: bool
) -> None:
    windows.is_poor = is_poor
    services = WindowsServices(windows, Requests(), (str(tmp_path),), Passwords())
    wanted = WANTED._replace(start=StartMode.DELAYED)
    services.create(wanted)

    assert services.drift(wanted) == []


def test_every_difference_is_drift(services: WindowsServices, windows: FakeWindows) -> None:
    services.create(WANTED)
    made = windows.services[NOTIFIER]
    made.registration = made.registration._replace(start=win32.DISABLED, account="LocalSystem")
    made.refinements = made.refinements._replace(acts_on_exit_code=False)
    wanted = WANTED._replace(
        account=r"NT SERVICE\cmtel-notifier", operators="Operators", description="Tells."
    )
    found = {each.what: each for each in services.drift(wanted)}

    assert set(found) == {"start", "account", "operators", "description", "acts on exit code"}
    assert found["start"].found == "disabled"
    services.update(wanted)
    assert services.drift(wanted) == []


def test_account_and_operators_stay_where_nobody_names_others(services: WindowsServices) -> None:
    services.create(WANTED._replace(account="LocalSystem", operators="Operators"))

    assert services.drift(WANTED) == []


def test_a_foreign_service_is_known_by_what_it_runs(
    services: WindowsServices, windows: FakeWindows
) -> None:
    windows.services["CmTelNotifier"] = FakeService(THEIRS)

    assert services.foreign_owner("CmTelNotifier") == THEIRS.image_path
    assert services.foreign_owner(NOTIFIER) == ""


def test_what_was_replaced_comes_back_with_the_removal(
    services: WindowsServices, windows: FakeWindows
) -> None:
    windows.services["CmTelNotifier"] = FakeService(THEIRS)
    services.update(WANTED._replace(name="CmTelNotifier"))
    assert services.foreign_owner("CmTelNotifier") == ""
    services.remove("CmTelNotifier")

    assert windows.services["CmTelNotifier"].registration == THEIRS
    services.remove("CmTelNotifier")
    assert windows.services == {}


def test_a_service_whose_password_nobody_knows_is_not_replaced(
    services: WindowsServices, windows: FakeWindows
) -> None:
    windows.services["CmTelNotifier"] = FakeService(THEIRS._replace(account="HOTEL\\anna"))
    with pytest.raises(ConfigError):
        services.update(WANTED._replace(name="CmTelNotifier"))

    assert windows.services["CmTelNotifier"].registration.image_path == THEIRS.image_path


def test_the_event_source_goes_with_the_last_service(
    services: WindowsServices, windows: FakeWindows
) -> None:
    services.create(WANTED)
    services.create(WANTED._replace(name=JOURNAL))
    services.remove(NOTIFIER)
    assert windows.event_sources == {"cmtel"}
    services.remove(JOURNAL)

    assert windows.event_sources == set()


@pytest.mark.parametrize(
    ("status", "state", "exit_code"),
    [
        (ProcessStatus(win32.STOPPED, 0, 1077, 0), ServiceState.STOPPED, None),
        (ProcessStatus(win32.STOPPED, 0, 0, 0), ServiceState.STOPPED, None),
        (ProcessStatus(win32.STOPPED, 0, 1066, 6), ServiceState.FAILED, 6),
        (ProcessStatus(win32.STOPPED, 0, 1053, 0), ServiceState.FAILED, 1053),
        (ProcessStatus(win32.START_PENDING, 7, 0, 0), ServiceState.STARTING, None),
        (ProcessStatus(win32.RUNNING, 7, 0, 0), ServiceState.RUNNING, None),
        (ProcessStatus(win32.RUNNING, 8, 0, 0), ServiceState.FAILED, None),
        (ProcessStatus(win32.PAUSE_PENDING, 7, 0, 0), ServiceState.RUNNING, None),
        (ProcessStatus(win32.PAUSED, 7, 0, 0), ServiceState.PAUSED, None),
        (ProcessStatus(win32.CONTINUE_PENDING, 7, 0, 0), ServiceState.PAUSED, None),
        (ProcessStatus(win32.STOP_PENDING, 7, 0, 0), ServiceState.STOPPING, None),
    ],
)
def test_how_a_service_stands(
    services: WindowsServices, windows: FakeWindows, status: ProcessStatus,
    state: ServiceState, exit_code: int | None,
) -> None:  # fmt: skip
    services.create(WANTED)
    windows.services[NOTIFIER].status = status
    windows.processes[7] = 1_700_000_000.0
    found = services.look(NOTIFIER)

    assert (found.state, found.exit_code) == (state, exit_code)
    assert found.config_file == CONFIG
    is_alive = state in (ServiceState.RUNNING, ServiceState.PAUSED, ServiceState.STOPPING)
    assert (found.since is not None) is is_alive


def test_one_that_is_not_there_is_looked_at_without_a_fuss(services: WindowsServices) -> None:
    assert services.look(NOTIFIER).state is ServiceState.NOT_INSTALLED
    with pytest.raises(ServiceNotInstalled):
        services.start(NOTIFIER)


@pytest.mark.parametrize(
    ("call", "code", "verb", "kind", "cure"),
    [
        ("StartService", 5, "start", AccessDenied, "--operators"),
        ("StartService", 1053, "start", ServiceError, "--account"),
        ("StartService", 1069, "start", ServiceError, "--account"),
        ("StartService", 1072, "start", ServiceError, "services.msc"),
        ("StartService", 2, "start", ServiceError, "install"),
        ("StartService", 1058, "start", ServiceError, "install"),
        ("ControlService", 1061, "stop", ServiceError, "Try again"),
        ("StartService", 1455, "start", ServiceError, ""),
    ],
)
def test_a_refusal_comes_with_its_cure(
    services: WindowsServices, windows: FakeWindows, call: str, code: int, verb: str,
    kind: type[ServiceError], cure: str,
) -> None:  # fmt: skip
    services.create(WANTED)
    windows.refuses[call] = code
    with pytest.raises(kind) as caught:
        getattr(services, verb)(NOTIFIER)

    assert str(code) in caught.value.message
    assert cure in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("call", "code", "verb"), [("StartService", 1056, "start"), ("ControlService", 1062, "stop")]
)
def test_what_is_so_already_is_no_refusal(
    services: WindowsServices, windows: FakeWindows, call: str, code: int, verb: str
) -> None:
    services.create(WANTED)
    windows.refuses[call] = code
    getattr(services, verb)(NOTIFIER)

    assert windows.controls == []


def test_why_it_ended_is_said_in_words(services: WindowsServices, windows: FakeWindows) -> None:
    services.create(WANTED)
    told = []
    for status in (
        ProcessStatus(win32.STOPPED, 0, 1066, 6),
        ProcessStatus(win32.STOPPED, 0, 1053, 0),
        ProcessStatus(win32.STOPPED, 0, 0, 0),
        ProcessStatus(win32.RUNNING, 8, 0, 0),
    ):
        windows.services[NOTIFIER].status = status
        told.append(services.why_it_ended(NOTIFIER))

    assert told[0] == "exit status 6, configuration"
    assert "did not answer" in told[1]
    assert told[2:] == ["exit status 0", "its process has died"]


def test_a_pause_with_words_is_left_as_a_request(windows: FakeWindows, tmp_path: Path) -> None:
    requests = Requests()
    services = WindowsServices(windows, requests, (str(tmp_path),), Passwords())
    services.create(WANTED)
    services.pause(NOTIFIER, None, "", "anna")
    services.pause(NOTIFIER, 600, "work", "anna")
    services.resume(NOTIFIER, "anna")

    assert windows.controls == [(NOTIFIER, 2), (NOTIFIER, 3)]
    assert requests.left == [(NOTIFIER, 600, "work", "anna")]
