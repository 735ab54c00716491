"""The probes of this machine: zone, disks, services, who works on spool and state, the log."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from cmtel.adapters.account_rights import Account
from cmtel.adapters.clock import SystemClock
from cmtel.adapters.disks import free_bytes, has_free_inodes, network_kind
from cmtel.adapters.instance_lock import InstanceLock
from cmtel.adapters.spool.sqlite_spool import SqliteSpool
from cmtel.bootstrap.config import load_config
from cmtel.bootstrap.doctor.machine import disk_finding, machine_probes
from cmtel.bootstrap.doctor.site import make_site
from cmtel.bootstrap.services import Job
from cmtel.domain.service_states import ServiceState, ServiceStatus
from cmtel.services.doctor import Verdict
from tests.fakes_services import FakeServices
from tests.integration.doctor.examined import (
    MAIL,
    SOURCE,
    examined,
    journal,
    settings_file,
    the,
    verdict,
)


def test_the_zone_of_the_settings_and_what_time_it_is_there(tmp_path: Path) -> None:
    found, text = verdict(settings_file(tmp_path, MAIL), "time-zone")

    assert found is Verdict.OK
    assert text.startswith("Europe/Vienna, now 20")


def test_disks_with_room(tmp_path: Path) -> None:
    found = examined(settings_file(tmp_path, journal(tmp_path, SOURCE, MAIL)), "disk")

    assert [each.subject.split()[0] for each in found] == ["spool", "state", "log"]
    assert {each.finding.verdict for each in found} == {Verdict.OK}


def test_a_spool_that_may_become_larger_than_the_disk_is_a_warning(tmp_path: Path) -> None:
    megabytes = (free_bytes(tmp_path) >> 20) + 10_000

    finding = disk_finding("spool", tmp_path / "spool", megabytes)

    assert finding.verdict is Verdict.WARN
    assert f"the spool may grow by {megabytes} MB more" in finding.text


@pytest.mark.parametrize(("name", "wanted"), [("spool", Verdict.FAIL), ("log", Verdict.WARN)])
def test_a_spool_on_a_network_drive_fails_and_a_log_is_warned_of(
    tmp_path: Path, name: str, wanted: Verdict
) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text("36 21 98:0 / / rw,noatime master:1 - nfs4 server:/export rw\n")

    finding = disk_finding(name, tmp_path / "spool", 1, mounts)

    assert finding.verdict is wanted
    assert "network drive (nfs4)" in finding.text


def test_there_are_inodes_here(tmp_path: Path) -> None:
    assert has_free_inodes(tmp_path)


@pytest.mark.parametrize(
    ("mount", "kind", "found"),
    [
        ("/", "ext4", ""),
        ("/", "nfs4", "nfs4"),
        ("HERE", "cifs", "cifs"),
        ("HERE/other", "cifs", ""),
        ("HERE", "fuse.sshfs", "fuse.sshfs"),
        ("HERE", "tmpfs", ""),
    ],
)
def test_a_network_drive_is_known_by_its_mount(
    tmp_path: Path, mount: str, kind: str, found: str
) -> None:
    folder = tmp_path / "with blank"
    folder.mkdir()
    point = mount.replace("HERE", str(folder.resolve())).replace(" ", "\\040")
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"36 21 98:0 / {point} rw,noatime master:1 - {kind} server:/export rw\n"
    )

    assert network_kind(folder, mounts) == found


def test_without_a_table_of_mounts_nobody_can_tell(tmp_path: Path) -> None:
    assert network_kind(tmp_path, tmp_path / "none") == ""


def service(status: ServiceStatus, **changes: str) -> FakeServices:
    @dataclass
    class Fixed(FakeServices):
        def look(self, name: str) -> ServiceStatus:
            return status._replace(name=name)

    return Fixed(**changes)  # type: ignore[arg-type]  # breaks and foreign are texts


@pytest.mark.parametrize(
    ("state", "wanted", "text"),
    [
        (ServiceState.NOT_INSTALLED, Verdict.OK, "not installed; 'cmtel journal install'"),
        (ServiceState.RUNNING, Verdict.OK, "running"),
        (ServiceState.STOPPED, Verdict.WARN, "stopped"),
        (ServiceState.PAUSED, Verdict.WARN, "paused"),
        (ServiceState.FAILED, Verdict.FAIL, "it ended with an error: exit status 6"),
    ],
)
def test_how_the_service_stands(
    tmp_path: Path, state: ServiceState, wanted: Verdict, text: str
) -> None:
    path = settings_file(tmp_path, journal(tmp_path, SOURCE))
    manager = service(ServiceStatus("", state), breaks="exit status 6")

    finding = the(examined(path, "service", manager=manager), "service", "cmtel-journal")

    assert finding.verdict is wanted
    assert finding.text.startswith(text)


def test_a_service_by_other_settings_is_a_warning(tmp_path: Path) -> None:
    path = settings_file(tmp_path, journal(tmp_path, SOURCE))
    status = ServiceStatus("", ServiceState.RUNNING, config_file="/etc/cmtel/other.xml")

    finding = the(examined(path, "service", manager=service(status)), "service", "journal")

    assert finding.verdict is Verdict.WARN
    assert "/etc/cmtel/other.xml" in finding.text


def test_a_foreign_service_of_our_name_is_named(tmp_path: Path) -> None:
    path = settings_file(tmp_path, journal(tmp_path, SOURCE))
    manager = service(ServiceStatus("", ServiceState.RUNNING), foreign="/opt/vendor/run")

    finding = the(examined(path, "service", manager=manager), "service", "journal")

    assert finding.verdict is Verdict.WARN
    assert "/opt/vendor/run" in finding.text


def test_who_works_on_the_spool(tmp_path: Path) -> None:
    path = settings_file(tmp_path, journal(tmp_path, SOURCE))
    assert "there is none yet" in verdict(path, "spool")[1]

    SqliteSpool(tmp_path / "spool").close()
    assert verdict(path, "spool") == (Verdict.OK, "nobody works on it; 0 records wait")

    lock = InstanceLock(tmp_path / "spool" / "lock", thing="The spool", hint="")
    try:
        found, text = verdict(path, "spool")
    finally:
        lock.close()
    assert (found, text) == (Verdict.OK, f"process {os.getpid()} works on it; 0 records wait")


def test_a_damaged_spool_is_a_failure(tmp_path: Path) -> None:
    path = settings_file(tmp_path, journal(tmp_path, SOURCE))
    SqliteSpool(tmp_path / "spool").close()
    for file in (tmp_path / "spool").glob("*.sqlite*"):
        file.write_bytes(b"this is no database, whatever its name says" * 100)

    assert verdict(path, "spool")[0] is Verdict.FAIL


def test_the_log_can_be_written_and_is_left_as_it_is(tmp_path: Path) -> None:
    path = settings_file(tmp_path, MAIL + f'<Log file="{tmp_path}/log/C.log"/>')

    assert verdict(path, "log")[0] is Verdict.OK
    assert not (tmp_path / "log").exists()


def test_a_log_that_may_not_be_written_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir(mode=0o700)
    path = settings_file(tmp_path, MAIL + f'<Log file="{tmp_path}/log/C.log"/>')
    site = make_site(path, load_config(str(path)), SystemClock(), FakeServices())
    strands = machine_probes(replace(site, accounts={Job.NOTIFIER: Account("stranger", 54_321)}))

    (look,) = [probe.look for (probe,) in strands if probe.name == "log"]

    assert look().verdict is Verdict.FAIL
    assert "stranger may not write it" in look().text
