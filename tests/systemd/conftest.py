"""One machine for all tests of this folder; each test finds it without services of ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import missing
from tests.systemd.machine import Machine, booted, make_debian, missing_tools

#: With a blank and an umlaut, so that every test is one of such paths.
CONFIG = "/srv/Hotel ü/Cm Tel.xml"
SETTINGS = """<CmTelNotifier version="1" timeZone="Europe/Berlin" language="de">
  <Hotel id="H1" name="Hotel ü"/>
  <Database url="sqlite:////var/lib/cmtel/journal ü.db"/>
  <Mail from="cmtel@hotel.example"><Server host="127.0.0.1" port="2525" tls="none"/></Mail>
  <Recipients><To>ana@hotel.example</To></Recipients>
  <Check every="5s"/>
  <Journal table="journal">
    <Source name="reception" kind="tcp-listen" address="127.0.0.1:9000" allow="127.0.0.1"
            format="jsonl"/>
  </Journal>
</CmTelNotifier>
"""
_CLEAN = """
systemctl disable --now cmtel-notifier cmtel-journal
rm -rf /etc/cmtel /srv /var/lib/cmtel /var/log/cmtel /run/cmtel
rm -rf /etc/systemd/system/cmtel*; systemctl daemon-reload; systemctl reset-failed
"""


@pytest.fixture(scope="session")
def debian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small Debian in a folder; CMTEL_TEST_DEBIAN names one that is there already."""
    if missing_tools():
        missing(", ".join(missing_tools()))
    if os.environ.get("CMTEL_TEST_DEBIAN"):
        return Path(os.environ["CMTEL_TEST_DEBIAN"])
    folder = tmp_path_factory.mktemp("debian") / "root"
    make_debian(folder)
    return folder


@pytest.fixture(scope="session")
def booted_machine(debian: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The machine, booted."""
    with booted(debian, tmp_path_factory.mktemp("machine") / "console.log") as machine:
        yield machine


@pytest.fixture
def machine(booted_machine: Machine) -> Machine:
    """The machine with settings and a journal table, and no service of ours."""
    booted_machine.run("sh", text=_CLEAN)
    booted_machine.write(CONFIG, SETTINGS)
    return booted_machine


@pytest.fixture
def table(machine: Machine) -> None:
    """The journal table, which belongs to the account as everything that services write."""
    machine.run("useradd", "--system", "cmtel")
    machine.must("sh", "-c", "mkdir -p /var/lib/cmtel && chown cmtel: /var/lib/cmtel")
    machine.must(
        "cmtel", "journal", "create-table", "--url", "sqlite:////var/lib/cmtel/journal ü.db"
    )
    machine.must("chown", "cmtel:", "/var/lib/cmtel/journal ü.db")
