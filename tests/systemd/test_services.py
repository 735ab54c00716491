"""Both services on a real systemd: every verb, from another process, by commands alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cmtel.errors import ExitStatus
from tests.systemd.conftest import CONFIG, SETTINGS
from tests.systemd.machine import Machine, wait_until

# The first test of all waits for debootstrap.
pytestmark = [pytest.mark.systemd, pytest.mark.timeout(600)]

JOBS = ["notifier", "journal"]
NOBODY = 65534
SEND = """
import json, socket
call = {"direction": "out", "state": "CONN", "started_at": "2026-05-04T10:00:00"}
with socket.create_connection(("127.0.0.1", 9000), 10) as link:
    link.sendall(json.dumps(call).encode() + b"\\n")
"""
COUNT = """
import sqlite3
db = sqlite3.connect("/var/lib/cmtel/journal ü.db")
print(db.execute("SELECT count(*) FROM journal").fetchone()[0])
"""
CALLS = "sqlite:////var/lib/cmtel/calls.db"
OLD_CALL = """
import sqlite3
with sqlite3.connect("/var/lib/cmtel/calls.db") as db:
    db.execute("CREATE TABLE c (nr INTEGER PRIMARY KEY, at TEXT)")
    db.execute("INSERT INTO c (at) VALUES (datetime('now', '-50 minutes'))")
"""
MAILS = """
import sqlite3
db = sqlite3.connect("/var/lib/cmtel/notifier.sqlite3")
print(*(kind for kind, in db.execute("SELECT kind FROM outbox")))
"""
PYTHON = "/opt/cm tel ü/bin/python"


def install(machine: Machine, job: str, *words: str) -> dict[str, Any]:
    return done(machine.must("cmtel", "--json", "--config", CONFIG, job, "install", *words))


def verb(machine: Machine, job: str, *words: str) -> dict[str, Any]:
    return done(machine.must("cmtel", "--json", job, *words))


def done(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def status(machine: Machine, job: str, user: int = NOBODY) -> tuple[ExitStatus, str]:
    """As somebody sees it who may nothing."""
    found = machine.cmtel("--json", job, "status", user=user)
    return ExitStatus(found.returncode), done(found.stdout)["state"]


def process_of(machine: Machine, job: str) -> int:
    found = machine.must("systemctl", "show", f"cmtel-{job}", "--property=MainPID", "--value")
    return int(found)


def signal(machine: Machine, name: str, process_id: int) -> None:
    machine.must("sh", "-c", f"kill -{name} {process_id}")


def has_mailed(machine: Machine, kind: str) -> bool:
    return kind in machine.run(PYTHON, "-c", MAILS).stdout.split()


def number(machine: Machine, program: str) -> int:
    return int(machine.must(PYTHON, "-c", program))


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.usefixtures("table")
def test_a_life(machine: Machine, job: str) -> None:
    assert status(machine, job) == (ExitStatus.NOT_INSTALLED, "not installed")
    assert machine.cmtel(job, "start").returncode == ExitStatus.NOT_INSTALLED

    assert install(machine, job)["did"] == "installed"
    assert status(machine, job) == (ExitStatus.NOT_RUNNING, "stopped")
    started = verb(machine, job, "start")
    assert (started["did"], started["state"], started["account"]) == ("started", "running", "cmtel")
    assert started["process_id"] == process_of(machine, job)
    assert status(machine, job) == (ExitStatus.DONE, "running")
    assert verb(machine, job, "start")["did"] == "already"
    assert install(machine, job, "--now")["did"] == "unchanged"
    assert process_of(machine, job) == started["process_id"]

    restarted = verb(machine, job, "restart")
    assert restarted["did"] == "restarted"
    assert restarted["process_id"] != started["process_id"]
    assert verb(machine, job, "stop")["state"] == "stopped"
    assert verb(machine, job, "stop")["did"] == "already"

    assert verb(machine, job, "uninstall")["did"] == "uninstalled"
    assert verb(machine, job, "uninstall")["did"] == "already"
    assert status(machine, job) == (ExitStatus.NOT_INSTALLED, "not installed")
    assert machine.read(CONFIG) == SETTINGS


@pytest.mark.usefixtures("table")
def test_a_paused_journal_takes_calls_and_delivers_them_when_resumed(machine: Machine) -> None:
    install(machine, "journal", "--now")
    machine.must(PYTHON, "-c", SEND)
    wait_until(lambda: number(machine, COUNT) == 1)

    machine.must("cmtel", "journal", "pause", "--for", "1h", "--reason", "Umbau ö")
    machine.must(PYTHON, "-c", SEND)
    assert status(machine, "journal") == (ExitStatus.PAUSED, "paused")
    verb(machine, "journal", "restart")
    assert status(machine, "journal") == (ExitStatus.PAUSED, "paused")
    assert number(machine, COUNT) == 1

    machine.must("cmtel", "journal", "resume")
    assert status(machine, "journal") == (ExitStatus.DONE, "running")
    wait_until(lambda: number(machine, COUNT) == 2)


@pytest.mark.usefixtures("table")
def test_a_paused_notifier_says_so(machine: Machine) -> None:
    install(machine, "notifier", "--now")

    machine.must("cmtel", "notifier", "pause", "--reason", "Umbau ö")
    assert status(machine, "notifier") == (ExitStatus.PAUSED, "paused")
    status_of = ["systemctl", "show", "cmtel-notifier", "--property=StatusText"]
    wait_until(lambda: "PAUSED" in machine.must(*status_of))

    machine.must("cmtel", "notifier", "resume")
    assert status(machine, "notifier") == (ExitStatus.DONE, "running")


@pytest.mark.usefixtures("table")
def test_everybody_sees_the_status_and_no_address(machine: Machine) -> None:
    assert machine.cmtel("status", user=NOBODY).returncode == ExitStatus.NOT_INSTALLED
    for job in JOBS:
        install(machine, job, "--now")
    machine.must(PYTHON, "-c", SEND)
    wait_until(lambda: number(machine, COUNT) == 1)

    def seen(*words: str) -> tuple[int, dict[str, Any]]:
        told = machine.cmtel("--json", "status", *words, user=NOBODY)
        assert "hotel.example" not in told.stdout
        return told.returncode, done(told.stdout)

    def total(name: str) -> int:
        return sum(book[name] for book in seen()[1]["books"])

    wait_until(lambda: total("delivered") == 1)
    exit_status, document = seen("--check")
    assert (exit_status, document["check"]["findings"]) == (ExitStatus.DONE, [])
    assert [service["state"] for service in document["services"]] == ["running", "running"]
    assert document["config_file"] == CONFIG
    assert document["books"][0]["link"] == "listening"
    assert document["journal"]["table"] == "journal"
    assert document["last_call_secs_ago"] < 60
    assert [feed["feed"] for feed in document["notifier"]["feeds"]] == ["Main"]

    machine.must("cmtel", "journal", "pause")
    assert seen()[0] == seen("--check")[0] == ExitStatus.PAUSED
    verb(machine, "notifier", "stop")
    assert seen()[0] == seen("--check")[0] == ExitStatus.NOT_RUNNING
    for job in JOBS:
        verb(machine, job, "uninstall")
    exit_status, document = seen()
    assert exit_status == ExitStatus.NOT_INSTALLED
    assert total("received") == 1
    assert document["notifier"]["process_id"] is None


def test_who_may_nothing_is_told_so(machine: Machine) -> None:
    install(machine, "notifier")

    for words in (["start"], ["uninstall"], ["install"]):
        refused = machine.cmtel("--config", CONFIG, "notifier", *words, user=NOBODY)
        assert refused.returncode == ExitStatus.ACCESS_DENIED, refused.stderr
        assert "sudo" in refused.stderr or "elevated" in refused.stderr


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.usefixtures("table")
def test_what_was_changed_is_shown_and_mended(machine: Machine, job: str) -> None:
    unit = f"/etc/systemd/system/cmtel-{job}.service"
    install(machine, job, "--now")
    before = machine.read(unit)
    process_id = process_of(machine, job)
    machine.write(unit, before.replace("NoNewPrivileges=yes\n", "") + "Nice=5\n", "644")
    machine.must("chmod", "600", CONFIG)
    machine.must("systemctl", "disable", f"cmtel-{job}")

    found = install(machine, job)

    assert found["did"] == "updated"
    drift = {each["what"]: (each["found"], each["wanted"]) for each in found["drift"]}
    assert drift["NoNewPrivileges"] == ("", "yes")
    assert drift["Nice"] == ("5", "")
    assert drift["start"] == ("manual", "auto")
    assert drift[f"access to {CONFIG}"] == ("0600 group cmtel", "0640 group cmtel")
    assert machine.read(unit) == before
    assert found["state"] == "running"
    assert process_of(machine, job) != process_id
    assert install(machine, job)["did"] == "unchanged"


def test_somebody_elses_service_is_left_alone(machine: Machine) -> None:
    unit = "/etc/systemd/system/cmtel-notifier.service"
    vendors = "[Service]\nExecStart=/bin/sleep 1000\n"
    machine.write(unit, vendors, "644")
    machine.must("systemctl", "daemon-reload")
    machine.must("systemctl", "start", "cmtel-notifier")

    for words in (["install"], ["uninstall"], ["stop"], ["restart"]):
        refused = machine.cmtel("--config", CONFIG, "notifier", *words)
        assert refused.returncode == ExitStatus.CONFIGURATION
        assert unit in refused.stderr
    assert machine.read(unit) == vendors
    assert machine.must("systemctl", "is-active", "cmtel-notifier") == "active\n"
    machine.must("systemctl", "stop", "cmtel-notifier")


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.usefixtures("table")
def test_broken_settings_are_named_and_not_tried_again(machine: Machine, job: str) -> None:
    install(machine, job)
    machine.write(CONFIG, SETTINGS.replace("every=", "ever="), "640")
    machine.must("chgrp", "cmtel", CONFIG)

    failed = machine.cmtel(job, "start")

    assert failed.returncode == ExitStatus.FAILURE
    assert "exit status 6" in failed.stderr
    assert "has 1 problem" in failed.stderr
    logged = machine.must("journalctl", "--unit", f"cmtel-{job}", "--output=cat")
    assert "CmTelNotifier/Check/@ever" in logged
    assert status(machine, job) == (ExitStatus.NOT_RUNNING, "failed")
    if job == "notifier":
        assert "CmTelNotifier/Check/@ever" in machine.read("/var/log/cmtel/CmTelNotifier.log")


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.usefixtures("table")
def test_a_killed_service_is_started_again(machine: Machine, job: str) -> None:
    install(machine, job, "--now")
    process_id = process_of(machine, job)

    signal(machine, "KILL", process_id)

    wait_until(lambda: process_of(machine, job) not in (0, process_id))
    wait_until(lambda: status(machine, job) == (ExitStatus.DONE, "running"))


@pytest.mark.usefixtures("table")
def test_a_notifier_that_hangs_is_started_again_by_the_watchdog(machine: Machine) -> None:
    """Three checks of 5 s and 30 s of slack."""
    install(machine, "notifier", "--now")
    process_id = process_of(machine, "notifier")

    signal(machine, "STOP", process_id)

    wait_until(lambda: process_of(machine, "notifier") not in (0, process_id), 80)
    logged = machine.must("journalctl", "--unit", "cmtel-notifier", "--output=cat")
    assert "Watchdog timeout (limit 45s)!" in logged


@pytest.mark.usefixtures("table")
def test_a_stop_is_mailed_and_a_restart_is_not(machine: Machine) -> None:
    """Charging has stalled; the mail waits in the outbox, for there is no server."""
    feed = f'<Feed name="Hotel" source="database" connection="{CALLS}" table="c" timeColumn="at"/>'
    fixed = '<Silence mode="fixed" after="30m"/>'
    machine.write(
        CONFIG, SETTINGS.replace('<Check every="5s"/>', f'<Check every="5s"/>{feed}{fixed}')
    )
    machine.must(PYTHON, "-c", OLD_CALL)
    machine.must("chown", "cmtel:", "/var/lib/cmtel/calls.db")
    install(machine, "notifier", "--now")
    wait_until(lambda: has_mailed(machine, "FIRST"), 60)

    verb(machine, "notifier", "restart")
    machine.must("systemctl", "restart", "cmtel-notifier")
    machine.must("systemctl", "disable", "cmtel-notifier")
    assert install(machine, "notifier")["did"] == "updated"
    assert not has_mailed(machine, "STOPPED")

    verb(machine, "notifier", "stop")
    assert has_mailed(machine, "STOPPED")


def test_credentials_by_commands_alone(machine: Machine) -> None:
    login = 'tls="none" allowInsecure="true" user="u" secretRef="cred:mail"'
    machine.write(CONFIG, SETTINGS.replace('tls="none"', login))
    lacking = machine.cmtel("--config", CONFIG, "notifier", "install")
    assert lacking.returncode == ExitStatus.CONFIGURATION
    assert "cmtel secret set cred:mail" in lacking.stderr

    machine.must("cmtel", "secret", "set", "cred:mail", text="hunter2")
    file = "/etc/cmtel/credentials/mail"
    assert machine.must("stat", "--format=%a %U", file) == "600 root\n"
    assert install(machine, "notifier", "--now")["state"] == "running"
    process_id = process_of(machine, "notifier")
    environment = machine.read(f"/proc/{process_id}/environ")
    assert "CREDENTIALS_DIRECTORY=/run/credentials/cmtel-notifier.service" in environment
    assert "hunter2" not in environment


@pytest.mark.parametrize("job", JOBS)
def test_the_unit_is_hardened(machine: Machine, job: str) -> None:
    install(machine, job)

    told = machine.run("systemd-analyze", "security", f"cmtel-{job}.service", "--no-pager").stdout

    assert float(told.rstrip().splitlines()[-1].split(": ")[1].split()[0]) <= 1.5
    verified = machine.run("systemd-analyze", "verify", f"cmtel-{job}.service")
    assert verified.stderr == ""


def test_a_program_that_the_account_cannot_reach_is_refused_before(machine: Machine) -> None:
    python = "/root/cmtel/bin/python"

    refused = machine.run(python, "-P", "-m", "cmtel", "--config", CONFIG, "notifier", "install")

    assert refused.returncode == ExitStatus.CONFIGURATION
    assert f"The account cmtel cannot use {python}: /root is closed to it." in refused.stderr
    assert "/opt" in refused.stderr
    assert status(machine, "notifier") == (ExitStatus.NOT_INSTALLED, "not installed")


def test_an_account_and_groups_of_the_sites_choice(machine: Machine) -> None:
    assert (
        machine.cmtel("--config", CONFIG, "notifier", "install", "--account", "no").returncode == 6
    )
    assert (
        machine.cmtel("--config", CONFIG, "notifier", "install", "--groups", "no").returncode == 6
    )

    started = install(machine, "notifier", "--account", "ana", "--groups", "adm", "--now")

    assert started["account"] == "ana"
    told = machine.read(f"/proc/{started['process_id']}/status").splitlines()
    groups = next(line for line in told if line.startswith("Groups:"))
    assert sorted(groups.split()[1:]) == ["1000", "4"]
    assert machine.must("stat", "--format=%a %G", CONFIG) == "640 ana\n"


@pytest.fixture
def ana(machine: Machine) -> Iterator[int]:
    """A user with a systemd of her own."""
    machine.must("loginctl", "enable-linger", "ana")
    wait_until(lambda: machine.run("systemctl", "is-active", "user@1000").stdout == "active\n")
    machine.must("mkdir", "-p", "/home/ana/.config/cmtel", user=1000)
    settings = SETTINGS.replace("/var/lib/cmtel", "/home/ana").replace(":9000", ":9001")
    machine.write("/home/ana/.config/cmtel/CmTelNotifier.xml", settings)
    machine.must("chown", "-R", "ana:", "/home/ana")
    yield 1000
    machine.run("loginctl", "disable-linger", "ana")


@pytest.mark.parametrize("job", JOBS)
def test_a_service_of_a_users_own(machine: Machine, ana: int, job: str) -> None:
    machine.must("cmtel", "journal", "create-table", "--if-missing", user=ana)

    def own(*words: str) -> tuple[int, str]:
        told = machine.cmtel("--json", job, *words, "--user", user=ana)
        assert told.stdout, told.stderr
        return told.returncode, done(told.stdout)["state"]

    assert own("install", "--now") == (ExitStatus.DONE, "running")
    machine.must("cmtel", job, "pause", user=ana)
    assert own("status") == (ExitStatus.PAUSED, "paused")
    assert status(machine, job) == (ExitStatus.NOT_INSTALLED, "not installed")
    machine.must("cmtel", job, "resume", user=ana)
    assert own("restart") == (ExitStatus.DONE, "running")
    assert own("uninstall") == (ExitStatus.DONE, "not installed")
