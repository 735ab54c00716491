"""install, status and the like, as far as a machine without systemd goes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus

Captured = pytest.CaptureFixture[str]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="systemd")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "CmTelNotifier.xml"


@pytest.mark.parametrize("job", ["notifier", "journal"])
def test_without_settings_a_file_is_made_and_nothing_installed(
    path: Path, job: str, capsys: Captured
) -> None:
    assert main([job, "install", "--config", str(path)]) == ExitStatus.CONFIGURATION

    err = capsys.readouterr().err
    assert f"There were no settings; {path} has been made. Nothing was installed.\n" in err
    assert "  - CmTelNotifier/Database/@url" in err
    assert path.exists()


@pytest.mark.parametrize(
    ("job", "lacking"),
    [("notifier", "CmTelNotifier/Mail: is needed"), ("journal", "CmTelNotifier/Journal/Source: ")],
)
def test_what_the_service_needs_and_the_settings_lack_is_named(
    path: Path, job: str, lacking: str, capsys: Captured
) -> None:
    path.write_text('<CmTelNotifier version="1"/>', encoding="utf-8")

    assert main([job, "install", "--config", str(path)]) == ExitStatus.CONFIGURATION
    assert lacking in capsys.readouterr().err


def test_another_programs_settings_are_left_alone(path: Path, capsys: Captured) -> None:
    path.write_text("<Vendor/>", encoding="utf-8")

    assert main(["notifier", "install", "--config", str(path)]) == ExitStatus.CONFIGURATION
    assert str(path) in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "<Vendor/>"


def test_a_credential_without_a_file_is_named(path: Path, capsys: Captured) -> None:
    database = '<Database url="sqlite:///x.db" user="u" secretRef="cred:nobody-has-this"/>'
    source = '<Source name="s" kind="tcp-listen" address="127.0.0.1:9" format="jsonl"/>'
    text = f'<CmTelNotifier version="1">{database}<Journal>{source}</Journal></CmTelNotifier>'
    path.write_text(text, encoding="utf-8")

    assert main(["journal", "install", "--config", str(path)]) == ExitStatus.CONFIGURATION
    assert "cmtel secret set cred:nobody-has-this" in capsys.readouterr().err


def test_an_unknown_start_mode_is_wrong_usage(path: Path, capsys: Captured) -> None:
    assert main(["notifier", "install", "--start", "often"]) == ExitStatus.USAGE
    assert "There are auto, delayed, manual." in capsys.readouterr().err
    assert not path.exists()


def test_what_is_not_installed_is_said(capsys: Captured) -> None:
    status = main(["notifier", "status", "--json"])

    found = json.loads(capsys.readouterr().out)
    assert status == ExitStatus.NOT_INSTALLED
    assert (found["service"], found["state"]) == ("cmtel-notifier", "not installed")
