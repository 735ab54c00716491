"""cmtel doctor: lines, --json, --only, exit statuses, and that nothing is changed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cmtel.bootstrap.doctor.examination import PROBES
from cmtel.cli.boundary import main
from cmtel.errors import ExitStatus
from tests.integration.doctor.examined import SOURCE, journal, settings_file

Captured = pytest.CaptureFixture[str]

PAGE = Path(__file__).parents[2] / "docs" / "doctor.md"
HOTEL = '<Hotel id="H042"/>'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    database = f'<Database url="sqlite:///{tmp_path}/j.db"/>'
    path = settings_file(tmp_path, HOTEL + database + journal(tmp_path, SOURCE))
    assert main(["--config", str(path), "journal", "create-table"]) == ExitStatus.DONE
    return path


def test_all_is_well(path: Path, capsys: Captured) -> None:
    capsys.readouterr()

    status = main(["--config", str(path), "doctor"])

    out, err = capsys.readouterr()
    assert (status, err) == (ExitStatus.DONE, ""), out
    assert "ok   hotel-id (the key 'Identificador do Hotel'): H042\n" in out
    assert out.endswith(" 0 with a warning, 0 failed\n")


def test_a_failure_has_its_cure_and_is_status_6(path: Path, capsys: Captured) -> None:
    (path.parent / "j.db").unlink()
    capsys.readouterr()

    status = main(["--config", str(path), "doctor", "--only", "journal-insert"])

    out = capsys.readouterr().out.splitlines()
    assert status == ExitStatus.CONFIGURATION
    assert out[0].startswith("FAIL database (sqlite ")
    assert out[1].startswith("     cure: ")
    assert out[-1] == "0 ok, 3 with a warning, 1 failed"


def test_a_warning_is_status_8(path: Path, capsys: Captured) -> None:
    path.write_text(path.read_text().replace(HOTEL, ""))

    assert main(["--config", str(path), "doctor", "--only", "hotel-id"]) == ExitStatus.DEGRADED
    assert "warn hotel-id" in capsys.readouterr().out


def test_json_is_one_document(path: Path, capsys: Captured) -> None:
    capsys.readouterr()

    status = main(["--config", str(path), "doctor", "--json"])

    document = json.loads(capsys.readouterr().out)
    assert document["exit_status"] == status == 0
    names = [probe["name"] for probe in document["probes"]]
    assert names == sorted(names, key=PROBES.index)
    assert document["probes"][0].keys() == {
        "name", "subject", "verdict", "text", "cure", "details", "elapsed_ms",
    }  # fmt: skip


def test_quiet_shows_what_is_not_well(path: Path, capsys: Captured) -> None:
    capsys.readouterr()

    assert main(["--config", str(path), "--quiet", "doctor"]) == ExitStatus.DONE

    assert len(capsys.readouterr().out.splitlines()) == 1


def test_a_probe_that_does_not_exist_is_wrong_usage(path: Path, capsys: Captured) -> None:
    status = main(["--config", str(path), "doctor", "--only", "nonsense"])

    err = capsys.readouterr().err
    assert status == ExitStatus.USAGE
    assert "There is no probe 'nonsense'." in err
    assert "hint: There are user-rights, " in err


def test_broken_settings_are_told_whatever_is_asked_for(tmp_path: Path, capsys: Captured) -> None:
    path = settings_file(tmp_path, "<Nonsense/>")

    status = main(["--config", str(path), "doctor", "--only", "database"])

    assert status == ExitStatus.CONFIGURATION
    assert "FAIL xml-settings" in capsys.readouterr().out


def test_nothing_is_changed(path: Path, tmp_path: Path) -> None:
    before = snapshot(tmp_path)

    main(["--config", str(path), "doctor"])

    assert snapshot(tmp_path) == before


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_a_console_that_cannot_show_signs_gets_words(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "cmtel", "--config", str(path), "doctor", "--only", "time-zone"],
        env={**os.environ, "PYTHONIOENCODING": "cp850"},
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0
    assert done.stdout.startswith(b"ok   time-zone: Europe/Vienna")


def test_the_page_has_every_probe_in_its_tables() -> None:
    first_cells = re.findall(r"^\| (`[^|]+) \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`([a-z-]+)`", cell)}

    assert {*PROBES} <= named
