"""One Windows machine for all tests here; each leaves it without services of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import missing
from tests.windows.console import Console
from tests.windows.wine import WINE, Windows, make_windows_python, windows_machine


@pytest.fixture(scope="session")
def windows(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Windows]:
    """A Windows machine; the Windows Python is made if it is not there, which takes minutes."""
    if not WINE.exists():
        missing("Wine (Debian's wine64)")
    made = make_windows_python()
    with windows_machine(made, tmp_path_factory.mktemp("windows")) as machine:
        yield machine


@pytest.fixture(scope="session")
def console(windows: Windows) -> Iterator[Console]:
    """A console on it, for one command after another."""
    opened = Console(windows)
    yield opened
    opened.close()


@pytest.fixture
def settings(windows: Windows, console: Console) -> Path:
    """The settings file that the console's commands are given: a path with blanks and umlauts."""
    folder = windows.drive / "Dados do Hotel für alle"
    folder.mkdir(exist_ok=True)
    file = folder / "CmTelNotifier.xml"
    file.write_text(SETTINGS, encoding="utf-8")
    console.settings = windows.path(file)
    return file


SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<CmTelNotifier version="1" timeZone="America/Sao_Paulo" language="pt-BR">
  <Check every="1m"/>
  <Database url="sqlite:///journal.db"/>
  <Journal table="anrufe">
    <Source name="reception" kind="file" path="smdr.log" format="jsonl" timeZone="UTC"/>
  </Journal>
  <!-- mode="expected" needs numpy, which Wine 8 cannot load. -->
  <Silence mode="fixed" after="24h"/>
  <Mail from="cmtel@example.org">
    <Server host="127.0.0.1" port="1" tls="none" allowInsecure="true"/>
  </Mail>
  <Recipients list="default"><To>noc@example.org</To></Recipients>
</CmTelNotifier>
"""
